package life.avai.persistence.embedded;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;

/**
 * Unpacks the plain files, directories and links of a tar archive (POSIX.1-1988 headers).
 *
 * <p>Written out here because the smallest container images have neither {@code tar} nor {@code
 * xz}. Anything that PostgreSQL's archives do not contain is refused, not guessed at.
 */
final class TarReader {
  private static final int BLOCK = 512;
  private static final int CHECKSUM_OFFSET = 148;
  private static final int CHECKSUM_LENGTH = 8;

  private final InputStream in;
  private final Path target;
  private final byte[] header = new byte[BLOCK];

  /**
   * @param target an existing directory that receives everything
   */
  TarReader(InputStream in, Path target) {
    this.in = in;
    this.target = target;
  }

  /**
   * Reads up to the archive's end mark.
   *
   * @throws IOException if the archive is cut short, damaged or holds something unexpected
   */
  void unpack() throws IOException {
    for (readHeader(); header[0] != 0; readHeader()) {
      String name = text(0, 100);
      Path path = inside(name);
      long size = octal(124, 12);
      char type = (char) header[156];
      switch (type) {
        case '0', '\0' -> file(path, size, (octal(100, 8) & 0100) != 0);
        case '2' -> link(path, text(157, 100));
        case '5' -> directory(path);
        default -> throw new IOException("archive entry " + name + ": unknown type " + type);
      }
    }
  }

  private void readHeader() throws IOException {
    fill(header, BLOCK);
    if (header[0] != 0 && octal(CHECKSUM_OFFSET, CHECKSUM_LENGTH) != checksum()) {
      throw new IOException("archive header damaged");
    }
  }

  /** The sum of the header's bytes, its own field read as blanks. */
  private int checksum() {
    int sum = ' ' * CHECKSUM_LENGTH;
    for (int i = 0; i < BLOCK; i++) {
      if (i < CHECKSUM_OFFSET || i >= CHECKSUM_OFFSET + CHECKSUM_LENGTH) {
        sum += header[i] & 0xff;
      }
    }
    return sum;
  }

  private void directory(Path path) throws IOException {
    Files.createDirectories(path);
    setMode(path, true);
  }

  private void file(Path path, long size, boolean executable) throws IOException {
    makeParent(path);
    byte[] buffer = new byte[64 * 1024];
    try (OutputStream out = Files.newOutputStream(path)) {
      for (long left = size; left > 0; ) {
        int part = (int) Math.min(left, buffer.length);
        fill(buffer, part);
        out.write(buffer, 0, part);
        left -= part;
      }
    }
    in.skipNBytes((BLOCK - size % BLOCK) % BLOCK);
    setMode(path, executable);
  }

  private void link(Path path, String to) throws IOException {
    if (to.contains("/")) {
      throw new IOException("archive link leaves its directory: " + path + " -> " + to);
    }
    makeParent(path);
    Files.createSymbolicLink(path, Path.of(to));
  }

  private Path inside(String name) throws IOException {
    Path path = target.resolve(name).normalize();
    if (!path.startsWith(target)) {
      throw new IOException("archive entry leaves its directory: " + name);
    }
    return path;
  }

  private static void makeParent(Path path) throws IOException {
    Path parent = path.getParent();
    if (parent != null && !Files.exists(parent)) {
      Files.createDirectories(parent);
      setMode(parent, true);
    }
  }

  /** Readable for all, whatever the umask: as root, PostgreSQL runs as another user. */
  private static void setMode(Path path, boolean executable) throws IOException {
    Files.setPosixFilePermissions(
        path, PosixFilePermissions.fromString(executable ? "rwxr-xr-x" : "rw-r--r--"));
  }

  private String text(int offset, int length) {
    int end = offset;
    while (end < offset + length && header[end] != 0) {
      end++;
    }
    return new String(header, offset, end - offset, UTF_8);
  }

  private long octal(int offset, int length) throws IOException {
    String digits = text(offset, length).strip();
    try {
      return digits.isEmpty() ? 0 : Long.parseLong(digits, 8);
    } catch (NumberFormatException e) {
      throw new IOException("archive header damaged: " + digits, e);
    }
  }

  private void fill(byte[] buffer, int length) throws IOException {
    if (in.readNBytes(buffer, 0, length) < length) {
      throw new EOFException("archive ends early");
    }
  }
}
