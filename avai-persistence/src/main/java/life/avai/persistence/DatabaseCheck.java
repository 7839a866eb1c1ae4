package life.avai.persistence;

import static java.util.Objects.requireNonNull;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import life.avai.persistence.Inconsistency.Rule;
import org.jooq.DSLContext;
import org.jooq.SQLDialect;
import org.jooq.exception.DataAccessException;
import org.jooq.impl.DSL;
import org.postgresql.ds.PGSimpleDataSource;

/**
 * Looks for rows that contradict one another, in a database that servers may be using: one
 * connection, one read-only transaction, one moment, no locks that anybody waits for. It reads
 * every table once or twice, so on a large database it takes as long as that.
 */
public final class DatabaseCheck {
  /** How many of a kind are worth telling. */
  public static final int AT_MOST = 100;

  private final PostgresSettings settings;
  private final Duration grace;

  /**
   * A check of one database.
   *
   * @param grace how long after its expiry, or after the end of its lease, a turn counts as stuck:
   *     a server that runs needs a moment to notice
   */
  public DatabaseCheck(PostgresSettings settings, Duration grace) {
    this.settings = requireNonNull(settings, "settings");
    this.grace = requireNonNull(grace, "grace");
  }

  /**
   * What was found.
   *
   * @param threads how many threads there are
   * @param messages how many messages
   * @param turns how many turns
   * @param inconsistencies by rule, {@link #AT_MOST} of each; empty when nothing is wrong
   */
  public record Result(
      long threads, long messages, long turns, List<Inconsistency> inconsistencies) {
    public Result {
      inconsistencies = List.copyOf(inconsistencies);
    }
  }

  /**
   * Looks. Blocks until it is done.
   *
   * @throws PersistenceException if the database cannot be reached, or the tables are not there or
   *     not readable
   */
  public Result run() {
    PGSimpleDataSource source = new PGSimpleDataSource();
    source.setUrl(settings.jdbcUrl());
    source.setUser(settings.user());
    source.setPassword(settings.password());
    source.setApplicationName("avai-check");
    source.setConnectTimeout(5);
    source.setTcpKeepAlive(true);
    if (!settings.preparedStatements()) {
      source.setPrepareThreshold(0);
    }
    try (Connection connection = source.getConnection()) {
      connection.setReadOnly(true);
      connection.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
      connection.setAutoCommit(false);
      try {
        return look(
            DSL.using(
                connection, SQLDialect.POSTGRES, PostgresStores.jooqSettings(settings.schema())));
      } finally {
        connection.rollback();
      }
    } catch (SQLException | DataAccessException e) {
      throw new PersistenceException("the database cannot be read", e);
    }
  }

  private Result look(DSLContext jooq) {
    ConsistencyQueries queries = new ConsistencyQueries(jooq, grace, AT_MOST);
    List<Inconsistency> found = new ArrayList<>();
    for (Rule rule : Rule.values()) {
      found.addAll(queries.breaking(rule));
    }
    return new Result(queries.threads(), queries.messages(), queries.turns(), found);
  }
}
