package life.avai.server.support;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import javax.sql.DataSource;
import life.avai.persistence.TestPostgres;
import life.avai.persistence.embedded.EmbeddedPostgres;
import org.jspecify.annotations.Nullable;
import org.postgresql.ds.PGSimpleDataSource;

/**
 * A database for servers under test, and a way to look into it that no fault of theirs touches.
 *
 * @param url where it is, without user and password
 */
public record TestDatabase(String url, String user, String password) {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  /** An empty one on the PostgreSQL that all tests share. */
  public static TestDatabase fresh() {
    return in(TestPostgres.server(), TestPostgres.freshDatabase());
  }

  /** One on a PostgreSQL that a test owns. */
  public static TestDatabase in(EmbeddedPostgres server, String url) {
    return new TestDatabase(url, server.user(), server.password());
  }

  /** What {@code DATABASE_URL} should be. */
  public String variable() {
    return url + "?user=" + user + "&password=" + password;
  }

  /** What {@code DATABASE_URL} should be for a server behind a proxy. */
  public String variable(int proxyPort) {
    return variable().replaceFirst(":\\d+/", ":" + proxyPort + "/");
  }

  /** The port of its server. */
  public int port() {
    return source().getPortNumbers()[0];
  }

  /** The first column of the first row; null when there is none. */
  public @Nullable String one(String query) {
    List<String> all = all(query);
    return all.isEmpty() ? null : all.getFirst();
  }

  /** The first column of every row. */
  public List<String> all(String query) {
    try (Connection connection = source().getConnection();
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(query)) {
      List<String> column = new ArrayList<>();
      while (rows.next()) {
        column.add(rows.getString(1));
      }
      return column;
    } catch (SQLException e) {
      throw new IllegalStateException(query, e);
    }
  }

  /** Runs a statement. */
  public void run(String sql) {
    try (Connection connection = source().getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    } catch (SQLException e) {
      throw new IllegalStateException(sql, e);
    }
  }

  public long count(String from) {
    return Long.parseLong(String.valueOf(one("select count(*) from " + from)));
  }

  /** Asks until the first column of the first row is as expected: the database tells nobody. */
  public void await(String query, String expected) {
    long end = System.nanoTime() + PATIENCE.toNanos();
    String found = one(query);
    while (!expected.equals(found)) {
      if (System.nanoTime() > end) {
        throw new AssertionError(query + ": " + found + " (expected: " + expected + ")");
      }
      LockSupport.parkNanos(5_000_000);
      found = one(query);
    }
  }

  /** Waits until every turn has ended. */
  public void awaitRest() {
    await("select count(*) from turns where state in ('waiting', 'running')", "0");
  }

  /** Connections of this test's own. */
  public DataSource dataSource() {
    return source();
  }

  private PGSimpleDataSource source() {
    PGSimpleDataSource source = new PGSimpleDataSource();
    source.setUrl(url);
    source.setUser(user);
    source.setPassword(password);
    return source;
  }
}
