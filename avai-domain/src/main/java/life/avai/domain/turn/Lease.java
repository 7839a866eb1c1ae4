package life.avai.domain.turn;

import static java.util.Objects.requireNonNull;

import java.time.Duration;

/**
 * The right of one server to work on a turn, for a time that the store's own clock measures.
 *
 * @param duration from when the store grants it; positive
 */
public record Lease(TurnOwner owner, Duration duration) {
  public Lease {
    requireNonNull(owner, "owner");
    if (duration.isNegative() || duration.isZero()) {
      throw new IllegalArgumentException("duration: " + duration + " (expected: positive)");
    }
  }
}
