package life.avai.domain.assistant;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * One finished answer, with what the model reported about it.
 *
 * @param text the whole answer; not empty, no U+0000, no lone surrogates
 * @param confidence in [0, 1], or null when the model gave none that can be used
 * @param processingTime as the model reported it, or measured when it did not
 * @param tokenCount as the model reported it; null when it did not
 * @param metadata a JSON object as text; null when there was none that can be used
 */
public record Completion(
    String text,
    @Nullable String model,
    @Nullable Double confidence,
    @Nullable Duration processingTime,
    @Nullable Integer tokenCount,
    @Nullable String metadata) {
  public Completion {
    requireNonNull(text, "text");
    if (text.isEmpty()) {
      throw new IllegalArgumentException("text: empty (expected: an answer)");
    }
    if (confidence != null && !(confidence >= 0 && confidence <= 1)) {
      throw new IllegalArgumentException("confidence: " + confidence + " (expected: 0..1)");
    }
  }
}
