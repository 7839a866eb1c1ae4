package life.avai.canister.wire;

import java.time.Duration;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** What a canister can say. Values are as they came; what they are worth is judged by who asked. */
public sealed interface CanisterFrame {
  /** Something about one question. */
  sealed interface OfRequest extends CanisterFrame {
    String requestId();

    /** The attempt that it belongs to, when the canister says so; else null. */
    @Nullable Integer attempt();
  }

  /** A piece of a reply. */
  record Delta(String requestId, @Nullable Integer attempt, long sequence, String text)
      implements OfRequest {}

  /** A whole reply; null text when it was no text. */
  record Response(
      String requestId,
      @Nullable Integer attempt,
      @Nullable String text,
      @Nullable String model,
      @Nullable JsonNode confidence,
      @Nullable JsonNode processingTime,
      @Nullable JsonNode tokenCount,
      @Nullable JsonNode metadata)
      implements OfRequest {}

  /** The end of a question without a reply. */
  record Failure(
      String requestId,
      @Nullable Integer attempt,
      String message,
      boolean retryable,
      Duration retryAfter)
      implements OfRequest {}

  /** A word on the way. */
  record Progress(
      String requestId,
      @Nullable Integer attempt,
      @Nullable String step,
      @Nullable Double percentage)
      implements OfRequest {}

  /** A sign of life. */
  record Pong() implements CanisterFrame {}

  /** It finishes what it has and wants nothing more. */
  record Draining() implements CanisterFrame {}

  /** Nothing that can be used. */
  record Unusable(String reason) implements CanisterFrame {}
}
