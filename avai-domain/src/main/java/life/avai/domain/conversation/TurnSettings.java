package life.avai.domain.conversation;

import java.time.Duration;

/**
 * How turns are run.
 *
 * @param expiry how long a turn may wait for a canister
 * @param lease how long a dead server holds its turns
 * @param attempts how often a reply is begun before the turn has failed
 * @param timeout how long one turn may take from when it is claimed
 */
public record TurnSettings(Duration expiry, Duration lease, int attempts, Duration timeout) {
  public static final TurnSettings DEFAULTS =
      new TurnSettings(Duration.ofMinutes(15), Duration.ofSeconds(10), 3, Duration.ofMinutes(10));

  public TurnSettings {
    requirePositive(expiry, "expiry");
    requirePositive(lease, "lease");
    requirePositive(timeout, "timeout");
    if (attempts < 1) {
      throw new IllegalArgumentException("attempts: " + attempts + " (expected: at least 1)");
    }
  }

  private static void requirePositive(Duration duration, String name) {
    if (duration.isNegative() || duration.isZero()) {
      throw new IllegalArgumentException(name + ": " + duration + " (expected: positive)");
    }
  }
}
