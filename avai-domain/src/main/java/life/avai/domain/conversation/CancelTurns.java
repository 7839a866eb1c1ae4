package life.avai.domain.conversation;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import life.avai.domain.conversation.ConversationEvent.TurnCancelled;
import life.avai.domain.conversation.ConversationStore.CancelReport;
import life.avai.domain.identity.UserId;
import life.avai.domain.thread.ThreadId;
import life.avai.domain.turn.RequestId;
import life.avai.domain.turn.TurnSnapshot;
import life.avai.domain.turn.TurnState;
import org.jspecify.annotations.Nullable;

/**
 * Cancels turns, wherever they run. Blocks until those concerned have their outcome, or a bound.
 */
public final class CancelTurns {
  /** Between two looks at a turn that another server runs. */
  private static final Duration LOOK_AGAIN = Duration.ofMillis(100);

  private final ConversationStore store;
  private final ConversationEvents events;
  private final TurnDispatcher turns;
  private final Duration patience;
  private final InstantSource clock;

  /**
   * Made once for a server.
   *
   * @param settings their lease bounds how long a turn that another server runs is waited for
   */
  public CancelTurns(
      ConversationStore store,
      ConversationEvents events,
      TurnDispatcher turns,
      TurnSettings settings,
      InstantSource clock) {
    this.store = requireNonNull(store, "store");
    this.events = requireNonNull(events, "events");
    this.turns = requireNonNull(turns, "turns");
    this.patience = settings.lease().plusSeconds(2);
    this.clock = requireNonNull(clock, "clock");
  }

  /**
   * Cancels one turn of a thread, or all that run and wait in it.
   *
   * @param only null for all
   * @return those that ended as cancelled because of this; empty when the owner has no such thread
   */
  public Optional<List<RequestId>> handle(UserId owner, ThreadId thread, @Nullable RequestId only) {
    return store
        .cancel(owner, thread, only, null, clock.instant())
        .map(report -> follow(thread, report));
  }

  /** Cancels all turns of a thread that stand before the given one. */
  void interrupt(UserId owner, ThreadId thread, RequestId spared) {
    Optional<List<RequestId>> unused =
        store
            .cancel(owner, thread, null, spared, clock.instant())
            .map(report -> follow(thread, report));
  }

  private List<RequestId> follow(ThreadId thread, CancelReport report) {
    for (RequestId ended : report.ended()) {
      turns.tellings().await(ended);
      events.publish(new TurnCancelled(thread, ended, null));
      turns.endedWaiting(ended, thread, TurnState.CANCELLED, null);
    }
    List<RequestId> cancelled = new ArrayList<>(report.ended());
    List<RequestId> elsewhere = new ArrayList<>();
    try {
      for (RequestId id : report.running()) {
        Optional<TurnState> state = turns.cancel(id, patience);
        if (state.isEmpty()) {
          elsewhere.add(id);
        } else if (state.get() == TurnState.CANCELLED) {
          cancelled.add(id);
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return cancelled;
    }
    cancelled.addAll(awaitElsewhere(thread, elsewhere));
    if (!report.ended().isEmpty()) {
      turns.claimSoon();
    }
    return cancelled;
  }

  /** The owner of each is told by the mark in the store when it next renews its lease. */
  private List<RequestId> awaitElsewhere(ThreadId thread, List<RequestId> ids) {
    List<RequestId> cancelled = new ArrayList<>();
    Set<RequestId> open = new HashSet<>(ids);
    open.forEach(id -> turns.await(id, thread));
    long end = System.nanoTime() + patience.toNanos();
    while (!open.isEmpty() && System.nanoTime() < end && !Thread.currentThread().isInterrupted()) {
      for (TurnSnapshot turn : store.turns(open)) {
        if (turn.state().isTerminal()) {
          open.remove(turn.id());
          if (turn.state() == TurnState.CANCELLED) {
            cancelled.add(turn.id());
          }
        }
      }
      if (!open.isEmpty()) {
        LockSupport.parkNanos(LOOK_AGAIN.toNanos());
      }
    }
    return cancelled;
  }
}
