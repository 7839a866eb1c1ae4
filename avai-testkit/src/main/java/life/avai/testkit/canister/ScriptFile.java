package life.avai.testkit.canister;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import life.avai.testkit.json.Json;
import life.avai.testkit.json.JsonException;
import org.jspecify.annotations.Nullable;

/**
 * A canister's behaviour as a JSON text: how it answers, its switches, its faults. The format is in
 * {@code docs/testkit.md}; it is read strictly, and what is wrong is told with its line or its
 * field.
 */
public final class ScriptFile {
  private final @Nullable CanisterScript script;
  private final Consumer<Switches> switches;
  private final List<Fault> faults;

  ScriptFile(@Nullable CanisterScript script, Consumer<Switches> switches, List<Fault> faults) {
    this.script = script;
    this.switches = switches;
    this.faults = List.copyOf(faults);
  }

  /**
   * Reads a file.
   *
   * @param file JSON in UTF-8
   * @return what it says
   * @throws JsonException if it is no JSON or says something else than the format knows
   * @throws IOException if the file cannot be read
   */
  public static ScriptFile read(Path file) throws IOException {
    try {
      return parse(Files.readString(file, UTF_8));
    } catch (CharacterCodingException e) {
      throw new JsonException(file + ": not UTF-8");
    } catch (JsonException e) {
      throw new JsonException(file + ": " + e.getMessage());
    }
  }

  /**
   * Reads a text.
   *
   * @param json the text
   * @return what it says
   * @throws JsonException if it is no JSON or says something else than the format knows
   */
  public static ScriptFile parse(String json) {
    return new ScriptReader(new Fields("", Json.parseObject(json))).read();
  }

  /**
   * Makes a canister behave so from now on. Counts ({@code times}) are the file's own: read it once
   * for each canister.
   *
   * @param canister the canister
   */
  public void applyTo(FakeCanister canister) {
    if (script != null) {
      canister.script(script);
    }
    switches.accept(canister.switches());
    faults.forEach(fault -> fault.arm(canister));
  }
}
