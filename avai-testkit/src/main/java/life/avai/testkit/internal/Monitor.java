package life.avai.testkit.internal;

import java.time.Duration;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A lock over some state, and a way to wait until the state is as a test wants it. */
public final class Monitor {
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();

  /** A monitor that nobody holds. */
  public Monitor() {}

  /**
   * Changes the state and wakes those who wait for it.
   *
   * @param change what to do under the lock; quick
   */
  public void update(Runnable change) {
    lock.lock();
    try {
      change.run();
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /**
   * Reads the state.
   *
   * @param <T> what is read
   * @param read what to do under the lock; quick
   * @return what it returned
   */
  public <T extends @Nullable Object> T read(Supplier<T> read) {
    lock.lock();
    try {
      return read.get();
    } finally {
      lock.unlock();
    }
  }

  /**
   * Waits until the state gives a value.
   *
   * @param <T> what is waited for
   * @param attempt gives the value, or null while there is none; called under the lock, at once and
   *     after every change
   * @param timeout the longest wait
   * @param failure says what is missing
   * @return the value
   * @throws AssertionError if there was none in time, or the thread was interrupted
   */
  public <T> T await(Supplier<@Nullable T> attempt, Duration timeout, Supplier<String> failure) {
    lock.lock();
    try {
      long left = timeout.toNanos();
      T value = attempt.get();
      while (value == null) {
        if (left <= 0) {
          throw new AssertionError("Not within " + timeout.toMillis() + " ms: " + failure.get());
        }
        left = changed.awaitNanos(left);
        value = attempt.get();
      }
      return value;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("Interrupted while waiting: " + failure.get(), e);
    } finally {
      lock.unlock();
    }
  }
}
