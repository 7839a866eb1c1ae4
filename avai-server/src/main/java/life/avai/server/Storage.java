package life.avai.server;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.LockSupport;
import life.avai.persistence.PostgresSettings;
import life.avai.persistence.PostgresStores;
import life.avai.persistence.embedded.EmbeddedPostgres;
import life.avai.persistence.embedded.EmbeddedPostgresSettings;
import life.avai.persistence.migration.SchemaException;
import life.avai.server.settings.ConfigurationException;
import life.avai.server.settings.DatabaseSettings;
import life.avai.server.settings.ServerSettings;
import org.jspecify.annotations.Nullable;

/** The database: one that was named, or our own; migrated as soon as it can be reached. */
final class Storage implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(Storage.class.getName());
  private static final Duration RETRY = Duration.ofSeconds(1);

  private final @Nullable EmbeddedPostgres embedded;
  private final PostgresStores stores;
  private final CompletableFuture<Void> migrated = new CompletableFuture<>();
  private String told = ""; // by whoever tries, one after the other
  private volatile boolean closed;

  Storage(ServerSettings settings) {
    DatabaseSettings database = settings.database();
    embedded =
        database instanceof DatabaseSettings.Embedded
            ? EmbeddedPostgres.start(EmbeddedPostgresSettings.durable(makeHome(settings)))
            : null;
    PostgresSettings postgres =
        switch (database) {
          case DatabaseSettings.Embedded() -> own(settings);
          case DatabaseSettings.External(var url, var user, var password, var pooled) ->
              of(settings, url, user, password, !pooled);
        };
    stores = new PostgresStores(postgres);
  }

  /** Where the embedded database is, or would be. */
  static Path home(ServerSettings settings) {
    return settings.dataDirectory().toAbsolutePath().resolve("postgres");
  }

  private static Path makeHome(ServerSettings settings) {
    try {
      return Files.createDirectories(home(settings));
    } catch (IOException e) {
      throw new ConfigurationException("AVAI_DATA_DIR", "a directory that can be written to");
    }
  }

  private PostgresSettings own(ServerSettings settings) {
    EmbeddedPostgres server = requireNonNull(embedded);
    return of(settings, server.jdbcUrl(), server.user(), server.password(), true);
  }

  /** How to work with a database, whoever's it is. */
  static PostgresSettings of(
      ServerSettings settings, String url, String user, String password, boolean prepared) {
    return new PostgresSettings(
        url,
        user,
        password,
        settings.databasePoolSize(),
        settings.databaseSchema(),
        prepared,
        settings.context().messages(),
        16L << 20);
  }

  PostgresStores stores() {
    return stores;
  }

  /**
   * Brings the schema up to date: at once, or in the background for as long as the database is
   * away.
   *
   * @throws SchemaException when the schema is not one that this program can work with
   * @throws ConfigurationException when another name for it would help
   */
  void migrate() {
    if (!tryMigrate()) {
      Thread unused =
          Thread.ofVirtual()
              .name("migrate")
              .start(() -> {
                while (!closed && !migrated.isDone()) {
                  LockSupport.parkNanos(RETRY.toNanos());
                  try {
                    boolean ignored = tryMigrate();
                  } catch (SchemaException | ConfigurationException e) {
                    LOG.log(System.Logger.Level.ERROR, "{0}", e.getMessage());
                    return;
                  }
                }
              });
    }
  }

  /** By one thread at a time. */
  private boolean tryMigrate() {
    String away = stores.sqlStateOfPing();
    if (away != null) {
      tellOnce(away);
      return false;
    }
    try {
      stores.migrate();
    } catch (SchemaException e) {
      throw nameHelps(e)
          ? new ConfigurationException(
              "AVAI_DB_SCHEMA",
              "the name of a schema of AVAI's own, and no word of SQL; " + e.getMessage())
          : e;
    }
    if (embedded != null) {
      // Started by us a moment ago, and with a lock on its directory: whose turns these were is
      // dead.
      stores.endLeases();
    }
    return migrated.complete(null);
  }

  /** Something else is there already, the name is a word of SQL, or begins with pg_. */
  private static boolean nameHelps(SchemaException error) {
    return Set.of("42P07", "42710", "42723", "42601", "42939").contains(error.sqlState());
  }

  /** A wrong password is tried again for ever too: it may be the database's that is mended. */
  private void tellOnce(String sqlState) {
    String reason =
        switch (sqlState) {
          case "28P01", "28000" -> "it refuses the user, the password, or how we connect";
          case "3D000" -> "there is no such database";
          case "53300" -> "it has no connection left";
          default -> "nobody answers, or not as we ask";
        };
    if (!reason.equals(told)) {
      told = reason;
      LOG.log(
          System.Logger.Level.WARNING,
          "the database cannot be reached; trying for ever: {0}{1}; see avai doctor",
          reason,
          sqlState.isEmpty() ? "" : " (SQLSTATE " + sqlState + ")");
    }
  }

  /** Whether messages can be kept now. */
  boolean isReady() {
    return migrated.isDone() && stores.ping();
  }

  /** Runs something once the schema is there. */
  void whenMigrated(Runnable action) {
    migrated.thenRun(action);
  }

  @Override
  public void close() {
    closed = true;
    stores.close();
    if (embedded != null) {
      embedded.close();
    }
  }
}
