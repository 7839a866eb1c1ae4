package life.avai.domain;

import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.UUID;
import java.util.random.RandomGenerator;

/**
 * A source of unique identifiers.
 *
 * <p>Safe for use by many threads at once.
 */
@FunctionalInterface
public interface Ids {
  /** A new identifier, never given before. */
  UUID next();

  /**
   * Time-ordered identifiers (UUID version 7, RFC 9562) from the system clock and secure random
   * bits.
   */
  static Ids timeOrdered() {
    return timeOrdered(InstantSource.system(), new SecureRandom());
  }

  /**
   * Time-ordered identifiers (UUID version 7, RFC 9562): 48 bits of milliseconds, then random bits.
   *
   * @param clock where the time comes from
   * @param random where the other 74 bits come from; must be safe for many threads
   */
  static Ids timeOrdered(InstantSource clock, RandomGenerator random) {
    return () -> {
      long high = (clock.millis() << 16) | 0x7000L | (random.nextLong() & 0x0FFFL);
      long low = (random.nextLong() & 0x3FFF_FFFF_FFFF_FFFFL) | 0x8000_0000_0000_0000L;
      return new UUID(high, low);
    };
  }
}
