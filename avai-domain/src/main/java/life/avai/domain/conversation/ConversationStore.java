package life.avai.domain.conversation;

import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import life.avai.domain.identity.UserId;
import life.avai.domain.message.Message.AssistantMessage;
import life.avai.domain.message.MessageId;
import life.avai.domain.thread.ThreadId;
import life.avai.domain.turn.ClaimedTurn;
import life.avai.domain.turn.FailureCode;
import life.avai.domain.turn.Lease;
import life.avai.domain.turn.RequestId;
import life.avai.domain.turn.TurnEnd;
import life.avai.domain.turn.TurnOwner;
import life.avai.domain.turn.TurnSnapshot;
import org.jspecify.annotations.Nullable;

/**
 * Where messages are written and turns live: whatever must happen together or not at all. Each call
 * is one transaction.
 *
 * <p>A turn is unfinished while it waits or runs. In a thread at most one turn runs at a time, and
 * turns run in the order of their messages. A turn runs under a {@link Lease}; one whose lease has
 * run out may be claimed by any server. The attempt number grows with every claim, so a former
 * owner is known by its older number and changes nothing.
 *
 * <p>Safe for use by many threads at once. Calls block: make them on a virtual thread. When the
 * store cannot be reached they throw {@link life.avai.domain.StoreUnavailableException}; whether
 * the change was made is then unknown, and repeating the same call (same ids) is safe and finds
 * out.
 */
public interface ConversationStore {
  /** How many unfinished turns a thread may have; beyond it {@link #save} answers {@code Busy}. */
  int MAX_UNFINISHED_PER_THREAD = 100;

  /**
   * Keeps a user's message: ownership, idempotency, the thread's counters, its turn, and what is
   * needed to answer it, in one step. The first of these that applies decides: a repeat, no such
   * thread, an unexpected position, a busy thread.
   *
   * <p>A repeat has the author and client message id of an earlier message. It is a {@code
   * Duplicate} when content and content type are the same and it goes into the same thread, or into
   * a new one as the first did; else an {@code IdempotencyConflict}. The same draft once more (same
   * message id) is {@code Saved} or a {@code Duplicate}, with the same receipt.
   */
  SaveOutcome save(MessageDraft draft);

  /**
   * Takes up turns that wait, or whose owner's lease has run out, if they are the oldest unfinished
   * ones of their threads: oldest first, but taking turns between users, so that one who has many
   * waiting does not hold up the others. Turns that have expired are left to {@link #expire}.
   *
   * @param limit how many at most; positive
   * @param only the thread to look in; null for all
   * @return the claimed ones, their attempt one higher than before; perhaps none
   */
  List<ClaimedTurn> claim(Lease lease, int limit, @Nullable ThreadId only);

  /**
   * Begins another attempt of a turn that its owner holds, after the last one was lost; counts as a
   * try.
   *
   * @return the new attempt; empty when the turn is no longer the owner's
   */
  OptionalInt beginAttempt(RequestId id, Lease lease, int attempt);

  /**
   * Gives a turn back: it waits again, for anybody.
   *
   * @param notBefore how long nobody should claim it
   * @return false when the turn was no longer the owner's
   */
  boolean giveBack(RequestId id, TurnOwner owner, int attempt, Duration notBefore);

  /**
   * Ends a turn that waits as failed.
   *
   * @return false when it does not wait any more; nothing is changed then
   */
  boolean refuse(RequestId id, FailureCode code, Instant now);

  /**
   * Ends a turn: its reply, the thread's counters and the turn's state, in one step. The same end
   * once more is {@code Finished} again, with the same reply. An owner whose lease has run out may
   * still end its turn while nobody else has claimed it.
   */
  FinishOutcome finish(TurnEnd end);

  /** What came of {@link #finish}. */
  sealed interface FinishOutcome {
    /**
     * It is durable.
     *
     * @param reply the reply as it is kept; null when there is none
     * @param moreWaiting whether the thread has another unfinished turn
     */
    record Finished(@Nullable AssistantMessage reply, boolean moreWaiting)
        implements FinishOutcome {}

    /** The turn was no longer the owner's (or its thread is gone); nothing was changed. */
    record Fenced() implements FinishOutcome {}
  }

  /**
   * Prolongs the leases of running turns.
   *
   * @param turns those that the owner works on
   */
  LeaseReport renew(Lease lease, Collection<RequestId> turns);

  /**
   * What became of leases.
   *
   * @param held those that the owner still holds; the others are lost
   * @param cancelRequested those of the held ones that somebody wants cancelled
   */
  record LeaseReport(Set<RequestId> held, Set<RequestId> cancelRequested) {
    public LeaseReport {
      held = Set.copyOf(held);
      cancelRequested = Set.copyOf(cancelRequested);
    }
  }

  /**
   * Ends waiting turns whose time is over as expired, some hundreds at most, and returns them.
   *
   * @param now noted as when they ended; whether their time is over is told by the store's own
   *     clock
   */
  List<TurnSnapshot> expire(Instant now);

  /** How turns stand; those that are gone with their thread are left out. */
  List<TurnSnapshot> turns(Collection<RequestId> ids);

  /** The unfinished turns of a thread, oldest first. */
  List<TurnSnapshot> unfinished(ThreadId thread);

  /** How many turns wait in all. */
  long waitingTurns();

  /**
   * Cancels unfinished turns of a thread. Those that wait (or whose owner's lease has run out) end
   * at once; those that run are marked, for their owner to end, because it has the text so far.
   *
   * @param only the turn to cancel; null for all of the thread
   * @param except a turn to spare, with all after it; null for none
   * @return empty when the owner has no such thread
   */
  Optional<CancelReport> cancel(
      UserId owner,
      ThreadId thread,
      @Nullable RequestId only,
      @Nullable RequestId except,
      Instant now);

  /**
   * What became of a cancellation.
   *
   * @param ended turns that it ended, oldest first
   * @param running turns that it marked for their owners
   */
  record CancelReport(List<RequestId> ended, List<RequestId> running) {
    public CancelReport {
      ended = List.copyOf(ended);
      running = List.copyOf(running);
    }
  }

  /**
   * Makes a new turn for the last user message of a thread and marks its earlier replies as
   * superseded.
   *
   * @param start {@code RunNow} or {@code Wait}, or {@code FailDisabled}
   * @param expiry how long the turn may wait for a canister
   */
  RegenerateOutcome regenerate(
      UserId owner,
      ThreadId thread,
      RequestId newTurn,
      TurnStart start,
      Duration expiry,
      Instant now);

  /** What came of {@link #regenerate}. */
  sealed interface RegenerateOutcome {
    /**
     * It is durable.
     *
     * @param replyTo the message that is answered anew
     * @param turn the turn to run now; null when it waits, or failed at once
     */
    record Regenerating(RequestId requestId, MessageId replyTo, @Nullable ClaimedTurn turn)
        implements RegenerateOutcome {}

    record ThreadNotFound() implements RegenerateOutcome {}

    /** The thread has an unfinished turn. */
    record Busy() implements RegenerateOutcome {}

    /** The thread has no message of its user's. */
    record NothingToAnswer() implements RegenerateOutcome {}
  }
}
