package life.avai.server.tracing;

import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanBuilder;
import io.opentelemetry.api.trace.SpanId;
import io.opentelemetry.api.trace.TraceId;
import io.opentelemetry.sdk.trace.IdGenerator;
import java.util.UUID;
import life.avai.domain.turn.RequestId;
import org.jspecify.annotations.Nullable;

/**
 * The ids of traces and of their first spans follow from those of turns: so every server that works
 * on a turn adds to the same trace, a part can be told before the whole is, and whoever reads a
 * request id in a log has the trace.
 *
 * <p>Safe for use by many threads at once.
 */
final class TurnIds implements IdGenerator {
  private static final ThreadLocal<@Nullable RequestId> TURN = new ThreadLocal<>();

  private final IdGenerator random = IdGenerator.random();

  static String traceId(RequestId turn) {
    UUID id = turn.value();
    return TraceId.fromLongs(id.getMostSignificantBits(), id.getLeastSignificantBits());
  }

  /** Of the span that is the whole turn. */
  static String spanId(RequestId turn) {
    return SpanId.fromLong(turn.value().getLeastSignificantBits());
  }

  /** Starts the span that is the whole turn. */
  Span start(RequestId whole, SpanBuilder builder) {
    TURN.set(whole);
    try {
      return builder.setNoParent().startSpan();
    } finally {
      TURN.remove();
    }
  }

  @Override
  public String generateTraceId() {
    RequestId whole = TURN.get();
    return whole == null ? random.generateTraceId() : traceId(whole);
  }

  @Override
  public String generateSpanId() {
    RequestId whole = TURN.get();
    return whole == null ? random.generateSpanId() : spanId(whole);
  }
}
