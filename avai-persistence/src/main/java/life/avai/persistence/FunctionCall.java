package life.avai.persistence;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import life.avai.persistence.jooq.udt.records.AnswerRowRecord;
import org.jooq.DSLContext;
import org.jooq.Table;
import org.jspecify.annotations.Nullable;

/**
 * One function of the hot path, called through JDBC alone: jOOQ writes the statement once, instead
 * of anew for every group, which was a quarter of the server's CPU.
 */
final class FunctionCall {
  private final DSLContext jooq;
  private final String sql;

  /**
   * Prepares to call a function.
   *
   * @param shape a call of it with any arguments; their number and types count
   */
  FunctionCall(DSLContext jooq, Table<AnswerRowRecord> shape) {
    this.jooq = jooq;
    this.sql = jooq.selectFrom(shape).getSQL();
  }

  /** Calls it with arrays of uuid, text, int, bigint, boolean, double or time, and plain values. */
  List<AnswerRowRecord> rows(List<Object> arguments) {
    return jooq.connectionResult(connection -> {
      try (PreparedStatement call = connection.prepareStatement(sql)) {
        for (int i = 0; i < arguments.size(); i++) {
          bind(connection, call, i + 1, arguments.get(i));
        }
        List<AnswerRowRecord> rows = new ArrayList<>();
        try (ResultSet result = call.executeQuery()) {
          while (result.next()) {
            rows.add(row(result));
          }
        }
        return rows;
      }
    });
  }

  private static void bind(
      Connection connection, PreparedStatement call, int index, Object argument)
      throws SQLException {
    if (argument instanceof Object[] array) {
      call.setArray(index, connection.createArrayOf(elementType(array), array));
    } else {
      call.setObject(index, argument);
    }
  }

  private static String elementType(Object[] array) {
    return switch (array) {
      case UUID[] ignored -> "uuid";
      case String[] ignored -> "text";
      case Integer[] ignored -> "int4";
      case Long[] ignored -> "int8";
      case Boolean[] ignored -> "bool";
      case Double[] ignored -> "float8";
      case OffsetDateTime[] ignored -> "timestamptz";
      default -> throw new IllegalArgumentException(array.getClass().getName());
    };
  }

  /** In the order of the type's fields. */
  private static AnswerRowRecord row(ResultSet result) throws SQLException {
    AnswerRowRecord row = new AnswerRowRecord();
    row.setKind(result.getString(1));
    row.setOrd(integer(result, 2));
    row.setThreadId(result.getObject(3, UUID.class));
    row.setTurnId(result.getObject(4, UUID.class));
    row.setMessageId(result.getObject(5, UUID.class));
    row.setPosition(result.getObject(6, Long.class));
    row.setAttempt(integer(result, 7));
    row.setTries(integer(result, 8));
    row.setFlag(result.getObject(9, Boolean.class));
    row.setTitle(result.getString(10));
    row.setSubject(result.getString(11));
    row.setTier(result.getString(12));
    row.setRevision(integer(result, 13));
    row.setAuthorId(result.getObject(14, UUID.class));
    row.setContent(result.getString(15));
    row.setContentType(result.getString(16));
    row.setTokenCount(integer(result, 17));
    row.setClientMessageId(result.getObject(18, UUID.class));
    row.setReplyTo(result.getObject(19, UUID.class));
    row.setFinishReason(result.getString(20));
    OffsetDateTime at = result.getObject(21, OffsetDateTime.class);
    row.setCreatedAt(at == null ? null : at.toInstant());
    return row;
  }

  private static @Nullable Integer integer(ResultSet result, int column) throws SQLException {
    return result.getObject(column, Integer.class);
  }
}
