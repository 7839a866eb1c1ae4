package life.avai.persistence.embedded;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;

/** The user that this process runs as. */
final class CurrentUser {
  static final int ROOT = 0;

  private CurrentUser() {}

  /** Its number, seen on a file that it makes: Java has no portable call for it. */
  static int uid() throws IOException {
    Path probe = Files.createTempFile("avai", null);
    try {
      return FileTree.owner(probe);
    } finally {
      Files.delete(probe);
    }
  }

  /**
   * Refuses a directory of programs in which somebody else could put his own.
   *
   * @throws EmbeddedPostgresException if another user owns it or all may write to it
   */
  static void requireSafe(Path directory) throws IOException {
    int owner = FileTree.owner(directory);
    boolean open =
        Files.getPosixFilePermissions(directory).contains(PosixFilePermission.OTHERS_WRITE);
    if (open || (owner != ROOT && owner != uid())) {
      throw new EmbeddedPostgresException(
          "the directory "
              + directory
              + " for PostgreSQL's programs "
              + (open ? "may be written by all users" : "belongs to another user")
              + ": remove it, or choose another");
    }
  }
}
