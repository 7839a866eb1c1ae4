package life.avai.persistence.embedded;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Comparator;
import java.util.Locale;
import java.util.stream.Stream;

/** The program files of PostgreSQL, unpacked from the jar for this platform. */
final class PostgresBinaries {
  /** The major version that the jars on the class path hold. */
  static final String MAJOR_VERSION = "18";

  private PostgresBinaries() {}

  /**
   * Unpacks, unless that was done before.
   *
   * @return the directory that holds {@code bin/postgres}
   */
  static Path unpackInto(Path parent) {
    String archive = archiveName();
    Path target = parent.resolve(archive.replace(".txz", "-" + MAJOR_VERSION));
    if (Files.isExecutable(target.resolve("bin/postgres"))) {
      return target;
    }
    try {
      Files.createDirectories(parent);
      Path fresh = Files.createTempDirectory(parent, "unpacking");
      try {
        unpack(archive, fresh);
        // Others may look into a shared directory; the files are no secret.
        if (!fresh.toFile().setReadable(true, false)
            || !fresh.toFile().setExecutable(true, false)) {
          throw new IOException("cannot open " + fresh + " for reading");
        }
        moveIntoPlace(fresh, target);
      } finally {
        deleteTree(fresh);
      }
      return target;
    } catch (IOException e) {
      throw new EmbeddedPostgresException(
          "cannot unpack the embedded PostgreSQL into " + parent + ": " + e.getMessage(), e);
    }
  }

  private static String archiveName() {
    String os = System.getProperty("os.name").toLowerCase(Locale.ROOT);
    String arch = System.getProperty("os.arch");
    String system = os.contains("linux") ? "linux" : os.contains("mac") ? "darwin" : null;
    String processor =
        switch (arch) {
          case "amd64", "x86_64" -> "x86_64";
          case "aarch64", "arm64" -> "arm_64";
          default -> null;
        };
    if (system == null || processor == null) {
      throw new EmbeddedPostgresException(
          "there is no embedded PostgreSQL for "
              + System.getProperty("os.name")
              + " on "
              + arch
              + "; set DATABASE_URL to a PostgreSQL of yours");
    }
    return "postgres-" + system + "-" + processor + ".txz";
  }

  private static void unpack(String archive, Path directory) throws IOException {
    try (InputStream in = PostgresBinaries.class.getResourceAsStream("/" + archive)) {
      if (in == null) {
        throw new EmbeddedPostgresException(
            archive + " is not on the class path; set DATABASE_URL to a PostgreSQL of yours");
      }
      Process tar =
          new ProcessBuilder("tar", "-xJf", "-", "-C", directory.toString())
              .redirectErrorStream(true)
              .start();
      IOException broken = null;
      try (OutputStream out = tar.getOutputStream()) {
        in.transferTo(out);
      } catch (IOException e) {
        broken = e;
      }
      String said = new String(tar.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
      if (tar.waitFor() != 0 || broken != null) {
        throw new EmbeddedPostgresException(
            "tar could not unpack PostgreSQL (are tar and xz installed?): " + said, broken);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new EmbeddedPostgresException("interrupted while unpacking PostgreSQL", e);
    }
  }

  /** A killed unpacking leaves nothing half done, and of two at a time either one will do. */
  private static void moveIntoPlace(Path fresh, Path target) throws IOException {
    try {
      Files.move(fresh, target, StandardCopyOption.ATOMIC_MOVE);
    } catch (AtomicMoveNotSupportedException | FileAlreadyExistsException e) {
      if (!Files.isExecutable(target.resolve("bin/postgres"))) {
        throw e;
      }
    } catch (IOException e) {
      // Linux says "directory not empty" when somebody else was first.
      if (!Files.isExecutable(target.resolve("bin/postgres"))) {
        throw e;
      }
    }
  }

  private static void deleteTree(Path directory) throws IOException {
    if (!Files.exists(directory)) {
      return;
    }
    try (Stream<Path> paths = Files.walk(directory)) {
      for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(path);
      }
    }
  }
}
