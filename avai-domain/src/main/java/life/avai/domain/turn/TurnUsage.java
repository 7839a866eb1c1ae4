package life.avai.domain.turn;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What a turn cost, whatever became of it: kept also when it was cancelled or failed. Of a turn
 * that several servers worked on, only what the last of them saw.
 *
 * @param model as the model named itself; null when it did not come to that
 * @param promptTokens what was asked, estimated, over every time that it was asked
 * @param replyTokens what was written, text that was lost included
 * @param counted whether the model counted the tokens of its reply; if not, they are estimated
 * @param firstDelta from when the turn was taken up to the first piece of text; null without text
 * @param took from when the turn was taken up to its outcome
 */
public record TurnUsage(
    @Nullable String model,
    int promptTokens,
    int replyTokens,
    boolean counted,
    @Nullable Duration firstDelta,
    Duration took) {
  public TurnUsage {
    requireNotNegative(promptTokens, "promptTokens");
    requireNotNegative(replyTokens, "replyTokens");
    requireNotNegative(firstDelta == null ? 0 : firstDelta.toMillis(), "firstDelta");
    requireNotNegative(took.toMillis(), "took");
  }

  private static void requireNotNegative(long value, String name) {
    if (value < 0) {
      throw new IllegalArgumentException(name + ": " + value + " (expected: not negative)");
    }
  }
}
