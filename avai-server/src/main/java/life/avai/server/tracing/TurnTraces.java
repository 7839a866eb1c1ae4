package life.avai.server.tracing;

import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanBuilder;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.api.trace.TraceState;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Context;
import life.avai.domain.turn.RequestId;

/**
 * Makes spans of turns. Each turn is a trace; all that was done for it is a child of its first
 * span.
 *
 * <p>Safe for use by many threads at once.
 */
final class TurnTraces {
  /** The name of the span that is the whole turn. */
  static final String WHOLE = "turn";

  private final Tracer tracer;
  private final TurnIds ids;
  private final TurnSampler sampler;

  TurnTraces(Tracer tracer, TurnIds ids, TurnSampler sampler) {
    this.tracer = tracer;
    this.ids = ids;
    this.sampler = sampler;
  }

  boolean isSampled(RequestId turn) {
    return sampler.samples(turn);
  }

  /** A part of a turn that is sampled. */
  SpanBuilder part(RequestId turn, String name, SpanKind kind) {
    return tracer
        .spanBuilder(name)
        .setParent(Context.root().with(Span.wrap(whole(turn, TraceFlags.getSampled()))))
        .setSpanKind(kind);
  }

  /** The span that is the whole of a turn that is sampled: a request that was served. */
  SpanBuilder whole() {
    return tracer.spanBuilder(WHOLE).setSpanKind(SpanKind.SERVER);
  }

  Span start(RequestId turn, SpanBuilder whole) {
    return ids.start(turn, whole);
  }

  /** Where a turn that is not sampled would stand in its trace. */
  static SpanContext unsampled(RequestId turn) {
    return whole(turn, TraceFlags.getDefault());
  }

  private static SpanContext whole(RequestId turn, TraceFlags flags) {
    return SpanContext.create(
        TurnIds.traceId(turn), TurnIds.spanId(turn), flags, TraceState.getDefault());
  }

  /** As peers are told, in version 00 of W3C Trace Context. */
  static String traceparent(SpanContext context) {
    return "00-"
        + context.getTraceId()
        + "-"
        + context.getSpanId()
        + "-"
        + context.getTraceFlags().asHex();
  }
}
