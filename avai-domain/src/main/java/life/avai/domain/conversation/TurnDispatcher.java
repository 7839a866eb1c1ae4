package life.avai.domain.conversation;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import life.avai.domain.Ids;
import life.avai.domain.StoreUnavailableException;
import life.avai.domain.assistant.Assistant;
import life.avai.domain.assistant.AssistantStatus;
import life.avai.domain.conversation.ConversationStore.LeaseReport;
import life.avai.domain.identity.UserId;
import life.avai.domain.thread.ThreadId;
import life.avai.domain.turn.ClaimedTurn;
import life.avai.domain.turn.FailureCode;
import life.avai.domain.turn.Lease;
import life.avai.domain.turn.RequestId;
import life.avai.domain.turn.TurnOwner;
import life.avai.domain.turn.TurnState;
import org.jspecify.annotations.Nullable;

/**
 * Sees to it that every turn gets its outcome: runs claimed turns, each on a virtual thread of its
 * own; keeps their leases; has those claimed that wait, or that a dead server left ({@link
 * Backlog}); ends those that have waited too long; and tells watchers here of outcomes that were
 * reached elsewhere.
 *
 * <p>Safe for use by many threads at once.
 */
public final class TurnDispatcher implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(TurnDispatcher.class.getName());

  private static final Duration LONGEST_TICK = Duration.ofSeconds(1);
  private static final int TICKS_AT_ONCE = 3;

  private final ConversationStore store;
  private final Assistant assistant;
  private final AnswerTurn answer;
  private final TurnSettings settings;
  private final Lease lease;
  private final InstantSource clock;
  private final TurnListener listener;

  private final ConcurrentHashMap<RequestId, RunningTurn> running = new ConcurrentHashMap<>();

  /** The turn of each thread that was begun last here and is not left yet. */
  private final ConcurrentHashMap<ThreadId, RunningTurn> latest = new ConcurrentHashMap<>();

  private final Tellings tellings = new Tellings();
  private final AwaitedTurns awaited;
  private final ScheduledExecutorService timer =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().daemon().name("avai-turns").factory());
  private final AtomicInteger ticking = new AtomicInteger();
  private final Backlog backlog;
  private volatile boolean closing;

  public TurnDispatcher(
      ConversationStore store,
      Assistant assistant,
      ConversationEvents events,
      ContextWindow window,
      TurnSettings settings,
      InstantSource clock,
      Ids ids,
      TurnListener listener) {
    this.store = requireNonNull(store, "store");
    this.assistant = requireNonNull(assistant, "assistant");
    this.settings = requireNonNull(settings, "settings");
    this.clock = requireNonNull(clock, "clock");
    this.listener = requireNonNull(listener, "listener");
    this.awaited = new AwaitedTurns(store, requireNonNull(events, "events"), tellings);
    this.lease = new Lease(new TurnOwner(ids.next()), settings.lease());
    this.answer = new AnswerTurn(store, assistant, events, window, settings, lease, clock, ids);
    this.backlog =
        new Backlog(
            store,
            assistant,
            lease,
            settings.expiry(),
            clock,
            timer,
            (turn, since) -> run(turn, null, since));
  }

  /** Begins to look for turns that wait, now and whenever the assistant's status changes. */
  public void start() {
    long tick = Math.min(LONGEST_TICK.toNanos(), settings.lease().toNanos() / 4);
    ScheduledFuture<?> unused =
        timer.scheduleWithFixedDelay(this::tick, 0, tick, TimeUnit.NANOSECONDS);
    assistant.onStatusChange(backlog::claimSoon);
  }

  /** What should become of a turn that is saved now. */
  public TurnStart turnStart() {
    AssistantStatus status = assistant.status();
    if (status.state() == AssistantStatus.State.DISABLED) {
      return new TurnStart.FailDisabled();
    }
    return backlog.admits(status) ? new TurnStart.RunNow(lease) : new TurnStart.Wait();
  }

  /** A turn that nobody worked on has its outcome. */
  void endedWaiting(
      RequestId turn, ThreadId thread, TurnState state, @Nullable FailureCode failure) {
    listener.turnEndedWaiting(turn, thread, state, failure);
  }

  /** The turns that wait for this dispatcher, or for others. */
  Backlog backlog() {
    return backlog;
  }

  /** What is told before the turns of this dispatcher. */
  Tellings tellings() {
    return tellings;
  }

  /**
   * Runs a turn that was claimed under this dispatcher's lease, as soon as all that comes before it
   * has been told. Returns at once.
   */
  public void run(ClaimedTurn turn) {
    run(turn, null);
  }

  /**
   * The same.
   *
   * @param origin the connection that it was asked on; null when there is none
   */
  void run(ClaimedTurn turn, @Nullable UUID origin) {
    run(turn, origin, tellings.since(turn.id()));
  }

  /**
   * The same.
   *
   * @param since when the turn's lease had not begun
   */
  private void run(ClaimedTurn turn, @Nullable UUID origin, long since) {
    backlog.begun();
    RunningTurn entry = new RunningTurn(turn, origin, backlog::asked);
    awaited.remove(turn.id());
    RunningTurn former = running.put(turn.id(), entry);
    if (former != null) {
      // Its lease ran out while the store was away, and nobody but us has noticed.
      former.stop(RunningTurn.Stop.LEASE_LOST);
    }
    // Whoever ended the thread's turn before, or gave this one back, may be still about to tell.
    RunningTurn earlier = latest.put(threadOf(entry), entry);
    if (closing) {
      entry.stop(RunningTurn.Stop.HAND_OVER);
    }
    Thread unused =
        Thread.ofVirtual()
            .name("turn-" + turn.id())
            .start(() -> {
              tellings.await(turn.id());
              if (earlier != null) {
                earlier.left().join();
              }
              if (System.nanoTime() - since > settings.lease().toNanos() && !isHeld(turn.id())) {
                // We were stopped, or the store was slow, and another server did not wait for us.
                entry.stop(RunningTurn.Stop.LEASE_LOST);
              }
              runToEnd(entry);
            });
  }

  /** Whether a turn is still ours; when that cannot be found out, its writes will tell. */
  private boolean isHeld(RequestId turn) {
    try {
      return store.renew(lease, List.of(turn)).held().contains(turn);
    } catch (StoreUnavailableException e) {
      return true;
    }
  }

  private static ThreadId threadOf(RunningTurn entry) {
    return entry.turn().context().question().threadId();
  }

  /**
   * Tells watchers here of the outcome of a turn that may run elsewhere, once it has one.
   *
   * @param turn one that is not finished
   */
  public void await(RequestId turn, ThreadId thread) {
    if (!running.containsKey(turn)) {
      awaited.add(turn, thread);
    }
  }

  /** How many turns run here: for metrics, and for waiting until there are none. */
  public int runningTurns() {
    return running.size();
  }

  /** Whether the turn runs here. */
  boolean runsHere(RequestId turn) {
    return running.containsKey(turn);
  }

  /**
   * Cancels a turn that runs here and waits until it is left.
   *
   * @return the state in which it was left; empty when it does not run here or took too long
   */
  Optional<TurnState> cancel(RequestId turn, Duration patience) throws InterruptedException {
    RunningTurn entry = running.get(turn);
    if (entry == null) {
      return Optional.empty();
    }
    entry.stop(RunningTurn.Stop.CANCEL);
    return entry.awaitLeft(patience) ? Optional.of(entry.left().join()) : Optional.empty();
  }

  /** Stops work on the turns of a thread that is gone. */
  void forget(ThreadId thread) {
    for (RunningTurn entry : running.values()) {
      if (threadOf(entry).equals(thread)) {
        entry.stop(RunningTurn.Stop.LEASE_LOST);
      }
    }
  }

  /** Stops work on the turns of a user who is gone. */
  public void forgetAllOf(UserId user) {
    for (RunningTurn entry : running.values()) {
      if (entry.turn().context().question().author().equals(user)) {
        entry.stop(RunningTurn.Stop.LEASE_LOST);
      }
    }
  }

  /** Looks for turns that wait, soon and on another thread. */
  public void claimSoon() {
    backlog.claimSoon();
  }

  /**
   * Ends: nothing new is begun, running turns may finish within the grace, and the others are given
   * back at once for another server, or for the next start, to take up.
   */
  public void close(Duration grace) {
    closing = true;
    backlog.close();
    awaitNoneRunning(grace);
    for (RunningTurn entry : running.values()) {
      entry.stop(RunningTurn.Stop.HAND_OVER);
    }
    awaitNoneRunning(Duration.ofSeconds(5));
    timer.shutdownNow();
  }

  @Override
  public void close() {
    close(Duration.ZERO);
  }

  private void awaitNoneRunning(Duration patience) {
    long end = System.nanoTime() + patience.toNanos();
    try {
      for (RunningTurn entry : running.values()) {
        Duration left = Duration.ofNanos(Math.max(0, end - System.nanoTime()));
        boolean ignored = entry.awaitLeft(left);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void runToEnd(RunningTurn entry) {
    TurnProgress progress = answer.progressOf(entry);
    AnswerTurn.Left left;
    try {
      left = answer.handle(entry, progress);
    } catch (RuntimeException | Error e) {
      LOG.log(System.Logger.Level.ERROR, "turn broke request=" + entry.turn().id(), e);
      left = failBroken(entry, progress);
    }
    entry.asking();
    // Only this run: the turn may have been claimed again since it was given back.
    running.remove(entry.turn().id(), entry);
    if (!left.state().isTerminal()) {
      await(entry.turn().id(), progress.threadId());
    }
    entry.left().complete(left.state());
    latest.remove(progress.threadId(), entry);
    listener.turnLeft(progress.summary(left.state()));
    backlog.left(progress.threadId(), left);
  }

  private AnswerTurn.Left failBroken(RunningTurn entry, TurnProgress progress) {
    try {
      return answer.finishFailed(
          entry,
          progress,
          FailureCode.INTERNAL,
          "something went wrong here",
          Duration.ofSeconds(30));
    } catch (RuntimeException e) {
      LOG.log(System.Logger.Level.ERROR, "turn left to its lease request=" + entry.turn().id(), e);
      progress.end();
      return new AnswerTurn.Left(TurnState.RUNNING, false);
    }
  }

  private void tick() {
    // One that hangs on a dead connection must not cost the leases of all that runs here.
    if (ticking.incrementAndGet() <= TICKS_AT_ONCE) {
      Thread unused = Thread.ofVirtual().name("turn-tick").start(this::lookAfterTurns);
    } else {
      ticking.decrementAndGet();
    }
  }

  private void lookAfterTurns() {
    try {
      renewLeases();
      store
          .expire(clock.instant())
          .forEach(turn -> {
            awaited.tell(turn);
            listener.turnEndedWaiting(turn.id(), turn.threadId(), turn.state(), turn.failure());
          });
      awaited.tellOutcomes();
      backlog.look();
    } catch (StoreUnavailableException e) {
      LOG.log(System.Logger.Level.DEBUG, "turns not looked after: {0}", e.getMessage());
    } catch (RuntimeException e) {
      // When we go down the store may be closed under a look that had begun.
      LOG.log(
          closing ? System.Logger.Level.DEBUG : System.Logger.Level.ERROR,
          "looking after turns failed",
          e);
    } finally {
      ticking.decrementAndGet();
    }
  }

  private void renewLeases() {
    List<RunningTurn> mine = List.copyOf(running.values());
    if (mine.isEmpty()) {
      return;
    }
    LeaseReport report = store.renew(lease, mine.stream().map(entry -> entry.turn().id()).toList());
    for (RunningTurn entry : mine) {
      RequestId id = entry.turn().id();
      if (!report.held().contains(id)) {
        entry.stop(RunningTurn.Stop.LEASE_LOST);
      } else if (report.cancelRequested().contains(id)) {
        entry.stop(RunningTurn.Stop.CANCEL);
      }
    }
  }
}
