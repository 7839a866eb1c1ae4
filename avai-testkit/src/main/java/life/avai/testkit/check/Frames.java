package life.avai.testkit.check;

import java.util.Set;
import life.avai.testkit.json.JsonObject;
import org.jspecify.annotations.Nullable;

/** Reads frames that may be wrong: what is absent or of another kind is null. */
final class Frames {
  /** After these errors it is not known whether the request was carried out. */
  private static final Set<String> INDEFINITE = Set.of("STORE_UNAVAILABLE", "INTERNAL");

  private Frames() {}

  static @Nullable String text(JsonObject frame, String name) {
    return frame.get(name) instanceof String text ? text : null;
  }

  static @Nullable Long number(JsonObject frame, String name) {
    return frame.get(name) instanceof Long number ? number : null;
  }

  static @Nullable JsonObject object(JsonObject frame, String name) {
    return frame.get(name) instanceof JsonObject object ? object : null;
  }

  /** The thread of a client's frame or a server's. */
  static @Nullable String thread(JsonObject frame) {
    String thread = text(frame, "thread_id");
    return thread != null ? thread : text(frame, "threadId");
  }

  /** Whether a frame tells how its turn ended. */
  static boolean isOutcome(JsonObject frame) {
    return switch (frame.type()) {
      case "ai_response", "ai_error", "ai_cancelled" -> true;
      case "ai_unavailable" -> frame.isTrue("final");
      default -> false;
    };
  }

  /** Whether an error means that nothing was done and nothing will be. */
  static boolean isDefinite(JsonObject error) {
    String code = text(error, "code");
    return code != null && !INDEFINITE.contains(code);
  }

  static boolean isTerminal(Database.TurnRow turn) {
    return switch (turn.state()) {
      case "waiting", "running" -> false;
      default -> true;
    };
  }
}
