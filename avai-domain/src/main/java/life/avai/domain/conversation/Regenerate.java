package life.avai.domain.conversation;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.time.InstantSource;
import java.util.UUID;
import java.util.function.Consumer;
import life.avai.domain.Ids;
import life.avai.domain.conversation.ConversationStore.RegenerateOutcome;
import life.avai.domain.conversation.ConversationStore.RegenerateOutcome.Regenerating;
import life.avai.domain.identity.Caller;
import life.avai.domain.ratelimit.RateLimiter;
import life.avai.domain.ratelimit.RateLimiter.Decision.Refused;
import life.avai.domain.thread.ThreadId;
import life.avai.domain.turn.FailureCode;
import life.avai.domain.turn.RequestId;
import life.avai.domain.turn.TurnState;
import org.jspecify.annotations.Nullable;

/** Answers the last user message of a thread anew. */
public final class Regenerate {
  private final RateLimiter rateLimiter;
  private final ConversationStore store;
  private final ConversationEvents events;
  private final TurnDispatcher turns;
  private final TurnSettings settings;
  private final InstantSource clock;
  private final Ids ids;

  public Regenerate(
      RateLimiter rateLimiter,
      ConversationStore store,
      ConversationEvents events,
      TurnDispatcher turns,
      TurnSettings settings,
      InstantSource clock,
      Ids ids) {
    this.rateLimiter = requireNonNull(rateLimiter, "rateLimiter");
    this.store = requireNonNull(store, "store");
    this.events = requireNonNull(events, "events");
    this.turns = requireNonNull(turns, "turns");
    this.settings = requireNonNull(settings, "settings");
    this.clock = requireNonNull(clock, "clock");
    this.ids = requireNonNull(ids, "ids");
  }

  /** What came of it. */
  public sealed interface Outcome {
    /** There is a new turn, and it was acknowledged. */
    record Accepted() implements Outcome {}

    /** Too many messages, of which this counts as one; nothing was done. */
    record RateLimited(Duration retryAfter) implements Outcome {}

    record ThreadNotFound() implements Outcome {}

    /** A turn of the thread runs or waits. */
    record Busy() implements Outcome {}

    /** The thread has no user message. */
    record NothingToAnswer() implements Outcome {}
  }

  /**
   * Makes the new turn and begins to answer. It costs the assistant what a message does, and so it
   * costs the owner one.
   *
   * @param origin the connection that it was asked on; null when there is none
   * @param acknowledgement called after the commit, before anything of the turn is told
   */
  public Outcome handle(
      Caller owner,
      ThreadId thread,
      @Nullable UUID origin,
      Consumer<Regenerating> acknowledgement) {
    if (rateLimiter.tryAcquire(owner) instanceof Refused(var retryAfter)) {
      return new Outcome.RateLimited(retryAfter);
    }
    TurnStart start = turns.turnStart();
    RequestId id = new RequestId(ids.next());
    try (Tellings.Telling telling = turns.tellings().before(id)) {
      return switch (store.regenerate(
          owner.userId(), thread, id, start, settings.expiry(), clock.instant())) {
        case Regenerating regenerating -> {
          begin(thread, start, origin, regenerating, acknowledgement, telling);
          yield new Outcome.Accepted();
        }
        case RegenerateOutcome.ThreadNotFound() -> new Outcome.ThreadNotFound();
        case RegenerateOutcome.Busy() -> new Outcome.Busy();
        case RegenerateOutcome.NothingToAnswer() -> new Outcome.NothingToAnswer();
      };
    }
  }

  private void begin(
      ThreadId thread,
      TurnStart start,
      @Nullable UUID origin,
      Regenerating regenerating,
      Consumer<Regenerating> acknowledgement,
      Tellings.Telling telling) {
    try {
      acknowledgement.accept(regenerating);
      if (regenerating.turn() == null) {
        tellWhyNotRunning(thread, start, regenerating.requestId());
      }
    } finally {
      // It is durable, so it begins even if nobody could be told.
      if (regenerating.turn() != null) {
        turns.run(regenerating.turn(), origin);
      } else if (!(start instanceof TurnStart.FailDisabled)) {
        turns.await(regenerating.requestId(), thread);
        turns.claimSoon();
      }
      telling.close();
    }
  }

  private void tellWhyNotRunning(ThreadId thread, TurnStart start, RequestId id) {
    if (start instanceof TurnStart.FailDisabled) {
      events.publish(TurnOutcomes.disabled(thread, id));
      turns.endedWaiting(id, thread, TurnState.FAILED, FailureCode.AI_DISABLED);
    } else {
      events.publish(turns.backlog().waits(thread, id));
    }
  }
}
