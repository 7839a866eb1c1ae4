package life.avai.persistence;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import org.jooq.DSLContext;
import org.jooq.Field;
import org.jooq.Record;
import org.jooq.Result;
import org.jooq.Select;

/**
 * A query that is asked so often that jOOQ writes it once, instead of anew each time, which costs
 * more than all else about it.
 *
 * <p>Safe for use by many threads at once.
 */
final class RenderedQuery {
  private final DSLContext jooq;
  private final String sql;
  private final List<String> parameters;
  private final List<Field<?>> columns;

  /**
   * Writes a query.
   *
   * @param query all of whose values are parameters with a name, each used once
   * @param columns what it selects, as those who read the rows know it
   */
  RenderedQuery(DSLContext jooq, Select<?> query, List<? extends Field<?>> columns) {
    this.jooq = jooq;
    this.sql = jooq.render(query);
    this.parameters = List.copyOf(jooq.extractParams(query).keySet());
    this.columns = List.copyOf(columns);
  }

  /** Asks, with a value for each parameter. */
  Result<Record> fetch(Connection connection, Map<String, ?> values) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      for (int i = 0; i < parameters.size(); i++) {
        statement.setObject(i + 1, values.get(parameters.get(i)));
      }
      try (ResultSet rows = statement.executeQuery()) {
        return jooq.fetch(rows, columns.toArray(Field<?>[]::new));
      }
    }
  }
}
