package life.avai.testkit.time;

import static java.util.Objects.requireNonNull;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;

/**
 * A clock that stands still until a test moves it.
 *
 * <p>Clocks made by {@link #withZone} show the same time as this one, and move with it. Safe for
 * use by many threads at once.
 */
public final class MutableClock extends Clock {
  private final AtomicReference<Instant> now;
  private final List<Runnable> callbacks;
  private final ZoneId zone;

  private MutableClock(AtomicReference<Instant> now, List<Runnable> callbacks, ZoneId zone) {
    this.now = now;
    this.callbacks = callbacks;
    this.zone = zone;
  }

  /**
   * A clock in UTC.
   *
   * @param start the time that it shows first
   * @return the clock
   */
  public static MutableClock at(Instant start) {
    var now = new AtomicReference<>(requireNonNull(start, "start"));
    return new MutableClock(now, new CopyOnWriteArrayList<>(), ZoneOffset.UTC);
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
    Instant moved = now.updateAndGet(instant -> instant.plus(time));
    callbacks.forEach(Runnable::run);
    return moved;
  }

  /**
   * Sets the clock.
   *
   * @param instant the time to show
   */
  public void set(Instant instant) {
    now.set(requireNonNull(instant, "instant"));
    callbacks.forEach(Runnable::run);
  }

  /**
   * Tells somebody whenever the clock was moved, or one with the same time.
   *
   * @param callback called on the thread that moves the clock, which waits meanwhile
   */
  public void onMove(Runnable callback) {
    callbacks.add(callback);
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
    return new MutableClock(now, callbacks, requireNonNull(other, "other"));
  }

  @Override
  public String toString() {
    return "MutableClock[" + instant() + ", " + zone + "]";
  }
}
