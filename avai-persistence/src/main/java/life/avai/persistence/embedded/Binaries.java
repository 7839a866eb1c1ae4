package life.avai.persistence.embedded;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The unpacked programs of one PostgreSQL build.
 *
 * @param directory holds {@code bin}, {@code lib} and {@code share}
 */
record Binaries(Path directory) {
  private static final Pattern VERSION_LINE = Pattern.compile("# PostgreSQL (\\d+)");

  Path postgres() {
    return directory.resolve("bin/postgres");
  }

  Path initdb() {
    return directory.resolve("bin/initdb");
  }

  /** The major version, such as {@code 18}: data directories of any other cannot be opened. */
  String majorVersion() throws IOException {
    Path catalog = directory.resolve("share/postgresql/postgres.bki");
    try (var lines = Files.lines(catalog)) {
      Matcher matcher = VERSION_LINE.matcher(lines.findFirst().orElse(""));
      if (!matcher.matches()) {
        throw new IOException("no PostgreSQL version in the first line of " + catalog);
      }
      return matcher.group(1);
    }
  }
}
