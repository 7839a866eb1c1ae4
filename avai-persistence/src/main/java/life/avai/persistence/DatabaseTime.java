package life.avai.persistence;

import java.time.Duration;
import java.time.Instant;
import life.avai.persistence.jooq.tables.Turns;
import org.jooq.Field;
import org.jooq.impl.DSL;

/** The database's own clock: leases are measured by it, so that servers' clocks need not agree. */
final class DatabaseTime {
  private DatabaseTime() {}

  /** Now, also within a transaction that has been running for a while. */
  static Field<Instant> now() {
    return DSL.field("clock_timestamp()", Turns.TURNS.EXPIRES_AT.getDataType());
  }

  /** So long from now. */
  static Field<Instant> in(Duration duration) {
    return DSL.field(
        "clock_timestamp() + {0} * interval '1 millisecond'",
        Turns.TURNS.EXPIRES_AT.getDataType(), DSL.val(duration.toMillis()));
  }
}
