package life.avai.domain.conversation;

import java.time.Duration;
import life.avai.domain.thread.ThreadId;
import life.avai.domain.turn.FailureCode;
import life.avai.domain.turn.RequestId;
import life.avai.domain.turn.TurnState;
import life.avai.domain.turn.TurnUsage;
import org.jspecify.annotations.Nullable;

/** Hears of every turn that this process has worked on: for logs and metrics. Must not block. */
@FunctionalInterface
public interface TurnListener {
  /** Called once for each time a turn was worked on here, after everyone who watches was told. */
  void turnLeft(Summary summary);

  /**
   * A turn's story in numbers.
   *
   * @param state as this process left it; {@code WAITING} when it was given back, {@code RUNNING}
   *     when another server has taken it over
   * @param waited from when its question was kept to when this process began
   * @param total from when this process began
   * @param firstDelta from when this process began to the first piece of text; null without text
   * @param characters the length of the reply, in UTF-16 code units
   * @param usage what it has cost so far; null when nobody was asked
   */
  record Summary(
      RequestId requestId,
      ThreadId threadId,
      TurnState state,
      @Nullable FailureCode failure,
      int attempt,
      @Nullable String model,
      Duration waited,
      Duration total,
      @Nullable Duration firstDelta,
      int characters,
      @Nullable TurnUsage usage) {}
}
