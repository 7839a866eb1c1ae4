package life.avai.testkit.client;

import java.util.ArrayList;
import java.util.List;
import life.avai.testkit.json.JsonObject;
import org.jspecify.annotations.Nullable;

/** Follows one turn through a client's frames, and checks them on the way. */
final class ReplyCollector {
  private final String requestId;
  private final List<JsonObject> deltas = new ArrayList<>();
  private final StringBuilder text = new StringBuilder();
  private @Nullable String threadId;
  private long attempt;
  private long
      start; // the offset at which text begins: not 0 where the client joined in the middle
  private boolean resuming; // a subscribe may step back, or begin in the middle
  private boolean typing;
  private @Nullable JsonObject outcome;

  ReplyCollector(String requestId) {
    this.requestId = requestId;
  }

  /** The reply, once its terminal frame was accepted. */
  @Nullable Reply reply() {
    return outcome == null ? null : new Reply(requestId, attempt, text.toString(), deltas, outcome);
  }

  void accept(JsonObject frame) {
    if (frame.type().equals("subscribed")) {
      resuming |= threadId == null || threadId.equals(frame.get("thread_id"));
    } else if (requestId.equals(frame.get("request_id"))) {
      acceptOwn(frame);
    }
  }

  private void acceptOwn(JsonObject frame) {
    threadId = frame.optionalString("thread_id");
    switch (frame.type()) {
      case "message_sent", "regenerate_ack" -> {}
      case "ai_typing" -> {
        check(outcome == null, "typing after the outcome", frame);
        typing = frame.bool("is_typing");
      }
      case "ai_response_delta" -> acceptDelta(frame);
      case "ai_response", "ai_error", "ai_cancelled" -> acceptOutcome(frame);
      case "ai_unavailable" -> {
        if (frame.isTrue("final")) {
          acceptOutcome(frame);
        }
      }
      default -> {}
    }
  }

  private void acceptDelta(JsonObject frame) {
    check(outcome == null, "a delta after the outcome", frame);
    long number = frame.integer("attempt");
    long offset = frame.integer("offset");
    check(number >= attempt, "a delta of attempt " + number + " after attempt " + attempt, frame);
    if (number > attempt) {
      attempt = number;
      text.setLength(0);
      start = resuming ? offset : 0;
    }
    long end = start + text.length();
    if (resuming && offset >= start && offset < end) {
      text.setLength((int) (offset - start));
      end = offset;
    } else if (resuming && offset < start) {
      text.setLength(0);
      start = offset;
      end = offset;
    }
    resuming = false;
    check(offset == end, "a delta at " + offset + " where the text has " + end, frame);
    String delta = frame.string("delta");
    check(!delta.isEmpty(), "an empty delta", frame);
    check(
        !Character.isHighSurrogate(delta.charAt(delta.length() - 1))
            && !Character.isLowSurrogate(delta.charAt(0)),
        "a delta that splits a surrogate pair",
        frame);
    text.append(delta);
    deltas.add(frame);
  }

  private void acceptOutcome(JsonObject frame) {
    check(outcome == null, "a second outcome after " + outcome, frame);
    check(!typing, "an outcome while the reply is still being typed", frame);
    outcome = frame;
    long number = frame.get("attempt") instanceof Long told ? told : attempt;
    check(number >= attempt, "an outcome of attempt " + number + " after " + attempt, frame);
    if (number > attempt) {
      attempt = number;
      text.setLength(0);
      return;
    }
    if (start == 0 && !text.isEmpty() && frame.get("content") instanceof String content) {
      boolean fits =
          frame.type().equals("ai_response")
              ? content.contentEquals(text)
              : content.startsWith(text.toString());
      check(fits, "a content that is not the deltas: \"" + text + "\"", frame);
    }
  }

  private void check(boolean holds, String what, JsonObject frame) {
    if (!holds) {
      throw new AssertionError("Turn " + requestId + " got " + what + ": " + frame);
    }
  }
}
