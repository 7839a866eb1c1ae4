package life.avai.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Each threat in {@code docs/security.md} names its tests, and they are there. */
class ThreatTableTest {
  private static final Path ROOT = Path.of("").toAbsolutePath().getParent();
  private static final Pattern NAME = Pattern.compile("`([^`]+)`");

  /** The tests and contracts of all modules, by class. */
  private static Map<String, String> sources() throws IOException {
    try (Stream<Path> files = Files.walk(ROOT)) {
      return files
          .filter(file -> file.toString().matches(".*/src/.*(Test|IT|Contract)\\.java"))
          .collect(
              Collectors.toMap(
                  file -> file.getFileName().toString().replace(".java", ""),
                  ThreatTableTest::read,
                  String::concat));
    }
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  /** The last column of each row. */
  private static List<String> testsOfThreats() throws IOException {
    return Files.readAllLines(ROOT.resolve("docs/security.md")).stream()
        .filter(line -> line.matches("\\|(?!---| threat )[^|]+\\|[^|]+\\|[^|]+\\|"))
        .map(line -> line.split("\\|", -1)[3])
        .toList();
  }

  @Test
  void everyThreat_namesTests_thatAreThere() throws IOException {
    Map<String, String> sources = sources();
    List<String> all = testsOfThreats();
    assertThat(all).hasSizeGreaterThan(40);
    for (String tests : all) {
      List<String> names = NAME.matcher(tests).results().map(found -> found.group(1)).toList();
      assertThat(names).as(tests).isNotEmpty();
      String type = "";
      for (String name : names) {
        // A name that is no class's is a method of the class before it.
        type = Character.isUpperCase(name.charAt(0)) ? name.replaceFirst("\\..*", "") : type;
        assertThat(sources).as(name).containsKey(type);
        String method = name.startsWith(type) ? name.substring(type.length()) : "." + name;
        assertThat(method.isEmpty() || hasMethod(sources.get(type), method.substring(1)))
            .as(name)
            .isTrue();
      }
    }
  }

  /**
   * Whether there is such a method.
   *
   * @param shortened with dots for what is left out
   */
  private static boolean hasMethod(String source, String shortened) {
    return Pattern.compile("void " + shortened.replace("...", "\\w*") + "\\(")
        .matcher(source)
        .find();
  }
}
