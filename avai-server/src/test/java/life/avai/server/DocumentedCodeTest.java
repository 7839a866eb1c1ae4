package life.avai.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The code in the guides is the code of the programs in {@code src/it}, which the build compiles
 * and runs: a comment before each block names its file.
 */
class DocumentedCodeTest {
  private static final Path ROOT = Path.of("").toAbsolutePath().getParent();
  private static final Pattern BLOCK =
      Pattern.compile(
          "(?m)(?:^<!-- (\\S+) -->\\n)?^```(java|xml|json)\\n(.*?)^```$", Pattern.DOTALL);

  @ParameterizedTest
  @ValueSource(strings = {"embedding.md", "testkit.md"})
  void everyBlock_isPartOfTheFileThatItNames(String guide) throws IOException {
    int blocks = 0;
    for (Matcher block = BLOCK.matcher(text(guide)); block.find(); blocks++) {
      String shown = block.group(3);
      assertThat(block.group(1)).as("the file of the block:\n%s", shown).isNotNull();
      List<String> file = lines(Files.readString(ROOT.resolve(block.group(1))));

      assertThat(Collections.indexOfSubList(file, lines(shown)))
          .as("%s should have, without a gap:\n%s", block.group(1), shown)
          .isNotNegative();
    }
    assertThat(blocks).isGreaterThan(4);
  }

  @Test
  void everyOutsideProgram_isInAGuide() throws IOException {
    String guides = text("embedding.md") + text("testkit.md");
    try (Stream<Path> files = Files.walk(ROOT.resolve("avai-server/src/it"))) {
      assertThat(files.filter(file -> file.toString().endsWith(".java")))
          .isNotEmpty()
          .allSatisfy(file -> assertThat(guides).contains("<!-- " + ROOT.relativize(file)));
    }
  }

  private static String text(String guide) throws IOException {
    return Files.readString(ROOT.resolve("docs").resolve(guide));
  }

  /** Without indentation, which depends on how much of a file is shown. */
  private static List<String> lines(String text) {
    return text.lines().map(String::strip).toList();
  }
}
