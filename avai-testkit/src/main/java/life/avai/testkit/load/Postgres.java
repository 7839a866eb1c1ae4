package life.avai.testkit.load;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;

/**
 * The database that a server runs for itself, as the files in its data directory tell of it.
 *
 * @param pid its first process
 * @param port where it listens, on 127.0.0.1
 * @param password of the user {@code postgres}
 */
record Postgres(long pid, int port, String password) {
  private static final int PORT_LINE = 3;

  static Postgres of(Path dataDirectory) {
    try {
      Path home = dataDirectory.resolve("postgres");
      List<String> lines = Files.readAllLines(home.resolve("data/postmaster.pid"));
      return new Postgres(
          Long.parseLong(lines.getFirst().strip()),
          Integer.parseInt(lines.get(PORT_LINE).strip()),
          Files.readString(home.resolve("password")).strip());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** As {@code DATABASE_URL} wants it. */
  String url() {
    return "postgresql://postgres:" + password + "@127.0.0.1:" + port + "/postgres";
  }

  double cpuSeconds() {
    return Processes.cpuSecondsWithChildren(pid);
  }

  /** Runs statements, each in a transaction of its own. */
  void run(String... statements) {
    try (Connection connection =
            DriverManager.getConnection(
                "jdbc:postgresql://127.0.0.1:" + port + "/postgres", "postgres", password);
        Statement statement = connection.createStatement()) {
      for (String sql : statements) {
        statement.execute(sql);
      }
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public String toString() {
    return "Postgres[pid=" + pid + ", port=" + port + "]";
  }
}
