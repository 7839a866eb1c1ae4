package life.avai.domain.conversation;

import static java.util.Objects.requireNonNull;

import java.time.InstantSource;
import java.util.function.Consumer;
import life.avai.domain.Ids;
import life.avai.domain.conversation.ConversationStore.RegenerateOutcome;
import life.avai.domain.conversation.ConversationStore.RegenerateOutcome.Regenerating;
import life.avai.domain.identity.UserId;
import life.avai.domain.thread.ThreadId;
import life.avai.domain.turn.RequestId;

/** Answers the last user message of a thread anew. */
public final class Regenerate {

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
    RequestId id = new RequestId(ids.next());
    try (Tellings.Telling telling = turns.tellings().before(id)) {
      RegenerateOutcome outcome =
          store.regenerate(owner, thread, id, start, settings.expiry(), clock.instant());
      if (outcome instanceof Regenerating regenerating) {
        begin(thread, start, regenerating, acknowledgement, telling);
      }
      return outcome;
    }
  }

  private void begin(
      ThreadId thread,
      TurnStart start,
      Regenerating regenerating,
      Consumer<Regenerating> acknowledgement,
      Tellings.Telling telling) {
    try {
      acknowledgement.accept(regenerating);
      if (regenerating.turn() == null) {
        events.publish(notRunning(thread, start, regenerating.requestId()));
      }
    } finally {
      // It is durable, so it begins even if nobody could be told.
      if (regenerating.turn() != null) {
        turns.run(regenerating.turn());
      } else if (!(start instanceof TurnStart.FailDisabled)) {
        turns.await(regenerating.requestId(), thread);
        turns.claimSoon();
      }
      telling.close();
    }
  }

  private ConversationEvent notRunning(ThreadId thread, TurnStart start, RequestId id) {
    return start instanceof TurnStart.FailDisabled
        ? TurnOutcomes.disabled(thread, id)
        : turns.waits(thread, id);
  }
}
