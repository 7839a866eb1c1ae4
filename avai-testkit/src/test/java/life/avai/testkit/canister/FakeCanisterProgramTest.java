package life.avai.testkit.canister;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FakeCanisterProgramTest {
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();

  @Test
  void answersAsItsOptionsSay() throws Exception {
    try (var canister =
            start(
                "--port", "0", "--reply-chars", "12", "--chunk-chars", "5", "--delta-delay", "1");
        var asker = new Asker(canister.url())) {
      assertThat(out.toString(UTF_8))
          .isEqualTo("listening on " + canister.url() + System.lineSeparator());
      asker.ask("r1");
      var frames = asker.untilOutcome();
      assertThat(frames).hasSize(4);
      assertThat(frames.getLast().string("response")).isEqualTo("word word wo");
      assertThat(canister.received()).isEmpty();
    }
  }

  @Test
  void withoutDeltas_repeatsTheQuestion() throws Exception {
    try (var canister = start("--port", "0", "--chunk-chars", "0");
        var asker = new Asker(canister.url())) {
      asker.ask("r1");
      assertThat(asker.next().string("response")).isEqualTo("You said: Hi");
    }
  }

  @Test
  void wrongOptions_areNamed() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> start("--pace", "1"))
        .withMessage("--pace: no such option");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> start("--port"))
        .withMessage("--port: value missing");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> start("--delta-delay", "-1"))
        .withMessage("--delta-delay: -1 (expected: 0 or more)");
  }

  @Test
  void aScript_isPlayed(@TempDir Path directory) throws Exception {
    Path script = directory.resolve("script.json");
    Files.writeString(script, "{\"version\": 1, \"answers\": [{\"reply\": \"From a file.\"}]}");
    try (var canister = start("--port", "0", "--script", script.toString());
        var asker = new Asker(canister.url())) {
      asker.ask("r1");
      assertThat(asker.untilOutcome().getLast().string("response")).isEqualTo("From a file.");
    }
    Files.writeString(script, "{\"version\": 2}");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> start("--script", script.toString()))
        .withMessage("--script: %s: version: 2 (expected: 1 to 1)", script);
  }

  @Test
  void aRealCanister_isRecorded(@TempDir Path directory) throws Exception {
    Path file = directory.resolve("recorded.json");
    try (var real = FakeCanister.start(CanisterScript.replyWith("Really."))) {
      List<String> options =
          List.of("--port", "0", "--record", real.url().toString(), "--to", file.toString());
      AutoCloseable program = FakeCanisterProgram.start(options, new PrintStream(out, true, UTF_8));
      String url = out.toString(UTF_8).strip().substring("listening on ".length());
      try (var asker = new Asker(URI.create(url))) {
        asker.ask("r1");
        asker.untilOutcome();
      }
      program.close();
    }
    assertThat(Files.readString(file)).contains("Really.");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> start("--record", "http://localhost"))
        .withMessageStartingWith("--record: http://localhost (expected: ws://");
  }

  private FakeCanister start(String... arguments) {
    return (FakeCanister)
        FakeCanisterProgram.start(List.of(arguments), new PrintStream(out, true, UTF_8));
  }
}
