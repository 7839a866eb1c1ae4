package life.avai.server.tracing;

import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanBuilder;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import life.avai.canister.CanisterCalls;
import life.avai.domain.assistant.AssistantRequest;
import life.avai.domain.conversation.ConversationStore;
import life.avai.domain.conversation.TurnListener;
import life.avai.domain.thread.ThreadId;
import life.avai.domain.turn.FailureCode;
import life.avai.domain.turn.RequestId;
import life.avai.domain.turn.TurnState;
import life.avai.server.settings.TracingSettings;
import life.avai.server.websocket.EdgeEvents;
import org.jspecify.annotations.Nullable;

/**
 * Traces turns from the socket through the store to the canister, and sends what it has heard to a
 * collector, a little later and from a thread of its own. Spans hold ids, numbers and words of
 * ours, never what anybody wrote. docs/operations.md lists them.
 *
 * <p>Safe for use by many threads at once; nothing here blocks but {@link #close}.
 */
public final class Tracing implements TurnListener, EdgeEvents, CanisterCalls, AutoCloseable {
  /** For what has not been sent yet, when the server goes down. */
  private static final Duration FLUSH = Duration.ofSeconds(2);

  private final OpenTelemetrySdk sdk;
  private final TurnTraces traces;

  private Tracing(OpenTelemetrySdk sdk, TurnTraces traces) {
    this.sdk = sdk;
    this.traces = traces;
  }

  /**
   * Begins to trace. The collector need not be there.
   *
   * @param version of this program
   * @throws life.avai.server.settings.ConfigurationException when OpenTelemetry cannot use one of
   *     its variables
   */
  public static Tracing start(TracingSettings settings, String version) {
    TurnIds ids = new TurnIds();
    Exporting exporting = Exporting.by(settings, version, ids);
    return new Tracing(
        exporting.sdk(),
        new TurnTraces(
            exporting.sdk().getTracer("life.avai.server"),
            ids,
            new TurnSampler(exporting.sampler())));
  }

  /** The same store, its part in turns traced. */
  public ConversationStore over(ConversationStore store) {
    return new TracedStore(store, traces);
  }

  @Override
  public void messageKept(Acknowledged message) {
    asked("send_message", message);
  }

  @Override
  public void regenerating(Acknowledged request) {
    asked("regenerate", request);
  }

  private void asked(String frame, Acknowledged request) {
    if (traces.isSampled(request.turn())) {
      Instant end = Instant.now();
      traces
          .part(request.turn(), frame, SpanKind.INTERNAL)
          .setAttribute(Names.CONVERSATION, request.thread().toString())
          .setAttribute(Names.CONNECTION, request.connection().toString())
          .setStartTimestamp(end.minus(request.after()))
          .startSpan()
          .end(end);
    }
  }

  @Override
  public Call put(URI url, AssistantRequest request) {
    RequestId turn = request.requestId();
    if (!traces.isSampled(turn)) {
      String told = TurnTraces.traceparent(TurnTraces.unsampled(turn));
      return new Call() {
        @Override
        public String traceparent() {
          return told;
        }
      };
    }
    SpanBuilder chat =
        traces
            .part(turn, "chat", SpanKind.CLIENT)
            .setAttribute(Names.OPERATION, "chat")
            .setAttribute(Names.PROVIDER, "canister")
            .setAttribute(Names.CONVERSATION, request.threadId().toString())
            .setAttribute(Names.INPUT_TOKENS, (long) request.estimatedTokens())
            .setAttribute(Names.ATTEMPT, (long) request.attempt())
            .setAttribute(Names.SERVER_ADDRESS, url.getHost());
    if (url.getPort() != -1) {
      chat.setAttribute(Names.SERVER_PORT, (long) url.getPort());
    }
    return new TracedCall(chat.startSpan());
  }

  /** The whole is told by whoever ends the turn, and by nobody who gave it back or lost it. */
  @Override
  public void turnLeft(Summary summary) {
    if (!summary.state().isTerminal() || !traces.isSampled(summary.requestId())) {
      return;
    }
    Instant end = Instant.now();
    Instant begun = end.minus(summary.total());
    SpanBuilder whole =
        whole(summary.requestId(), summary.threadId(), summary.state(), end)
            .setAttribute(Names.ATTEMPT, (long) summary.attempt())
            .setAttribute(Names.WAITED, summary.waited().toMillis())
            .setAttribute(Names.CHARACTERS, (long) summary.characters());
    if (summary.origin() != null) {
      whole.setAttribute(Names.CONNECTION, summary.origin().toString());
    }
    Span span = traces.start(summary.requestId(), whole);
    if (summary.firstDelta() != null) {
      span.addEvent(Names.FIRST_DELTA, begun.plus(summary.firstDelta()));
    }
    end(span, summary.failure(), end);
  }

  @Override
  public void turnEndedWaiting(
      RequestId turn, ThreadId thread, TurnState state, @Nullable FailureCode failure) {
    if (traces.isSampled(turn)) {
      Instant end = Instant.now();
      end(traces.start(turn, whole(turn, thread, state, end)), failure, end);
    }
  }

  private SpanBuilder whole(RequestId turn, ThreadId thread, TurnState state, Instant end) {
    Instant made = turn.madeAt().orElse(end);
    return traces
        .whole()
        .setAttribute(Names.REQUEST, turn.toString())
        .setAttribute(Names.CONVERSATION, thread.toString())
        .setAttribute(Names.STATE, state.wireName())
        // Perhaps on another server, whose clock is another.
        .setStartTimestamp(made.isBefore(end) ? made : end);
  }

  private static void end(Span whole, @Nullable FailureCode failure, Instant end) {
    if (failure != null) {
      whole
          .setStatus(StatusCode.ERROR, failure.name())
          .setAttribute(Names.ERROR_TYPE, failure.name().toLowerCase(Locale.ROOT));
    }
    whole.end(end);
  }

  /** Sends what has not been sent yet, if that can be done in a moment. */
  @Override
  public void close() {
    sdk.shutdown().join(FLUSH.toMillis(), TimeUnit.MILLISECONDS);
  }
}
