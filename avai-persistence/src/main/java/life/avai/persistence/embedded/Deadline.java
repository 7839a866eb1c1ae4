package life.avai.persistence.embedded;

import java.time.Duration;

/** A moment on the monotonic clock after which nobody waits any longer. */
final class Deadline {
  private final long end;

  private Deadline(long end) {
    this.end = end;
  }

  static Deadline in(Duration wait) {
    return new Deadline(System.nanoTime() + wait.toNanos());
  }

  /** What is left until it, in nanoseconds; zero or less when it has passed. */
  long remainingNanos() {
    return end - System.nanoTime();
  }

  boolean passed() {
    return remainingNanos() <= 0;
  }
}
