package life.avai.domain.conversation;

import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import life.avai.domain.StoreUnavailableException;
import life.avai.domain.assistant.Assistant;
import life.avai.domain.assistant.AssistantStatus;
import life.avai.domain.conversation.ConversationEvent.TurnWaits;
import life.avai.domain.thread.ThreadId;
import life.avai.domain.turn.ClaimedTurn;
import life.avai.domain.turn.FailureCode;
import life.avai.domain.turn.Lease;
import life.avai.domain.turn.RequestId;
import org.jspecify.annotations.Nullable;

/**
 * The turns that wait for the assistant: whether there are any, how long the next would wait, and
 * who claims them. Oldest first, and never more than the assistant has room for.
 *
 * <p>Safe for use by many threads at once.
 */
final class Backlog {
  private static final System.Logger LOG = System.getLogger(Backlog.class.getName());

  /**
   * How many turns are claimed at once: a returning canister is not run over by all that waited.
   */
  private static final int CLAIM_BATCH = 16;

  private static final Duration BETWEEN_BATCHES = Duration.ofMillis(50);
  private static final Duration RETRY_WHEN_AWAY = Duration.ofSeconds(5);

  private final ConversationStore store;
  private final Assistant assistant;
  private final Lease lease;
  private final Duration expiry;
  private final InstantSource clock;
  private final ScheduledExecutorService timer;
  private final Claimed claimed;
  private final Pace pace;

  private final AtomicBoolean claiming = new AtomicBoolean();
  private volatile boolean claimAgain;

  /** Whether turns may wait that nobody had room for: whoever comes now stands behind them. */
  private volatile boolean waiting;

  /** How often somebody found no room: whether that happened since a claim began. */
  private final AtomicInteger foundFull = new AtomicInteger();

  /** How many turns were begun here of which the assistant has not been told yet. */
  private final AtomicInteger unasked = new AtomicInteger();

  private volatile boolean closed;

  /** Gets the turns that were claimed, and does not wait. */
  @FunctionalInterface
  interface Claimed {
    /**
     * A turn is ours.
     *
     * @param since when its lease had not begun; System.nanoTime
     */
    void begin(ClaimedTurn turn, long since);
  }

  /**
   * Nothing waits, as far as is known.
   *
   * @param expiry how long a turn may wait
   * @param timer for the next batch; starts threads and does nothing itself
   */
  Backlog(
      ConversationStore store,
      Assistant assistant,
      Lease lease,
      Duration expiry,
      InstantSource clock,
      ScheduledExecutorService timer,
      Claimed claimed) {
    this.store = store;
    this.assistant = assistant;
    this.lease = lease;
    this.expiry = expiry;
    this.clock = clock;
    this.timer = timer;
    this.claimed = claimed;
    this.pace = new Pace(clock);
  }

  /** Whether a turn that is saved now may run at once. */
  boolean admits(AssistantStatus status) {
    if (status.isReachable() && room(status) < 1) {
      foundFull.incrementAndGet();
      waiting = true;
    }
    return !closed && !waiting && status.isReachable();
  }

  /** Why a turn waits, for its user. */
  TurnWaits waits(ThreadId thread, RequestId turn) {
    if (!assistant.status().isReachable()) {
      return new TurnWaits(
          thread, turn, "no assistant is connected just now; it waits", RETRY_WHEN_AWAY);
    }
    Duration wait = pace.expectedWait();
    return new TurnWaits(
        thread,
        turn,
        "every assistant is busy; it waits",
        wait.isZero() ? RETRY_WHEN_AWAY : atLeastASecond(wait));
  }

