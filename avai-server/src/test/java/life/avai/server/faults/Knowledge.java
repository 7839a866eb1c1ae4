package life.avai.server.faults;

import static java.util.Objects.requireNonNull;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import life.avai.testkit.json.JsonObject;
import org.jspecify.annotations.Nullable;

/** What a device has been told, over all of its connections. Guarded by the device's lock. */
final class Knowledge {
  private final Map<String, ThreadView> threads = new HashMap<>();
  private final Map<String, JsonObject> outcomes = new HashMap<>();
  private final Map<String, String> asked = new HashMap<>(); // turns by their questions
  private final Map<String, JsonObject> kept = new HashMap<>(); // replies by their turns
  private final List<String> complaints = new ArrayList<>();

  /** Begins with a thread; false when it was known. */
  boolean watch(String thread) {
    return threads.putIfAbsent(thread, new ThreadView()) == null;
  }

  List<String> threads() {
    return List.copyOf(threads.keySet());
  }

  /** The frame that goes on in a thread from where the device is. */
  JsonObject subscription(String thread) {
    return requireNonNull(threads.get(thread)).subscription(thread);
  }

  /** Whether some of a reply has come in a thread, and not its end. */
  boolean isReading(String thread) {
    ThreadView view = threads.get(thread);
    return view != null && view.isReading();
  }

  /** What was not as it should be, in words. */
  List<String> complaints() {
    return List.copyOf(complaints);
  }

  void received(JsonObject frame) {
    String thread = frame.optionalString("thread_id");
    switch (frame.type()) {
      case "message_sent" -> {
        asked.putIfAbsent(frame.string("message_id"), frame.string("request_id"));
        threads.putIfAbsent(requireNonNull(thread), new ThreadView());
      }
      case "regenerate_ack" -> asked.put(frame.string("reply_to"), frame.string("request_id"));
      case "thread_history" -> frame.objects("messages").forEach(this::read);
      default -> {}
    }
    ThreadView view = thread == null ? null : threads.get(thread);
    if (view != null) {
      view.received(frame, complaints);
    }
    if (isOutcome(frame)) {
      JsonObject earlier = outcomes.putIfAbsent(frame.string("request_id"), frame);
      if (earlier != null && !sameOutcome(earlier, frame)) {
        complaints.add("two outcomes of one turn: " + earlier + " and " + frame);
      }
    }
  }

  /** A reply that came while the connection was lost is known from what is kept. */
  private void read(JsonObject message) {
    String turn = message.get("reply_to") instanceof String question ? asked.get(question) : null;
    if (turn != null) {
      kept.put(turn, message);
    }
  }

  /** How a turn ended; null when that is not known. */
  @Nullable JsonObject outcome(String requestId) {
    JsonObject told = outcomes.get(requestId);
    return told == null ? kept.get(requestId) : told;
  }

  private static boolean isOutcome(JsonObject frame) {
    return switch (frame.type()) {
      case "ai_response", "ai_error", "ai_cancelled" -> true;
      case "ai_unavailable" -> frame.isTrue("final");
      default -> false;
    };
  }

  private static boolean sameOutcome(JsonObject one, JsonObject other) {
    return one.type().equals(other.type())
        && Objects.equals(one.get("content"), other.get("content"))
        && Objects.equals(one.get("message_id"), other.get("message_id"));
  }
}
