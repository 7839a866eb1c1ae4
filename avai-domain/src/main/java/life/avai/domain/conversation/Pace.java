package life.avai.domain.conversation;

import java.time.Duration;
import java.time.InstantSource;

/**
 * How fast turns end here, over about the last minute, and how many wait: what a line is worth.
 *
 * <p>Safe for use by many threads at once.
 */
final class Pace {
  private static final double MEMORY_MILLIS = Duration.ofMinutes(1).toMillis();

  private final InstantSource clock;
  // Guarded by this.
  private double ended;
  private long atMillis;
  private long waiting;

  Pace(InstantSource clock) {
    this.clock = clock;
    this.atMillis = clock.millis();
  }

  /** A turn has ended. */
  synchronized void ended() {
    fade();
    ended++;
  }

  /** So many turns wait, as the store has just told. */
  synchronized void waiting(long turns) {
    waiting = turns;
  }

  /** One more turn waits. */
  synchronized void joined() {
    waiting++;
  }

  /** How long a turn more would wait; zero when nobody can tell. */
  synchronized Duration expectedWait() {
    fade();
    return ended < 1.0 / MEMORY_MILLIS
        ? Duration.ZERO
        : Duration.ofMillis((long) Math.min(waiting * MEMORY_MILLIS / ended, Integer.MAX_VALUE));
  }

  private void fade() {
    long now = clock.millis();
    ended *= Math.exp(-Math.max(0, now - atMillis) / MEMORY_MILLIS);
    atMillis = now;
  }
}
