package life.avai.testkit.contract;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;

/**
 * Looks again and again until there is something to see, for what only the passing of a store's own
 * time brings about and nothing announces: a lease that runs out, a wait that is over.
 */
public final class Eventually {
  private static final Duration BETWEEN_LOOKS = Duration.ofMillis(5);
  private static final Duration BOUND = Duration.ofSeconds(10);

  private Eventually() {}

  /**
   * The first that is found.
   *
   * @throws AssertionError when there is none within ten seconds
   */
  public static <T> T found(Supplier<Optional<T>> look) {
    long end = System.nanoTime() + BOUND.toNanos();
    while (System.nanoTime() < end) {
      Optional<T> found = look.get();
      if (found.isPresent()) {
        return found.get();
      }
      // The one place where tests let time pass: the time of the store, which has no bell.
      LockSupport.parkNanos(BETWEEN_LOOKS.toNanos());
    }
    throw new AssertionError("nothing found within " + BOUND);
  }
}
