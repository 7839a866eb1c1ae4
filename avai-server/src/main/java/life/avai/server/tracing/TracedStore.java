package life.avai.server.tracing;

import io.opentelemetry.api.trace.SpanBuilder;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Supplier;
import life.avai.domain.StoreUnavailableException;
import life.avai.domain.conversation.ConversationStore;
import life.avai.domain.conversation.MessageDraft;
import life.avai.domain.conversation.SaveOutcome;
import life.avai.domain.conversation.TurnStart;
import life.avai.domain.identity.UserId;
import life.avai.domain.thread.ThreadId;
import life.avai.domain.turn.ClaimedTurn;
import life.avai.domain.turn.FailureCode;
import life.avai.domain.turn.Lease;
import life.avai.domain.turn.RequestId;
import life.avai.domain.turn.TurnEnd;
import life.avai.domain.turn.TurnOwner;
import life.avai.domain.turn.TurnSnapshot;
import org.jspecify.annotations.Nullable;

/** A store whose part in each turn is a span; what is done for many turns at once is none. */
final class TracedStore implements ConversationStore {
  private final ConversationStore store;
  private final TurnTraces traces;

  TracedStore(ConversationStore store, TurnTraces traces) {
    this.store = store;
    this.traces = traces;
  }

  @Override
  public SaveOutcome save(MessageDraft draft) {
    long since = System.nanoTime();
    SaveOutcome outcome = store.save(draft);
    // A repeat belongs to the turn of the first, and what was refused to none.
    switch (outcome) {
      case SaveOutcome.Saved saved -> tell(saved.receipt().requestId(), "save", since, null);
      case SaveOutcome.Duplicate(var receipt, var turn) -> tell(turn.id(), "save", since, null);
      case SaveOutcome.ThreadNotFound ignored -> {}
      case SaveOutcome.Conflict ignored -> {}
      case SaveOutcome.IdempotencyConflict ignored -> {}
      case SaveOutcome.Busy ignored -> {}
    }
    return outcome;
  }

  @Override
  public RegenerateOutcome regenerate(
      UserId owner,
      ThreadId thread,
      RequestId newTurn,
      TurnStart start,
      Duration expiry,
      Instant now) {
    long since = System.nanoTime();
    RegenerateOutcome outcome = store.regenerate(owner, thread, newTurn, start, expiry, now);
    if (outcome instanceof RegenerateOutcome.Regenerating) {
      tell(newTurn, "regenerate", since, null);
    }
    return outcome;
  }

  @Override
  public OptionalInt beginAttempt(RequestId id, Lease lease, int attempt) {
    return traced(id, "begin_attempt", () -> store.beginAttempt(id, lease, attempt));
  }

  @Override
  public boolean giveBack(RequestId id, TurnOwner owner, int attempt, Duration notBefore) {
    return traced(id, "give_back", () -> store.giveBack(id, owner, attempt, notBefore));
  }

  @Override
  public FinishOutcome finish(TurnEnd end) {
    return traced(end.id(), "finish", () -> store.finish(end));
  }

  private <T> T traced(RequestId turn, String operation, Supplier<T> work) {
    long since = System.nanoTime();
    try {
      T result = work.get();
      tell(turn, operation, since, null);
      return result;
    } catch (StoreUnavailableException e) {
      tell(turn, operation, since, "store_unavailable");
      throw e;
    }
  }

  private void tell(RequestId turn, String operation, long sinceNanos, @Nullable String failure) {
    if (!traces.isSampled(turn)) {
      return;
    }
    Instant end = Instant.now();
    SpanBuilder part =
        traces
            .part(turn, operation, SpanKind.CLIENT)
            .setAttribute(Names.DB_SYSTEM, "postgresql")
            .setAttribute(Names.DB_OPERATION, operation)
            .setStartTimestamp(end.minusNanos(System.nanoTime() - sinceNanos));
    if (failure != null) {
      part.setAttribute(Names.ERROR_TYPE, failure);
    }
    var span = part.startSpan();
    if (failure != null) {
      span.setStatus(StatusCode.ERROR, failure);
    }
    span.end(end);
  }

  @Override
  public List<ClaimedTurn> claim(Lease lease, int limit, @Nullable ThreadId only) {
    return store.claim(lease, limit, only);
  }

  @Override
  public boolean refuse(RequestId id, FailureCode code, Instant now) {
    return store.refuse(id, code, now);
  }

  @Override
  public LeaseReport renew(Lease lease, Collection<RequestId> turns) {
    return store.renew(lease, turns);
  }

  @Override
  public List<TurnSnapshot> expire(Instant now) {
    return store.expire(now);
  }

  @Override
  public List<TurnSnapshot> turns(Collection<RequestId> ids) {
    return store.turns(ids);
  }

  @Override
  public List<TurnSnapshot> unfinished(ThreadId thread) {
    return store.unfinished(thread);
  }

  @Override
  public long waitingTurns() {
    return store.waitingTurns();
  }

  @Override
  public Optional<CancelReport> cancel(
      UserId owner,
      ThreadId thread,
      @Nullable RequestId only,
      @Nullable RequestId except,
      Instant now) {
    return store.cancel(owner, thread, only, except, now);
  }
}
