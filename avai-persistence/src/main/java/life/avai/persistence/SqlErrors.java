package life.avai.persistence;

import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.time.Duration;
import java.util.function.Function;
import java.util.function.Supplier;
import life.avai.domain.StoreUnavailableException;
import org.jooq.exception.DataAccessException;
import org.jspecify.annotations.Nullable;

/** What the errors of PostgreSQL and its driver mean to us. By SQLSTATE, never by message. */
final class SqlErrors {
  private static final int MAX_REPEATS = 5;

  /** More than a pool has connections that may all have died with the database. */
  private static final int MAX_LOST = 100;

  private static final Duration PATIENCE = Duration.ofSeconds(1);

  private SqlErrors() {}

  /** What to do about an error. */
  enum Kind {
    /** The connection is gone, or cannot be had; what was being done may have been done. */
    UNAVAILABLE,
    /** Two transactions were in each other's way; nothing was done, and again is fine. */
    COLLISION,
    /** A row stayed locked; nothing was done. */
    LOCKED,
    /**
     * Somebody else was first with a unique value; nothing was done, and another look will show it.
     */
    RACE,
    /** The statement or its values are wrong; nothing was done. */
    REFUSED
  }

  static Kind kind(Throwable error) {
    SQLException sql = sqlException(error);
    if (sql == null) {
      return Kind.REFUSED;
    }
    if (sql instanceof SQLTransientConnectionException) {
      return Kind.UNAVAILABLE;
    }
    String state = sql.getSQLState() == null ? "" : sql.getSQLState();
    if (state.startsWith("08")
        || state.startsWith("57P")
        || state.startsWith("53")
        || state.equals("25006")
        || state.startsWith("58")) {
      // Connection, shut-down and resource classes, and "read only", as after a failover.
      return Kind.UNAVAILABLE;
    }
    return switch (state) {
      case "40001", "40P01" -> Kind.COLLISION;
      case "55P03" -> Kind.LOCKED;
      case "23505" -> Kind.RACE;
      default -> Kind.REFUSED;
    };
  }

  private static @Nullable SQLException sqlException(Throwable error) {
    for (Throwable cause = error; cause != null; cause = cause.getCause()) {
      if (cause instanceof SQLException sql) {
        return sql;
      }
    }
    return null;
  }

  /** The exception to throw to the domain. */
  static RuntimeException translate(RuntimeException error) {
    if (error instanceof StoreUnavailableException || error instanceof PersistenceException) {
      return error;
    }
    return switch (kind(error)) {
      case UNAVAILABLE, LOCKED, COLLISION ->
          new StoreUnavailableException("the database cannot be reached", error);
      case RACE, REFUSED -> new PersistenceException("the database refused a statement", error);
    };
  }

  /** Runs a transaction, again where it collided with another. */
  static <T> T call(Supplier<T> transaction) {
    for (int repeat = 1; ; repeat++) {
      try {
        return transaction.get();
      } catch (DataAccessException e) {
        if (kind(e) != Kind.COLLISION || repeat == MAX_REPEATS) {
          throw translate(e);
        }
      }
    }
  }

  /**
   * Runs a transaction that may be made twice: again also where the connection was lost, for a
   * moment. All connections of a pool die with the database, and each shows it when it is used.
   */
  static <T> T repeat(Supplier<T> transaction) {
    return repeat(again -> transaction.get());
  }

  /** The same for a transaction that must know whether it may have been made already. */
  static <T> T repeat(Function<Boolean, T> transaction) {
    long end = System.nanoTime() + PATIENCE.toNanos();
    boolean again = false;
    for (int lost = 0; ; lost++) {
      boolean repeated = again;
      try {
        return call(() -> transaction.apply(repeated));
      } catch (StoreUnavailableException e) {
        if (lost == MAX_LOST || System.nanoTime() > end) {
          throw e;
        }
        again = true;
      }
    }
  }
}
