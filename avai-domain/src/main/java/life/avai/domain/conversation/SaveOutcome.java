package life.avai.domain.conversation;

import java.time.Instant;
import life.avai.domain.message.MessageId;
import life.avai.domain.thread.ThreadId;
import life.avai.domain.turn.ClaimedTurn;
import life.avai.domain.turn.RequestId;
import life.avai.domain.turn.TurnSnapshot;
import org.jspecify.annotations.Nullable;

/** What came of saving a message. */
public sealed interface SaveOutcome {
  /**
   * It is durable.
   *
   * @param turn the turn to run now; null when it waits, or failed at once
   */
  record Saved(Receipt receipt, @Nullable ClaimedTurn turn) implements SaveOutcome {}

  /**
   * The author has sent it before, and it is durable since then.
   *
   * @param receipt what the first send was told
   * @param turn how its newest turn stands
   */
  record Duplicate(Receipt receipt, TurnSnapshot turn) implements SaveOutcome {}

  /** The author has no such thread, or sent this before into a thread that was deleted since. */
  record ThreadNotFound() implements SaveOutcome {}

  /**
   * The thread has moved on.
   *
   * @param position its newest position
   */
  record Conflict(long position) implements SaveOutcome {}

  /** The author has used the client message id for other content, or in another thread. */
  record IdempotencyConflict() implements SaveOutcome {}

  /**
   * The thread has an unfinished turn and the message was not to wait, or too many wait already.
   */
  record Busy() implements SaveOutcome {}

  /** What an acknowledgement tells. */
  record Receipt(
      MessageId messageId,
      ThreadId threadId,
      RequestId requestId,
      long position,
      Instant savedAt) {}
}
