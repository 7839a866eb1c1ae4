package life.avai.persistence.embedded;

import static java.util.Objects.requireNonNull;

import java.nio.file.Path;
import java.time.Duration;

/**
 * Where an embedded PostgreSQL lives and how it behaves.
 *
 * @param home the directory of its data, password, log and lock; made when it is missing, and used
 *     by one process at a time
 * @param binaries the directory that PostgreSQL's programs are unpacked into, once for each build
 *     of them; any number of processes may share it
 * @param durability what a commit survives
 * @param maxConnections how many connections it accepts at once; positive
 * @param startTimeout longest wait for {@code start} and for {@code restart}, recovery after a
 *     crash included; positive
 */
public record EmbeddedPostgresSettings(
    Path home, Path binaries, Durability durability, int maxConnections, Duration startTimeout) {
  private static final int MAX_CONNECTIONS = 60;
  private static final int MAX_TEST_CONNECTIONS = 200;
  private static final Duration START_TIMEOUT = Duration.ofMinutes(2);

  /** What a committed transaction survives. */
  public enum Durability {
    /** Everything that a PostgreSQL on a server of its own survives, a power cut included. */
    DURABLE,

    /**
     * Crashes of the program and of PostgreSQL, but not of the machine: nothing waits for the disk.
     */
    FAST_FOR_TESTS
  }

  public EmbeddedPostgresSettings {
    requireNonNull(durability, "durability");
    requireNonNull(startTimeout, "startTimeout");
    home = home.toAbsolutePath().normalize();
    binaries = binaries.toAbsolutePath().normalize();
    if (maxConnections < 1) {
      throw new IllegalArgumentException(
          "maxConnections: " + maxConnections + " (expected: at least 1)");
    }
    if (!startTimeout.isPositive()) {
      throw new IllegalArgumentException("startTimeout: " + startTimeout + " (expected: positive)");
    }
  }

  /** Durable, for at most 60 connections, with the programs unpacked inside {@code home}. */
  public static EmbeddedPostgresSettings durable(Path home) {
    return new EmbeddedPostgresSettings(
        home, home.resolve("binaries"), Durability.DURABLE, MAX_CONNECTIONS, START_TIMEOUT);
  }

  /**
   * Fast, for at most 200 connections, with the programs in a directory for temporary files that
   * all tests of this user share.
   */
  public static EmbeddedPostgresSettings forTests(Path home) {
    Path shared =
        Path.of(
            System.getProperty("java.io.tmpdir"),
            "avai-postgresql-" + System.getProperty("user.name"));
    return new EmbeddedPostgresSettings(
        home, shared, Durability.FAST_FOR_TESTS, MAX_TEST_CONNECTIONS, START_TIMEOUT);
  }

  /** The same with another directory for the programs. */
  public EmbeddedPostgresSettings withBinaries(Path value) {
    return new EmbeddedPostgresSettings(home, value, durability, maxConnections, startTimeout);
  }

  /** The same for another number of connections. */
  public EmbeddedPostgresSettings withMaxConnections(int value) {
    return new EmbeddedPostgresSettings(home, binaries, durability, value, startTimeout);
  }

  /** The same with another longest wait. */
  public EmbeddedPostgresSettings withStartTimeout(Duration value) {
    return new EmbeddedPostgresSettings(home, binaries, durability, maxConnections, value);
  }
}
