package life.avai.persistence.embedded;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The right of one process to use a home directory, given back by the operating system when that
 * process ends, however it ends.
 */
final class DirectoryLock implements AutoCloseable {
  /**
   * What this process holds. On POSIX, closing any channel of a file drops every lock that the
   * process has on it, so the file of a held lock must never be opened a second time.
   */
  private static final Set<Path> HELD = ConcurrentHashMap.newKeySet();

  private final Path home;
  private final FileChannel channel;

  private DirectoryLock(Path home, FileChannel channel) {
    this.home = home;
    this.channel = channel;
  }

  /**
   * Takes it, or refuses at once.
   *
   * @param home an existing directory
   * @throws EmbeddedPostgresException if it is taken, with the number of the process that has it
   */
  static DirectoryLock acquire(Path home) throws IOException {
    Path real = home.toRealPath();
    if (!HELD.add(real)) {
      throw inUse(real, "this process");
    }
    try {
      return new DirectoryLock(real, open(real));
    } catch (IOException | RuntimeException e) {
      HELD.remove(real);
      throw e;
    }
  }

  private static FileChannel open(Path home) throws IOException {
    Path file = home.resolve("lock");
    FileChannel channel =
        FileChannel.open(
            file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
    try {
      FileLock lock = channel.tryLock();
      if (lock == null) {
        throw inUse(home, "process " + Files.readString(file).strip());
      }
      channel.truncate(0);
      channel.write(UTF_8.encode(ProcessHandle.current().pid() + "\n"));
      return channel;
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw e;
    }
  }

  private static EmbeddedPostgresException inUse(Path home, String holder) {
    return new EmbeddedPostgresException(
        "the database directory "
            + home
            + " is in use by "
            + holder
            + ": stop that one first, or choose another directory");
  }

  @Override
  public void close() throws IOException {
    if (channel.isOpen()) {
      channel.close();
      HELD.remove(home);
    }
  }
}
