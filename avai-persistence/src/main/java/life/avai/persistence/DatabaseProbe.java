package life.avai.persistence;

import static java.util.Objects.requireNonNull;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import life.avai.persistence.migration.SchemaMigration;
import org.postgresql.ds.PGSimpleDataSource;

/**
 * Looks at a database as a server would find it, over two connections, and changes nothing. Blocks
 * for some seconds at most when it cannot be reached.
 */
public final class DatabaseProbe {
  private static final int ROUND_TRIPS = 5;

  private final PostgresSettings settings;
  private final InstantSource clock;

  /**
   * A look at one database.
   *
   * @param clock what the database's own is compared with
   */
  public DatabaseProbe(PostgresSettings settings, InstantSource clock) {
    this.settings = requireNonNull(settings, "settings");
    this.clock = requireNonNull(clock, "clock");
  }

  /**
   * What was found.
   *
   * @param version as it calls itself, such as {@code 18.6}
   * @param major such as 18
   * @param roundTrip the quickest of a few
   * @param ahead how far its clock is before ours; negative when it is behind
   * @param maxConnections to the whole server, without those that are kept for superusers
   * @param connections to the whole server now
   * @param mayMigrate whether this user may make and change tables in the schema
   * @param pooled whether connections are handed round between transactions
   * @param schema how far it was brought
   */
  public record Findings(
      String version,
      int major,
      Duration roundTrip,
      Duration ahead,
      int maxConnections,
      int connections,
      boolean mayMigrate,
      boolean pooled,
      SchemaMigration.State schema) {}

  /**
   * Looks.
   *
   * @throws SQLException when the database cannot be reached or will not have us; what it says may
   *     name the user
   * @throws life.avai.persistence.migration.SchemaException when the history of the schema cannot
   *     be read
   */
  public Findings look() throws SQLException {
    PGSimpleDataSource source = new PGSimpleDataSource();
    source.setUrl(settings.jdbcUrl());
    source.setUser(settings.user());
    source.setPassword(settings.password());
    source.setApplicationName("avai-doctor");
    source.setConnectTimeout(5);
    source.setSocketTimeout(10);
    // Looking must work behind a pooler too, also when nobody has said that there is one.
    source.setPrepareThreshold(0);
    try (Connection connection = source.getConnection()) {
      Duration roundTrip = roundTrip(connection);
      return new Findings(
          text(connection, "select current_setting('server_version')"),
          number(connection, "select current_setting('server_version_num')::int / 10000"),
          roundTrip,
          ahead(connection),
          number(
              connection,
              "select current_setting('max_connections')::int"
                  + " - current_setting('superuser_reserved_connections')::int"),
          number(
              connection,
              "select count(*)::int from pg_stat_activity where backend_type = 'client backend'"),
          mayMigrate(connection),
          isPooled(source, connection),
          SchemaMigration.state(source, settings.schema()));
    }
  }

  private static Duration roundTrip(Connection connection) throws SQLException {
    long best = Long.MAX_VALUE;
    for (int i = 0; i < ROUND_TRIPS; i++) {
      long begun = System.nanoTime();
      int unused = number(connection, "select 1");
      best = Math.min(best, System.nanoTime() - begun);
    }
    return Duration.ofNanos(best);
  }

  /** Against the middle of the question: half of the way is there, half of it back. */
  private Duration ahead(Connection connection) throws SQLException {
    Instant asked = clock.instant();
    String theirs =
        text(connection, "select (extract(epoch from clock_timestamp()) * 1000)::bigint");
    Duration took = Duration.between(asked, clock.instant());
    return Duration.between(
        asked.plus(took.dividedBy(2)), Instant.ofEpochMilli(Long.parseLong(theirs)));
  }

  private boolean mayMigrate(Connection connection) throws SQLException {
    try (PreparedStatement statement =
        connection.prepareStatement(
            """
            select coalesce(
              (select has_schema_privilege(oid, 'CREATE') from pg_namespace where nspname = ?),
              has_database_privilege(current_database(), 'CREATE'))\
            """)) {
      statement.setString(1, settings.schema());
      try (ResultSet row = statement.executeQuery()) {
        return row.next() && row.getBoolean(1);
      }
    }
  }

  /**
   * A connection of one's own keeps its process. Behind a pooler that hands them round, whoever
   * begins a transaction between two of ours is given the one that we had.
   */
  private static boolean isPooled(PGSimpleDataSource source, Connection first) throws SQLException {
    String process = "select pg_backend_pid()";
    try (Connection second = source.getConnection()) {
      int before = number(first, process);
      second.setAutoCommit(false);
      int between = number(second, process);
      int after = number(first, process);
      second.rollback();
      return before == between || before != after;
    }
  }

  private static int number(Connection connection, String query) throws SQLException {
    return Integer.parseInt(text(connection, query));
  }

  private static String text(Connection connection, String query) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(query)) {
      if (!row.next()) {
        throw new SQLException("no row: " + query);
      }
      return String.valueOf(row.getString(1));
    }
  }
}
