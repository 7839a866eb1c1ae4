package life.avai.server.settings;

import static java.util.Objects.requireNonNull;

/** Where conversations are kept. */
public sealed interface DatabaseSettings {
  /** A PostgreSQL of our own below the data directory. */
  record Embedded() implements DatabaseSettings {}

  /**
   * Somebody's PostgreSQL.
   *
   * @param jdbcUrl without user and password
   * @param pooled whether a pooler in transaction mode stands before it
   */
  record External(String jdbcUrl, String user, String password, boolean pooled)
      implements DatabaseSettings {
    public External {
      requireNonNull(jdbcUrl, "jdbcUrl");
      requireNonNull(user, "user");
      requireNonNull(password, "password");
    }

    /** Tells nothing of user and password. */
    @Override
    public String toString() {
      return jdbcUrl.replaceAll("\\?.*", "");
    }
  }
}
