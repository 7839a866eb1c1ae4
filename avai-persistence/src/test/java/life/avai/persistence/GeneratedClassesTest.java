package life.avai.persistence;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The generated classes are those of the migrations. */
class GeneratedClassesTest {
  @Test
  void generatedSources_areUpToDate(@TempDir Path fresh) throws Exception {
    JooqGenerator.generate(fresh);
    assertThat(contents(fresh))
        .as("run: mvn -Pjooq -pl avai-persistence -am compile")
        .isEqualTo(contents(Path.of("src/generated/java")));
  }

  private static Map<String, String> contents(Path root) throws IOException {
    Map<String, String> contents = new TreeMap<>();
    try (Stream<Path> files = Files.walk(root)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        contents.put(root.relativize(file).toString(), Files.readString(file));
      }
    }
    return contents;
  }
}
