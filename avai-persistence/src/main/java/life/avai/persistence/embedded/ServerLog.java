package life.avai.persistence.embedded;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;

/** The file that PostgreSQL's programs write their messages to. */
final class ServerLog {
  private static final long ROTATE_BYTES = 4L * 1024 * 1024;
  private static final int TAIL_BYTES = 8 * 1024;
  private static final int TAIL_LINES = 15;

  private final Path file;

  private ServerLog(Path file) {
    this.file = file;
  }

  /** Opens it for more; a long one is kept under another name, in place of the one before. */
  static ServerLog open(Path file) throws IOException {
    if (Files.exists(file) && Files.size(file) > ROTATE_BYTES) {
      Path old = file.resolveSibling(file.getFileName() + ".old");
      Files.move(file, old, StandardCopyOption.REPLACE_EXISTING);
    }
    if (!Files.exists(file)) {
      var ownerOnly = PosixFilePermissions.fromString("rw-------");
      Files.createFile(file, PosixFilePermissions.asFileAttribute(ownerOnly));
    }
    return new ServerLog(file);
  }

  Redirect redirect() {
    return Redirect.appendTo(file.toFile());
  }

  /** Where the next message will stand. */
  long position() throws IOException {
    return Files.size(file);
  }

  /** The last lines that were written from a position on, at most fifteen. */
  String since(long position) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      long end = channel.size();
      long start = Math.max(position, end - TAIL_BYTES);
      ByteBuffer buffer = ByteBuffer.allocate((int) Math.max(0, end - start));
      while (buffer.hasRemaining() && channel.read(buffer, start + buffer.position()) >= 0) {
        // Reads on until the buffer is full.
      }
      List<String> lines = UTF_8.decode(buffer.flip()).toString().lines().toList();
      return String.join("\n", lines.subList(Math.max(0, lines.size() - TAIL_LINES), lines.size()));
    }
  }

  @Override
  public String toString() {
    return file.toString();
  }
}
