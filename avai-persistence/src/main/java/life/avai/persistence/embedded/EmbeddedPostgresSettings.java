package life.avai.persistence.embedded;

import static java.util.Objects.requireNonNull;

import java.nio.file.Path;
import java.time.Duration;

/**
 * How to run an embedded PostgreSQL.
 *
 * @param home the directory that holds its data, its password and its log; made when it is not
 *     there
 * @param binaries the directory to unpack the program into; may be shared by many
 * @param startTimeout how long it may take to come up
 */
public record EmbeddedPostgresSettings(
    Path home, Path binaries, Durability durability, int maxConnections, Duration startTimeout) {
  /** Whether what was committed survives a power cut. */
  public enum Durability {
    DURABLE,
    /** Never for data that anybody wants to keep. */
    FAST_FOR_TESTS
  }

  public EmbeddedPostgresSettings {
    home = home.toAbsolutePath().normalize();
    binaries = binaries.toAbsolutePath().normalize();
    requireNonNull(durability, "durability");
    requireNonNull(startTimeout, "startTimeout");
  }

  /** Durable, everything below one directory. */
  public static EmbeddedPostgresSettings durable(Path home) {
    return new EmbeddedPostgresSettings(
        home, home.resolve("bin"), Durability.DURABLE, 60, Duration.ofSeconds(60));
  }

  /** For tests: fast, and the program is unpacked once for all of them. */
  public static EmbeddedPostgresSettings forTests(Path home) {
    Path shared = Path.of(System.getProperty("java.io.tmpdir"), "avai-postgres-binaries");
    return new EmbeddedPostgresSettings(
        home, shared, Durability.FAST_FOR_TESTS, 200, Duration.ofSeconds(60));
  }
}
