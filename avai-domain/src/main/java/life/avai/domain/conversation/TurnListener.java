package life.avai.domain.conversation;

import java.time.Duration;
import java.util.UUID;
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
   * Called when a turn that nobody worked on has its outcome by this process: it waited too long,
   * was cancelled or refused meanwhile, or nobody is configured to answer.
   *
   * @param failure null for a cancelled one
   */
  default void turnEndedWaiting(
      RequestId turn, ThreadId thread, TurnState state, @Nullable FailureCode failure) {}

  /** Both hear the same; this one first. */
  default TurnListener and(TurnListener other) {
    TurnListener first = this;
    return new TurnListener() {
      @Override
      public void turnLeft(Summary summary) {
        first.turnLeft(summary);
        other.turnLeft(summary);
      }

      @Override
      public void turnEndedWaiting(
          RequestId turn, ThreadId thread, TurnState state, @Nullable FailureCode failure) {
        first.turnEndedWaiting(turn, thread, state, failure);
        other.turnEndedWaiting(turn, thread, state, failure);
      }
    };
  }

  /**
   * A turn's story in numbers.
   *
   * @param state as this process left it; {@code WAITING} when it was given back, {@code RUNNING}
   *     when another server has taken it over
   * @param origin the connection that it was asked on; null when this process does not know
   * @param waited from when it was made to when this process began
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
      @Nullable UUID origin,
      int attempt,
      @Nullable String model,
      Duration waited,
      Duration total,
      @Nullable Duration firstDelta,
      int characters,
      @Nullable TurnUsage usage) {}
}
