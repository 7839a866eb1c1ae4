package life.avai.server.faults;

import java.util.BitSet;
import java.util.List;
import life.avai.testkit.json.JsonObject;
import org.jspecify.annotations.Nullable;

/** What a device knows of a thread: how far it has read, and the reply that is being written. */
final class ThreadView {
  private final BitSet known = new BitSet();
  private @Nullable String turn;
  private @Nullable String replyId;
  private long attempt;
  private boolean resuming; // a subscribe may step back
  private final StringBuilder text = new StringBuilder();

  /** The frame that goes on from here. */
  JsonObject subscription(String thread) {
    // Position 0 is nobody's: the first that is not known, less one, has all before it.
    JsonObject frame =
        JsonObject.of(
            "type", "subscribe", "thread_id", thread, "after_position", known.nextClearBit(1) - 1);
    return replyId == null || text.isEmpty()
        ? frame
        : frame.with(
            "reply",
            JsonObject.of("message_id", replyId, "attempt", attempt, "offset", text.length()));
  }

  /** Whether some of a reply has come, and not its end. */
  boolean isReading() {
    return replyId != null && !text.isEmpty();
  }

  void received(JsonObject frame, List<String> complaints) {
    switch (frame.type()) {
      case "subscribed" -> resuming = true;
      case "message_sent" -> knows(frame);
      case "message_added" -> knows(frame.object("message"));
      case "thread_history" ->
          frame
              .objects("messages")
              .forEach(message -> {
                knows(message);
                forget(message.string("id"));
              });
      case "ai_response_delta" -> delta(frame, complaints);
      case "ai_response" -> {
        if (frame.string("message_id").equals(replyId)
            && frame.integer("attempt") == attempt
            && !frame.string("content").startsWith(text.toString())) {
          complaints.add("deltas \"" + text + "\" are not the text of " + frame);
        }
        knows(frame);
        forget(frame.string("message_id"));
      }
      case "ai_cancelled" -> {
        if (frame.has("position")) {
          knows(frame);
        }
        ended(frame);
      }
      case "ai_error", "ai_unavailable" -> ended(frame);
      default -> {}
    }
  }

  private void knows(JsonObject message) {
    known.set((int) message.integer("position"));
  }

  private void forget(String reply) {
    if (reply.equals(replyId)) {
      replyId = null;
    }
  }

  private void ended(JsonObject frame) {
    if (frame.string("request_id").equals(turn)) {
      replyId = null;
    }
  }

  private void delta(JsonObject frame, List<String> complaints) {
    String id = frame.string("message_id");
    long number = frame.integer("attempt");
    long offset = frame.integer("offset");
    if (!id.equals(replyId) || number != attempt) {
      if (id.equals(replyId) && number < attempt) {
        complaints.add("attempt " + number + " after " + attempt + ": " + frame);
      }
      turn = frame.string("request_id");
      replyId = id;
      attempt = number;
      text.setLength(0);
    }
    if (resuming && offset < text.length()) {
      text.setLength((int) offset);
    }
    resuming = false;
    if (offset != text.length()) {
      complaints.add("offset " + offset + " where the text has " + text.length() + ": " + frame);
      return;
    }
    text.append(frame.string("delta"));
  }
}
