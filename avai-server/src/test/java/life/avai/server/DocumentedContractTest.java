package life.avai.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import life.avai.domain.turn.FailureCode;
import life.avai.server.websocket.CloseCode;
import life.avai.server.wire.ErrorCode;
import org.junit.jupiter.api.Test;

/** What a stranger reads is what the program does: no name is on one side only. */
class DocumentedContractTest {
  private static final Path ROOT = Path.of("").toAbsolutePath().getParent();
  private static final Path CODE = ROOT.resolve("avai-server/src/main/java/life/avai/server");

  private static Set<String> names(String text, String pattern) {
    Set<String> names = new TreeSet<>();
    for (Matcher found = Pattern.compile(pattern).matcher(text); found.find(); ) {
      names.add(found.group(1));
    }
    assertThat(names).isNotEmpty();
    return names;
  }

  private static void assertDocumented(String document, Set<String> names) {
    assertThat(names)
        .allSatisfy(
            name -> assertThat(document.contains('`' + name + '`')).as("`%s`", name).isTrue());
  }

  @Test
  void everyVariable_isInTheTable_andNoOther() throws IOException {
    String operations = Files.readString(ROOT.resolve("docs/operations.md"));
    Set<String> read =
        names(
            Files.readString(CODE.resolve("settings/Environment.java")),
            "\"(PORT|[A-Z]+_[A-Z_]+)\"");
    assertDocumented(operations, read);
    // Other sections have tables of other names.
    String variables = operations.split("(?m)^## ", -1)[1];
    for (String row : names(variables, "(?m)^\\|([^|]*`[A-Z][^|]*)\\|")) {
      assertThat(read).as(row).containsAll(names(row, "`([A-Z_]+)`"));
    }
  }

  @Test
  void everyFrame_isInTheProtocol() throws IOException {
    String protocol = Files.readString(ROOT.resolve("docs/protocol.md"));
    assertDocumented(
        protocol,
        names(
            Files.readString(CODE.resolve("wire/ClientCodec.java")),
            "Map\\.entry\\(\\s*\"([a-z_]+)\""));
    assertDocumented(
        protocol,
        names(
            Files.readString(CODE.resolve("wire/ServerFrames.java")),
            "(?:new ServerFrame|ofThread)\\(\\s*\"([a-z_]+)\""));
  }

  @Test
  void everyCode_isInTheProtocol() throws IOException {
    String protocol = Files.readString(ROOT.resolve("docs/protocol.md"));
    for (ErrorCode code : ErrorCode.values()) {
      assertThat(protocol).contains("| `" + code + "` | ");
    }
    for (FailureCode code : FailureCode.values()) {
      if (code != FailureCode.AI_DISABLED) {
        assertThat(protocol).contains("| `" + code + "` | ");
      }
    }
    Set<String> closes = names(protocol, "(?m)^\\| ([14]\\d{3}(?:, \\d{4})*) \\|");
    for (CloseCode code : CloseCode.values()) {
      assertThat(String.join(", ", closes)).contains(Integer.toString(code.code()));
    }
  }
}
