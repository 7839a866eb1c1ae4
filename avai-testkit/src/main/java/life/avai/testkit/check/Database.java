package life.avai.testkit.check;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * The rows of one moment.
 *
 * @param users everybody
 * @param threads every thread
 * @param messages every message
 * @param turns every turn
 */
public record Database(
    List<UserRow> users, List<ThreadRow> threads, List<MessageRow> messages, List<TurnRow> turns) {
  /** No rows at all. */
  public static final Database EMPTY = new Database(List.of(), List.of(), List.of(), List.of());

  /** Copies the lists. */
  public Database {
    users = List.copyOf(users);
    threads = List.copyOf(threads);
    messages = List.copyOf(messages);
    turns = List.copyOf(turns);
  }

  /**
   * A row of {@code users}.
   *
   * @param id who
   * @param subject Clerk's name; null for the anonymous
   */
  public record UserRow(String id, @Nullable String subject) {}

  /**
   * A row of {@code threads}.
   *
   * @param id which
   * @param owner whose
   * @param count what {@code message_count} says
   * @param lastMessageAt what {@code last_message_at} says
   */
  public record ThreadRow(String id, String owner, long count, @Nullable Instant lastMessageAt) {}

  /**
   * A row of {@code messages}.
   *
   * @param id which
   * @param thread where
   * @param position its place, from 1
   * @param role {@code user} or {@code assistant}
   * @param author the user; null for a reply
   * @param content the text
   * @param clientId the client's name for it
   * @param replyTo the question; null for a question
   * @param supersededAt when another reply took its place
   * @param createdAt when it was saved
   */
  public record MessageRow(
      String id,
      String thread,
      long position,
      String role,
      @Nullable String author,
      String content,
      @Nullable String clientId,
      @Nullable String replyTo,
      @Nullable Instant supersededAt,
      Instant createdAt) {}

  /**
   * A row of {@code turns}.
   *
   * @param id the {@code request_id}
   * @param thread where
   * @param message the question
   * @param state {@code waiting}, {@code running}, {@code completed}, {@code failed}, {@code
   *     cancelled} or {@code expired}
   * @param attempt how often its reply was begun
   * @param reply the reply's id
   * @param code why it has none
   * @param revision of the turns of one message, the highest is the newest
   * @param owner the server that runs it, or ran it last; null when there is none
   * @param createdAt when it was made
   */
  public record TurnRow(
      String id,
      String thread,
      String message,
      String state,
      int attempt,
      @Nullable String reply,
      @Nullable String code,
      int revision,
      @Nullable String owner,
      Instant createdAt) {}

  /**
   * Reads every row in one repeatable-read transaction. For tests: it holds all of them in memory.
   *
   * @param source the database
   * @param schema the schema of the tables, as {@code AVAI_DB_SCHEMA} names it
   * @return the rows
   * @throws SQLException if they cannot be read
   */
  public static Database read(DataSource source, String schema) throws SQLException {
    String prefix = "\"" + schema.replace("\"", "\"\"") + "\".";
    try (Connection connection = source.getConnection()) {
      connection.setAutoCommit(false);
      connection.setReadOnly(true);
      connection.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
      try {
        return new Database(
            rows(
                connection,
                "select id, clerk_id from " + prefix + "users",
                row -> new UserRow(text(row, 1), row.getString(2))),
            rows(
                connection,
                "select id, user_id, message_count, last_message_at from " + prefix + "threads",
                row -> new ThreadRow(text(row, 1), text(row, 2), row.getLong(3), time(row, 4))),
            rows(
                connection,
                "select id, thread_id, position, role, author_id, content, client_message_id,"
                    + " reply_to, superseded_at, created_at from "
                    + prefix
                    + "messages",
                Database::message),
            rows(
                connection,
                "select id, thread_id, message_id, state, attempt, reply_id, outcome_code,"
                    + " revision, owner, created_at from "
                    + prefix
                    + "turns",
                Database::turn));
      } finally {
        connection.rollback();
      }
    }
  }

  private static MessageRow message(ResultSet row) throws SQLException {
    return new MessageRow(
        text(row, 1),
        text(row, 2),
        row.getLong(3),
        text(row, 4),
        row.getString(5),
        text(row, 6),
        row.getString(7),
        row.getString(8),
        time(row, 9),
        row.getTimestamp(10).toInstant());
  }

  private static TurnRow turn(ResultSet row) throws SQLException {
    return new TurnRow(
        text(row, 1),
        text(row, 2),
        text(row, 3),
        text(row, 4),
        row.getInt(5),
        row.getString(6),
        row.getString(7),
        row.getInt(8),
        row.getString(9),
        row.getTimestamp(10).toInstant());
  }

  private interface RowReader<T> {
    T read(ResultSet row) throws SQLException;
  }

  private static <T> List<T> rows(Connection connection, String sql, RowReader<T> reader)
      throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(sql);
        ResultSet rows = statement.executeQuery()) {
      var read = new ArrayList<T>();
      while (rows.next()) {
        read.add(reader.read(rows));
      }
      return read;
    }
  }

  private static String text(ResultSet row, int column) throws SQLException {
    return String.valueOf(row.getString(column));
  }

  private static @Nullable Instant time(ResultSet row, int column) throws SQLException {
    var time = row.getTimestamp(column);
    return time == null ? null : time.toInstant();
  }
}
