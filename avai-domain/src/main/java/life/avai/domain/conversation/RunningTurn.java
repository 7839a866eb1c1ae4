package life.avai.domain.conversation;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import life.avai.domain.turn.ClaimedTurn;
import life.avai.domain.turn.TurnState;
import org.jspecify.annotations.Nullable;

/**
 * A turn that is being worked on, and the way to stop it.
 *
 * <p>Its worker is interrupted only while it waits for the model or for time to pass, never in the
 * middle of a write.
 */
final class RunningTurn {
  /** Why a turn is to stop; a later reason of higher rank takes the place of an earlier one. */
  enum Stop {
    /** Somebody cancelled it: keep what has arrived. */
    CANCEL,
    /** The server shuts down: give it back. */
    HAND_OVER,
    /** Another server has it: write nothing. */
    LEASE_LOST
  }

  /** Work that may be interrupted. */
  interface Waiting<T> {
    T await() throws InterruptedException;
  }

  private final ClaimedTurn turn;
  private final @Nullable UUID origin;
  private final Runnable onAsking;
  private final AtomicBoolean asking = new AtomicBoolean();
  private final CompletableFuture<TurnState> left = new CompletableFuture<>();
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition stopped = lock.newCondition();
  // Guarded by lock.
  private @Nullable Thread waiting;
  private @Nullable Stop stop;

  /**
   * A turn that was claimed.
   *
   * @param origin the connection that it was asked on; null when it is not known
   * @param onAsking called once, when the assistant is asked or the turn is left without that
   */
  RunningTurn(ClaimedTurn turn, @Nullable UUID origin, Runnable onAsking) {
    this.turn = requireNonNull(turn, "turn");
    this.origin = origin;
    this.onAsking = requireNonNull(onAsking, "onAsking");
  }

  /** From now on the assistant itself knows that it has this question. */
  void asking() {
    if (asking.compareAndSet(false, true)) {
      onAsking.run();
    }
  }

  ClaimedTurn turn() {
    return turn;
  }

  @Nullable UUID origin() {
    return origin;
  }

  /** Completes with the state in which this process left the turn. */
  CompletableFuture<TurnState> left() {
    return left;
  }

  void stop(Stop why) {
    lock.lock();
    try {
      if (stop != null && stop.compareTo(why) >= 0) {
        return;
      }
      stop = why;
      stopped.signalAll();
      if (waiting != null) {
        waiting.interrupt();
      }
    } finally {
      lock.unlock();
    }
  }

  @Nullable Stop stopped() {
    lock.lock();
    try {
      return stop;
    } finally {
      lock.unlock();
    }
  }

  /** Waits for something, unless and until the turn is stopped. */
  <T> T interruptibly(Waiting<T> work) throws InterruptedException {
    enter();
    try {
      return work.await();
    } finally {
      leave();
    }
  }

  /** Lets time pass, unless and until the turn is stopped; tells whether it was. */
  boolean pause(Duration time) {
    lock.lock();
    try {
      long left = time.toNanos();
      while (stop == null && left > 0) {
        left = stopped.awaitNanos(left);
      }
      return stop != null;
    } catch (InterruptedException e) {
      return true;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Lets time pass whatever happens, but for a lost lease or a hand-over: for repeating a write.
   */
  boolean pauseBetweenWrites(Duration time) {
    lock.lock();
    try {
      long left = time.toNanos();
      while ((stop == null || stop == Stop.CANCEL) && left > 0) {
        left = stopped.awaitNanos(left);
      }
      return stop == null || stop == Stop.CANCEL;
    } catch (InterruptedException e) {
      return false;
    } finally {
      lock.unlock();
    }
  }

  /** Waits for the worker to be done; false when it took too long. */
  boolean awaitLeft(Duration time) throws InterruptedException {
    try {
      left.get(time.toNanos(), TimeUnit.NANOSECONDS);
      return true;
    } catch (TimeoutException e) {
      return false;
    } catch (ExecutionException e) {
      throw new AssertionError("never completed exceptionally", e);
    }
  }

  private void enter() throws InterruptedException {
    lock.lock();
    try {
      if (stop != null) {
        throw new InterruptedException();
      }
      waiting = Thread.currentThread();
    } finally {
      lock.unlock();
    }
  }

  private void leave() {
    lock.lock();
    try {
      waiting = null;
      // An interrupt that came too late for the wait must not hit a write.
      Thread.interrupted();
    } finally {
      lock.unlock();
    }
  }
}
