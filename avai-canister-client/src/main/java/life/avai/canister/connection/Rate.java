package life.avai.canister.connection;

import java.time.Duration;
import java.util.function.LongSupplier;

/** How often something happens, over about the last ten seconds. Safe for use by many threads. */
final class Rate {
  private static final double MEMORY_SECONDS = 10;

  private final LongSupplier nanoTime;
  // Guarded by this.
  private double count;
  private long atNanos;

  Rate(LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
    this.atNanos = nanoTime.getAsLong();
  }

  synchronized void happened() {
    fade();
    count++;
  }

  /** When to expect that it has happened so many times, or the longest when that is later. */
  synchronized Duration until(int times, Duration longest) {
    fade();
    double perSecond = count / MEMORY_SECONDS;
    double seconds = perSecond > 0 ? times / perSecond : Double.MAX_VALUE;
    return seconds >= longest.toSeconds()
        ? longest
        : Duration.ofMillis((long) Math.ceil(seconds * 1_000));
  }

  private void fade() {
    long now = nanoTime.getAsLong();
    count *= Math.exp(-Math.max(0, now - atNanos) / (MEMORY_SECONDS * 1e9));
    atNanos = now;
  }
}
