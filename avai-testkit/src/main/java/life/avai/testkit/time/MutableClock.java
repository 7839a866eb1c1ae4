package life.avai.testkit.time;

import static java.util.Objects.requireNonNull;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.concurrent.atomic.AtomicReference;

/**
 * A clock that stands still until a test moves it.
 *
 * <p>Clocks made by {@link #withZone} show the same time as this one, and move with it. Safe for
 * use by many threads at once.
 */
public final class MutableClock extends Clock {
  private final AtomicReference<Instant> now;
  private final ZoneId zone;

  private MutableClock(AtomicReference<Instant> now, ZoneId zone) {
    this.now = now;
    this.zone = zone;
  }

  /**
   * A clock in UTC.
   *
   * @param start the time that it shows first
   * @return the clock
   */
  public static MutableClock at(Instant start) {
    return new MutableClock(new AtomicReference<>(requireNonNull(start, "start")), ZoneOffset.UTC);
  }

  /**
   * A clock in UTC that shows the beginning of 2026, for tests to which any time is as good.
   *
   * @return the clock
   */
  public static MutableClock create() {
    return at(Instant.parse("2026-01-01T00:00:00Z"));
  }

  /**
   * Moves the clock.
   *
   * @param time how far; back if it is negative
   * @return the time that it shows now
   */
  public Instant advance(Duration time) {
    return now.updateAndGet(instant -> instant.plus(time));
  }

  /**
   * Sets the clock.
   *
   * @param instant the time to show
   */
  public void set(Instant instant) {
    now.set(requireNonNull(instant, "instant"));
  }

  @Override
  public Instant instant() {
    return now.get();
  }

  @Override
  public ZoneId getZone() {
    return zone;
  }

  @Override
  public MutableClock withZone(ZoneId other) {
    return new MutableClock(now, requireNonNull(other, "other"));
  }

  @Override
  public String toString() {
    return "MutableClock[" + instant() + ", " + zone + "]";
  }
}
