package life.avai.persistence.embedded;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.stream.Stream;

/** The directory of PostgreSQL's data, before there are any. */
final class DataDirectory {
  private DataDirectory() {}

  /** Removes what an unfinished first start left. Never called on a directory with PG_VERSION. */
  static void replaceByEmpty(Path data) throws IOException {
    if (Files.exists(data)) {
      try (Stream<Path> paths = Files.walk(data)) {
        for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(path);
        }
      }
    }
    Files.createDirectories(data);
  }
}
