package life.avai.canister;

import java.time.Duration;

/**
 * When a canister is left alone, and for how long.
 *
 * @param window how many of its latest outcomes are looked at, at most 64
 * @param failures how many of them must be failures, and at least as many as successes
 * @param firstPause how long it is left alone at first; doubles with each probe that fails
 * @param longestPause at most
 */
public record CircuitSettings(
    int window, int failures, Duration firstPause, Duration longestPause) {
  public static final CircuitSettings DEFAULTS =
      new CircuitSettings(20, 5, Duration.ofSeconds(1), Duration.ofSeconds(30));

  public CircuitSettings {
    if (window < 1 || window > Long.SIZE || failures < 1 || failures > window) {
      throw new IllegalArgumentException(
          "circuit: %d of %d (expected: 1 to 64, and no more than that)"
              .formatted(failures, window));
    }
    if (firstPause.toMillis() < 1 || longestPause.compareTo(firstPause) < 0) {
      throw new IllegalArgumentException(
          "pauses: " + firstPause + " to " + longestPause + " (expected: positive and growing)");
    }
  }
}
