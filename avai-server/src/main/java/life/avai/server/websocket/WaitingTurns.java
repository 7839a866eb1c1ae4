package life.avai.server.websocket;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import life.avai.domain.StoreUnavailableException;

/**
 * How many turns wait, on all servers. It takes a look into the store, and anybody may ask: so one
 * look is under way at a time, a few dozen begin in a second, and it counts for all who asked
 * before it began. Nobody is told what was true before they asked; while the store is away, what
 * was known last.
 *
 * <p>Safe for use by many threads at once; blocks on the store.
 */
final class WaitingTurns {
  private static final Duration BETWEEN = Duration.ofMillis(20);

  private final LongSupplier look;
  private final ReentrantLock looking = new ReentrantLock();
  // Guarded by looking.
  private long begunNanos = System.nanoTime() - BETWEEN.toNanos();
  private long known;

  WaitingTurns(LongSupplier look) {
    this.look = look;
  }

  long count() {
    long askedNanos = System.nanoTime();
    looking.lock();
    try {
      if (begunNanos - askedNanos <= 0) {
        awaitNext();
        begunNanos = System.nanoTime();
        known = look.getAsLong();
      }
      return known;
    } catch (StoreUnavailableException e) {
      return known;
    } finally {
      looking.unlock();
    }
  }

  private void awaitNext() {
    long left;
    while ((left = begunNanos + BETWEEN.toNanos() - System.nanoTime()) > 0
        && !Thread.currentThread().isInterrupted()) {
      LockSupport.parkNanos(left);
    }
  }
}
