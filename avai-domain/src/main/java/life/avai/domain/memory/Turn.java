package life.avai.domain.memory;

import java.time.Instant;
import life.avai.domain.conversation.MessageDraft;
import life.avai.domain.conversation.TurnStart;
import life.avai.domain.message.MessageId;
import life.avai.domain.turn.FailureCode;
import life.avai.domain.turn.Lease;
import life.avai.domain.turn.RequestId;
import life.avai.domain.turn.TurnOwner;
import life.avai.domain.turn.TurnState;
import life.avai.domain.turn.TurnUsage;
import org.jspecify.annotations.Nullable;

/** One turn as it is kept. Guarded by the store's lock. */
final class Turn {
  final RequestId id;
  final MessageId messageId;
  // Of the message that it answers.
  final long position;
  final Instant createdAt;
  final Instant expiresAt;
  TurnState state = TurnState.WAITING;
  int attempt;
  int tries;
  boolean cancelRequested;
  @Nullable TurnOwner owner;
  @Nullable Instant leaseUntil;
  @Nullable Instant notBefore;
  @Nullable FailureCode failure;
  // Of the reply; 0 while there is none.
  long replyPosition;
  @Nullable TurnUsage usage;

  Turn(RequestId id, MessageId messageId, long position, Instant createdAt, Instant expiresAt) {
    this.id = id;
    this.messageId = messageId;
    this.position = position;
    this.createdAt = createdAt;
    this.expiresAt = expiresAt;
  }

  static Turn of(MessageDraft draft, long position, Instant now) {
    return new Turn(draft.requestId(), draft.id(), position, draft.at(), now.plus(draft.expiry()));
  }

  /** Begins as it is wanted; tells whether it runs now. */
  boolean begin(TurnStart start, boolean threadIsFree, Instant now) {
    switch (start) {
      case TurnStart.RunNow(var lease) -> {
        if (threadIsFree) {
          run(lease, now);
        }
      }
      case TurnStart.Wait() -> {}
      case TurnStart.FailDisabled() -> {
        state = TurnState.FAILED;
        failure = FailureCode.AI_DISABLED;
      }
    }
    return state == TurnState.RUNNING;
  }

  void run(Lease lease, Instant now) {
    if (state == TurnState.RUNNING) {
      // Its former owner lost that attempt.
      tries++;
    }
    state = TurnState.RUNNING;
    attempt++;
    owner = lease.owner();
    leaseUntil = now.plus(lease.duration());
    notBefore = null;
  }

  boolean isUnfinished() {
    return !state.isTerminal();
  }

  boolean isExpired(Instant now) {
    return state == TurnState.WAITING && !expiresAt.isAfter(now);
  }

  boolean isAbandoned(Instant now) {
    return state == TurnState.RUNNING && leaseUntil != null && leaseUntil.isBefore(now);
  }

  boolean isClaimable(Instant now) {
    return isAbandoned(now)
        || (state == TurnState.WAITING
            && !isExpired(now)
            && (notBefore == null || !notBefore.isAfter(now)));
  }

  boolean isHeldBy(TurnOwner who) {
    return state == TurnState.RUNNING && who.equals(owner);
  }

  boolean isHeldBy(TurnOwner who, int atAttempt) {
    return isHeldBy(who) && attempt == atAttempt;
  }

  void end(TurnState how, @Nullable FailureCode why) {
    state = how;
    failure = why;
    leaseUntil = null;
    cancelRequested = false;
  }
}
