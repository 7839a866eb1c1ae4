package life.avai.persistence.migration;

import static java.util.stream.Collectors.joining;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.sql.Statement;
import java.util.Arrays;
import java.util.Map;
import javax.sql.DataSource;
import life.avai.domain.StoreUnavailableException;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.flywaydb.core.api.MigrationInfo;
import org.flywaydb.core.api.MigrationInfoService;
import org.flywaydb.core.api.MigrationState;
import org.flywaydb.core.api.output.MigrateResult;
import org.jspecify.annotations.Nullable;

/**
 * Brings a database's schema up to what this program knows.
 *
 * <p>Several servers may do so at once: one does, the others wait. The lock is one of a
 * transaction, so a pooler that hands connections round is no obstacle.
 */
public final class SchemaMigration {
  private static final String HISTORY = "flyway_schema_history";

  private SchemaMigration() {}

  /**
   * Migrates.
   *
   * @param schema made when it is not there; lower-case letters, digits and underscores
   * @throws SchemaException when the schema is newer than this program, or was tampered with
   * @throws StoreUnavailableException when the database cannot be reached; trying again may help
   */
  public static void migrate(DataSource dataSource, String schema) {
    Flyway flyway = flyway(dataSource, schema);
    try {
      refuseNewer(flyway);
      MigrateResult unused = flyway.migrate();
    } catch (FlywayException e) {
      if (isAway(e)) {
        throw new StoreUnavailableException("the database cannot be reached", e);
      }
      throw failed(e);
    }
    hideHistory(dataSource, schema);
  }

  /**
   * How a schema stands.
   *
   * @param version of the last migration; null when there was none
   * @param pending how many migrations are to come at the next start
   * @param newer whether it has migrations that this program does not know
   */
  public record State(@Nullable String version, int pending, boolean newer) {}

  /**
   * Looks, and changes nothing.
   *
   * @throws SchemaException when the history cannot be read
   */
  public static State state(DataSource dataSource, String schema) {
    try {
      MigrationInfoService info = flyway(dataSource, schema).info();
      MigrationInfo current = info.current();
      return new State(
          current == null ? null : String.valueOf(current.getVersion()),
          info.pending().length,
          Arrays.stream(info.all()).anyMatch(SchemaMigration::isNewer));
    } catch (FlywayException e) {
      throw new SchemaException("the schema's history cannot be read", e);
    }
  }

  private static Flyway flyway(DataSource dataSource, String schema) {
    if (!schema.matches("[a-z_][a-z0-9_]{0,62}")) {
      throw new IllegalArgumentException("schema: " + schema + " (expected: [a-z_][a-z0-9_]*)");
    }
    return Flyway.configure()
        .dataSource(dataSource)
        .schemas(schema)
        .table(HISTORY)
        .locations("classpath:db/migration")
        .placeholders(Map.of("schema", schema))
        // A schema that was there before us, such as Supabase's public one, is no obstacle.
        .baselineOnMigrate(true)
        .baselineVersion("0")
        // Judged below, with better words.
        .ignoreMigrationPatterns("*:future")
        .load();
  }

  /** In one line: what Flyway says itself fills a screen. */
  private static SchemaException failed(FlywayException error) {
    String state = "";
    String reason = String.valueOf(error.getMessage());
    for (Throwable cause = error; cause != null; cause = cause.getCause()) {
      if (cause instanceof SQLException sql && sql.getSQLState() != null) {
        state = sql.getSQLState();
        reason = String.valueOf(sql.getMessage());
        break;
      }
    }
    String line =
        reason.lines().map(String::strip).filter(s -> !s.isEmpty()).limit(2).collect(joining("; "));
    return new SchemaException("the schema cannot be brought up to date: " + line, state, error);
  }

  /** Whether the connection was at fault and not the schema: by class of SQLSTATE. */
  private static boolean isAway(Throwable error) {
    for (Throwable cause = error; cause != null; cause = cause.getCause()) {
      if (cause instanceof SQLTransientConnectionException) {
        return true;
      }
      if (cause instanceof SQLException sql && sql.getSQLState() != null) {
        return sql.getSQLState().startsWith("08") || sql.getSQLState().startsWith("57P");
      }
    }
    return false;
  }

  private static void refuseNewer(Flyway flyway) {
    for (MigrationInfo migration : flyway.info().all()) {
      if (isNewer(migration)) {
        throw new SchemaException(
            "the database's schema is of version "
                + migration.getVersion()
                + ", which is newer than this program knows; start a newer AVAI",
            null);
      }
    }
  }

  private static boolean isNewer(MigrationInfo migration) {
    return migration.getState() == MigrationState.FUTURE_SUCCESS
        || migration.getState() == MigrationState.FUTURE_FAILED;
  }

  /** The history table is Flyway's and comes before our own migrations, so it is done here. */
  private static void hideHistory(DataSource dataSource, String schema) {
    try (Connection connection = dataSource.getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute("alter table \"" + schema + "\"." + HISTORY + " enable row level security");
    } catch (SQLException e) {
      throw new SchemaException("row level security cannot be enabled on " + HISTORY, e);
    }
  }
}
