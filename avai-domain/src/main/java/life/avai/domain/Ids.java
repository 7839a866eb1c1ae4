package life.avai.domain;

import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
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
   * Time-ordered identifiers (UUID version 7, RFC 9562, section 6.2, method 1): 48 bits of
   * milliseconds, 12 that count within one, then random bits. Each is greater than the one before,
   * also when many are made in a millisecond or the clock is set back, so that what is sorted by
   * its id stands in the order in which it was made here.
   *
   * @param clock where the time comes from
   * @param random where the other bits come from; must be safe for many threads
   */
  static Ids timeOrdered(InstantSource clock, RandomGenerator random) {
    AtomicLong last = new AtomicLong();
    return () -> {
      // The count begins at random, in the lower half, so that there is room to count.
      long earliest = (clock.millis() << 12) | (random.nextLong() & 0x07FFL);
      long place = last.updateAndGet(former -> Math.max(former + 1, earliest));
      long high = ((place >> 12) << 16) | 0x7000L | (place & 0x0FFFL);
      long low = (random.nextLong() & 0x3FFF_FFFF_FFFF_FFFFL) | 0x8000_0000_0000_0000L;
      return new UUID(high, low);
    };
  }
}
