package life.avai.persistence;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import javax.sql.DataSource;
import org.jooq.ConnectionProvider;
import org.jooq.exception.DataAccessException;

/**
 * The part of the pool that is for what people ask, in the order in which they asked. The rest is
 * left to saves and to turns, which so find a connection however much is asked at once.
 *
 * <p>Safe for use by many threads at once.
 */
final class SharedConnections implements ConnectionProvider {
  private static final Duration PATIENCE = Duration.ofSeconds(2);

  private final DataSource pool;
  private final Semaphore room;

  /**
   * Lends what a pool has.
   *
   * @param atOnce how many of its connections at most
   */
  SharedConnections(DataSource pool, int atOnce) {
    this.pool = pool;
    this.room = new Semaphore(atOnce, true);
  }

  @Override
  public Connection acquire() {
    awaitRoom();
    boolean lent = false;
    try {
      Connection connection = pool.getConnection();
      lent = true;
      return connection;
    } catch (SQLException e) {
      throw new DataAccessException("no connection", e);
    } finally {
      if (!lent) {
        room.release();
      }
    }
  }

  private void awaitRoom() {
    try {
      if (!room.tryAcquire(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
        throw new DataAccessException(
            "no connection", new SQLTransientConnectionException("too much is asked at once"));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new DataAccessException("no connection", new SQLTransientConnectionException(e));
    }
  }

  @Override
  public void release(Connection connection) {
    try {
      connection.close();
    } catch (SQLException e) {
      throw new DataAccessException("the connection cannot be given back", e);
    } finally {
      room.release();
    }
  }
}