  /**
   * Refuses a turn that has just been saved to wait, if by the pace of late it will have expired
   * before it can run: better told at once than after the whole time. The pace is that of this
   * server, so one of several refuses earlier than it would have to.
   *
   * @return when to try again; null when the turn waits
   */
  @Nullable Duration refuseIfHopeless(RequestId turn) {
    if (!waiting || !assistant.status().isReachable()) {
      return null;
    }
    pace.joined();
    Duration late = pace.expectedWait().minus(expiry);
    try {
      return late.isPositive() && store.refuse(turn, FailureCode.OVERLOADED, clock.instant())
          ? atLeastASecond(late)
          : null;
    } catch (StoreUnavailableException e) {
      return null;
    }
  }

  private static Duration atLeastASecond(Duration time) {
    Duration second = Duration.ofSeconds(1);
    return time.compareTo(second) < 0 ? second : time;
  }

  /** A turn is begun here, and the assistant does not know of it yet. */
  void begun() {
    unasked.incrementAndGet();
  }

  /** The assistant knows of a turn that was begun, or never will. */
  void asked() {
    unasked.decrementAndGet();
  }

  /** A turn was left: who is next may be. */
  void left(ThreadId thread, AnswerTurn.Left how) {
    if (how.state().isTerminal()) {
      pace.ended();
    }
    if (waiting || claimAgain || claiming.get()) {
      // Others wait too, and perhaps for longer than this thread's next.
      claimSoon();
    } else if (how.moreWaiting()) {
      claimNext(thread);
    }
  }

  /** Asks the store how many wait, and looks for them. */
  void look() {
    if (waiting) {
      pace.waiting(store.waitingTurns());
    }
    claimSoon();
  }

  /** Looks for turns that wait, soon and on another thread. */
  void claimSoon() {
    claimAgain = true;
    if (!closed && claiming.compareAndSet(false, true)) {
      Thread unused = Thread.ofVirtual().name("turn-claims").start(this::claimWhileThereAre);
    }
  }

  /** Claims nothing more. */
  void close() {
    closed = true;
  }

  private void claimNext(ThreadId thread) {
    if (closed || !canAnswer()) {
      return;
    }
    try {
      long since = System.nanoTime();
      store.claim(lease, 1, thread).forEach(turn -> claimed.begin(turn, since));
    } catch (StoreUnavailableException e) {
      LOG.log(System.Logger.Level.DEBUG, "no claim: {0}", e.getMessage());
    }
  }

  private boolean canAnswer() {
    AssistantStatus status = assistant.status();
    return status.isReachable() && room(status) > 0;
  }

  /** How many more questions can be put, those that are about to be put taken off. */
  private int room(AssistantStatus status) {
    return status.capacity() - unasked.get();
  }

  private void claimWhileThereAre() {
    boolean more = false;
    try {
      claimAgain = false;
      more = claimBatch();
    } catch (StoreUnavailableException e) {
      LOG.log(System.Logger.Level.DEBUG, "no claims: {0}", e.getMessage());
    } catch (RuntimeException e) {
      // When we go down the store may be closed under a claim that had begun.
      LOG.log(closed ? System.Logger.Level.DEBUG : System.Logger.Level.ERROR, "claiming failed", e);
    } finally {
      claiming.set(false);
    }
    if (claimAgain) {
      claimSoon();
    } else if (more && !closed) {
      ScheduledFuture<?> unused =
          timer.schedule(this::claimSoon, BETWEEN_BATCHES.toMillis(), TimeUnit.MILLISECONDS);
    }
  }

  /** Claims as many turns as can be answered now; tells whether there may be more. */
  private boolean claimBatch() {
    int room = Math.min(CLAIM_BATCH, room(assistant.status()));
    if (closed || !canAnswer() || room < 1) {
      waiting = !closed && assistant.status().isReachable();
      return false;
    }
    int full = foundFull.get();
    long since = System.nanoTime();
    List<ClaimedTurn> batch = store.claim(lease, room, null);
    batch.forEach(turn -> claimed.begin(turn, since));
    boolean more = batch.size() == room;
    // Whoever found no room meanwhile may have come too late for this claim.
    waiting = more || foundFull.get() != full;
    return more;
  }
}
