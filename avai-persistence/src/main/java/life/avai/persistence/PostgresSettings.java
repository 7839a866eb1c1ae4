package life.avai.persistence;

import static java.util.Objects.requireNonNull;

/**
 * Which database to use, and how.
 *
 * @param jdbcUrl without user and password
 * @param poolSize how many connections at most
 * @param schema the schema of the tables
 * @param preparedStatements whether the server may keep prepared statements; false behind a pooler
 *     in transaction mode
 * @param contextMessages how many messages of a thread a turn is shown at most, the question
 *     included
 * @param contextCacheCharacters how much text of busy threads is kept in memory
 */
public record PostgresSettings(
    String jdbcUrl,
    String user,
    String password,
    int poolSize,
    String schema,
    boolean preparedStatements,
    int contextMessages,
    long contextCacheCharacters) {
  public PostgresSettings {
    requireNonNull(jdbcUrl, "jdbcUrl");
    requireNonNull(user, "user");
    requireNonNull(password, "password");
    requireNonNull(schema, "schema");
    if (poolSize < 2) {
      throw new IllegalArgumentException("poolSize: " + poolSize + " (expected: at least 2)");
    }
    if (contextMessages < 1) {
      throw new IllegalArgumentException(
          "contextMessages: " + contextMessages + " (expected: at least 1)");
    }
  }

  /** The defaults for a database. */
  public static PostgresSettings of(String jdbcUrl, String user, String password) {
    return new PostgresSettings(jdbcUrl, user, password, 10, "public", true, 20, 16L * 1024 * 1024);
  }

  /** Tells nothing of the password. */
  @Override
  public String toString() {
    return "PostgresSettings[" + jdbcUrl + ", schema=" + schema + "]";
  }
}
