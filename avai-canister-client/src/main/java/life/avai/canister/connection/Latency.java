package life.avai.canister.connection;

import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * What to expect of a canister to its first piece of text: a moving average that weighs by age and
 * jumps up to any sample above it ("peak EWMA").
 *
 * <p>A plain average learns that a canister has become slow only after many questions have paid for
 * it; a peak is believed at once, and forgotten as it ages, so that a canister that has recovered
 * is tried again without anybody's doing.
 *
 * <p>Safe for use by many threads at once.
 */
final class Latency {
  /** A pause of the whole machine makes everybody slow for a moment: better samples end it soon. */
  private static final double MEMORY_NANOS = Duration.ofSeconds(2).toNanos();

  /** Without samples there is no reason to think better of it, but to look again some time. */
  private static final double FADING_NANOS = Duration.ofSeconds(30).toNanos();

  private final LongSupplier nanoTime;
  // Guarded by this, as all that follows.
  private boolean known;
  private double nanos;
  private long atNanos;

  Latency(LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
  }

  synchronized void observe(Duration sample) {
    long now = nanoTime.getAsLong();
    double seen = sample.toNanos();
    double old = faded(now);
    double weight = Math.exp(-Math.max(0, now - atNanos) / MEMORY_NANOS);
    nanos = !known || seen > old ? seen : nanos * weight + seen * (1 - weight);
    atNanos = now;
    known = true;
  }

  /** Whether there ever was a sample. */
  synchronized boolean isKnown() {
    return known;
  }

  /** In nanoseconds; fades while there are no samples. */
  synchronized double nanos() {
    return known ? faded(nanoTime.getAsLong()) : 0;
  }

  private double faded(long now) {
    return nanos * Math.exp(-Math.max(0, now - atNanos) / FADING_NANOS);
  }
}
