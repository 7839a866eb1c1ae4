package life.avai.canister;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * How long to wait before another try: at random between nothing and a bound that doubles up to a
 * longest ("full jitter"), so that many who were cut off together do not come back together. There
 * is no last try.
 */
public record Backoff(Duration first, Duration longest) {
  public static final Backoff DEFAULTS =
      new Backoff(Duration.ofMillis(200), Duration.ofSeconds(10));

  private static final int MAX_DOUBLINGS = 30;

  public Backoff {
    if (first.isNegative() || first.isZero() || longest.compareTo(first) < 0) {
      throw new IllegalArgumentException(
          "backoff: " + first + " to " + longest + " (expected: positive and growing)");
    }
  }

  /**
   * The wait before a try.
   *
   * @param failures how many tries have failed since the last success; at least 1
   */
  public Duration before(int failures, RandomGenerator random) {
    long bound =
        Math.min(
            longest.toNanos(),
            first.toNanos() << Math.min(MAX_DOUBLINGS, Math.max(0, failures - 1)));
    return Duration.ofNanos(random.nextLong(bound <= 0 ? longest.toNanos() : bound + 1));
  }
}
