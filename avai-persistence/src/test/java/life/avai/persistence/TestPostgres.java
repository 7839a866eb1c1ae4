package life.avai.persistence;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Comparator;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import life.avai.persistence.embedded.EmbeddedPostgres;
import life.avai.persistence.embedded.EmbeddedPostgresSettings;

/** One real PostgreSQL for all tests of a JVM, with an empty database for each that asks. */
public final class TestPostgres {
  private static final AtomicInteger DATABASES = new AtomicInteger();

  private TestPostgres() {}

  private static final class Holder {
    static final EmbeddedPostgres SERVER = start();

    private static EmbeddedPostgres start() {
      try {
        Path home = Files.createTempDirectory("avai-test-postgres");
        // As root in a container PostgreSQL runs as another user, who must get to its files.
        Files.setPosixFilePermissions(home, PosixFilePermissions.fromString("rwxr-xr-x"));
        EmbeddedPostgres server = EmbeddedPostgres.start(EmbeddedPostgresSettings.forTests(home));
        Runtime.getRuntime()
            .addShutdownHook(
                new Thread(() -> {
                  // Nobody needs its data any more.
                  server.kill();
                  server.close();
                  delete(home);
                }));
        return server;
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    private static void delete(Path home) {
      try (Stream<Path> paths = Files.walk(home)) {
        for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
          Files.deleteIfExists(path);
        }
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  /** The server. */
  public static EmbeddedPostgres server() {
    return Holder.SERVER;
  }

  /** The URL of a new, empty database, without user and password. */
  public static String freshDatabase() {
    String name = "test_" + DATABASES.incrementAndGet();
    server().createDatabase(name);
    return server().jdbcUrl(name);
  }

  /** The URL of a new, empty database as DATABASE_URL takes it. */
  public static String freshDatabaseUrl() {
    return freshDatabase()
        .replace(
            "jdbc:postgresql://",
            "postgresql://"
                + server().user()
                + ":"
                + URLEncoder.encode(server().password(), StandardCharsets.UTF_8)
                + "@");
  }
}
