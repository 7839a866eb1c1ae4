package life.avai.domain.conversation;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.time.InstantSource;
import java.util.function.Consumer;
import life.avai.domain.Ids;
import life.avai.domain.conversation.ConversationEvent.TurnFailed;
import life.avai.domain.conversation.ConversationEvent.TurnWaits;
import life.avai.domain.conversation.ConversationStore.RegenerateOutcome;
import life.avai.domain.conversation.ConversationStore.RegenerateOutcome.Regenerating;
import life.avai.domain.identity.UserId;
import life.avai.domain.thread.ThreadId;
import life.avai.domain.turn.FailureCode;
import life.avai.domain.turn.RequestId;

/** Answers the last user message of a thread anew. */
public final class Regenerate {
  private static final Duration CANISTER_RETRY = Duration.ofSeconds(5);

  private final ConversationStore store;
  private final ConversationEvents events;
  private final TurnDispatcher turns;
  private final TurnSettings settings;
  private final InstantSource clock;
  private final Ids ids;

  public Regenerate(
      ConversationStore store,
      ConversationEvents events,
      TurnDispatcher turns,
      TurnSettings settings,
      InstantSource clock,
      Ids ids) {
    this.store = requireNonNull(store, "store");
    this.events = requireNonNull(events, "events");
    this.turns = requireNonNull(turns, "turns");
    this.settings = requireNonNull(settings, "settings");
    this.clock = requireNonNull(clock, "clock");
    this.ids = requireNonNull(ids, "ids");
  }

  /**
   * Makes the new turn and begins to answer.
   *
   * @param acknowledgement called after the commit, before anything of the turn is told
   */
  public RegenerateOutcome handle(
      UserId owner, ThreadId thread, Consumer<Regenerating> acknowledgement) {
    TurnStart start = turns.turnStart();
    RegenerateOutcome outcome =
        store.regenerate(
            owner, thread, new RequestId(ids.next()), start, settings.expiry(), clock.instant());
    if (outcome instanceof Regenerating regenerating) {
      try {
        acknowledgement.accept(regenerating);
      } finally {
        begin(thread, start, regenerating);
      }
    }
    return outcome;
  }

  private void begin(ThreadId thread, TurnStart start, Regenerating regenerating) {
    RequestId id = regenerating.requestId();
    if (regenerating.turn() != null) {
      turns.run(regenerating.turn());
    } else if (start instanceof TurnStart.FailDisabled) {
      events.publish(
          new TurnFailed(
              thread,
              id,
              FailureCode.AI_DISABLED,
              TurnOutcomes.reason(FailureCode.AI_DISABLED),
              Duration.ZERO));
    } else {
      turns.await(id, thread);
      events.publish(
          new TurnWaits(
              thread,
              id,
              "no assistant is connected just now; the question waits",
              CANISTER_RETRY));
      turns.claimSoon();
    }
  }
}
