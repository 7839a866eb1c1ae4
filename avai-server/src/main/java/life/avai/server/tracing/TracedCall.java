package life.avai.server.tracing;

import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.StatusCode;
import java.util.List;
import java.util.Set;
import life.avai.canister.CanisterCalls;
import life.avai.domain.assistant.AssistantReply;
import life.avai.domain.assistant.Completion;

/** A question on its way to a canister, as a span. */
record TracedCall(Span span) implements CanisterCalls.Call {
  /** Ends that are nobody's fault. */
  private static final Set<String> GIVEN_UP = Set.of("cancelled", "hedged");

  @Override
  public String traceparent() {
    return TurnTraces.traceparent(span.getSpanContext());
  }

  @Override
  public void begun() {
    var unused = span.addEvent(Names.FIRST_DELTA);
  }

  @Override
  public void finished(AssistantReply reply, String outcome) {
    span.setAttribute(Names.OUTCOME, outcome);
    if (reply instanceof AssistantReply.Completed(var completion)) {
      answered(completion);
    } else if (!GIVEN_UP.contains(outcome)) {
      // Only the word: reasons may be the canister's own, and quote what was said.
      span.setStatus(StatusCode.ERROR, outcome).setAttribute(Names.ERROR_TYPE, outcome);
    }
    span.end();
  }

  private void answered(Completion completion) {
    span.setAttribute(Names.FINISH_REASONS, List.of("stop"));
    if (completion.model() != null) {
      span.setAttribute(Names.MODEL, completion.model());
    }
    if (completion.tokenCount() != null) {
      span.setAttribute(Names.OUTPUT_TOKENS, (long) completion.tokenCount());
    }
  }
}
