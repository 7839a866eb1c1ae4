package life.avai.canister;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How patiently canisters are asked.
 *
 * @param connect for TCP, TLS and the handshake together
 * @param heartbeat how often a canister is pinged; one that is silent for two is given up
 * @param first until its first sign of life on a question
 * @param idle between two signs of life
 * @param place how long a question waits for a place when every canister is full, or when the one
 *     that had it was lost
 * @param hedge after how long without a sign of life another canister is asked the same; null for
 *     never
 */
public record CanisterTimeouts(
    Duration connect,
    Duration heartbeat,
    Duration first,
    Duration idle,
    Duration place,
    @Nullable Duration hedge) {
  public static final CanisterTimeouts DEFAULTS =
      new CanisterTimeouts(
          Duration.ofSeconds(5),
          Duration.ofSeconds(15),
          Duration.ofSeconds(30),
          Duration.ofSeconds(30),
          Duration.ofSeconds(1),
          null);

  public CanisterTimeouts {
    requirePositive(connect, "connect");
    requirePositive(heartbeat, "heartbeat");
    requirePositive(first, "first");
    requirePositive(idle, "idle");
    requirePositive(place, "place");
    if (hedge != null) {
      requirePositive(hedge, "hedge");
    }
  }

  /** The same with others for the first sign of life and for silence. */
  public CanisterTimeouts withSilence(Duration newFirst, Duration newIdle) {
    return new CanisterTimeouts(connect, heartbeat, newFirst, newIdle, place, hedge);
  }

  /** The same with another time after which another canister is asked. */
  public CanisterTimeouts withHedge(@Nullable Duration newHedge) {
    return new CanisterTimeouts(connect, heartbeat, first, idle, place, newHedge);
  }

  private static void requirePositive(Duration value, String name) {
    if (value.toMillis() < 1) {
      throw new IllegalArgumentException(name + ": " + value + " (expected: positive)");
    }
  }
}
