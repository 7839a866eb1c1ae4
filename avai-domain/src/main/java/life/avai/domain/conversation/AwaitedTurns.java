package life.avai.domain.conversation;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import life.avai.domain.thread.ThreadId;
import life.avai.domain.turn.RequestId;
import life.avai.domain.turn.TurnSnapshot;

/**
 * Turns that somebody here waits for and that do not run here: their outcomes are looked for in the
 * store and told.
 *
 * <p>Safe for use by many threads at once.
 */
final class AwaitedTurns {
  private static final int MAX_LOOKED_FOR_AT_ONCE = 500;

  private final ConcurrentHashMap<RequestId, ThreadId> awaited = new ConcurrentHashMap<>();
  private final ConversationStore store;
  private final ConversationEvents events;
  private final Tellings tellings;

  AwaitedTurns(ConversationStore store, ConversationEvents events, Tellings tellings) {
    this.store = store;
    this.events = events;
    this.tellings = tellings;
  }

  void add(RequestId turn, ThreadId thread) {
    awaited.put(turn, thread);
  }

  void remove(RequestId turn) {
    awaited.remove(turn);
  }

  /** Looks for outcomes and tells them. Blocks for one round trip at most. */
  void tellOutcomes() {
    awaited.entrySet().removeIf(entry -> !events.isWatched(entry.getValue()));
    List<RequestId> ids = new ArrayList<>(awaited.keySet());
    if (ids.isEmpty()) {
      return;
    }
    List<RequestId> some = ids.subList(0, Math.min(ids.size(), MAX_LOOKED_FOR_AT_ONCE));
    for (TurnSnapshot turn : store.turns(some)) {
      if (turn.state().isTerminal() && awaited.remove(turn.id()) != null) {
        tell(turn);
      }
    }
  }

  /** Tells how a turn has ended, whoever waits for it. */
  void tell(TurnSnapshot ended) {
    awaited.remove(ended.id());
    tellings.await(ended.id());
    ConversationEvent event = TurnOutcomes.event(ended);
    if (event != null) {
      events.publish(event);
    }
  }
}
