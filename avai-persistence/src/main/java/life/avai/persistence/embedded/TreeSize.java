package life.avai.persistence.embedded;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;

/**
 * How much a directory tree holds.
 *
 * @param entries files, links and directories, itself included
 * @param bytes the length of all its plain files
 */
record TreeSize(long entries, long bytes) {

  static TreeSize of(Path root) throws IOException {
    long entries = 0;
    long bytes = 0;
    try (var paths = Files.walk(root)) {
      for (Path path : (Iterable<Path>) paths::iterator) {
        var attributes =
            Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
        entries++;
        bytes += attributes.isRegularFile() ? attributes.size() : 0;
      }
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
    return new TreeSize(entries, bytes);
  }
}
