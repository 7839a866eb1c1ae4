package life.avai.testkit.fault;

import java.time.Duration;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import life.avai.testkit.internal.Monitor;
import org.jspecify.annotations.Nullable;

/** What goes wrong at the moment, and what has passed: shared by a proxy's connections. */
final class Faults {
  private static final Duration FOR_EVER = Duration.ofDays(1);

  /** What becomes of a piece that was read. */
  sealed interface Verdict {
    record Pass() implements Verdict {}

    /** It is lost, and nobody hears of it. */
    record Swallow() implements Verdict {}

    /**
     * The connection is reset.
     *
     * @param first how many of its bytes pass before
     */
    record Reset(int first) implements Verdict {}
  }

  private static final Verdict PASS = new Verdict.Pass();

  /** Bytes that may still pass one way before a connection is reset. */
  private record Countdown(Direction way, long left) {}

  private final Monitor monitor = new Monitor();

  // All guarded by monitor.
  private final Map<Direction, Long> passed = new EnumMap<>(Direction.class);
  private final Map<Direction, Integer> waiting = new EnumMap<>(Direction.class);
  private final Set<Direction> held = EnumSet.noneOf(Direction.class);
  private Duration delay = Duration.ZERO;
  private boolean swallows;
  private @Nullable Countdown countdown;

  void delay(Duration time) {
    monitor.update(() -> delay = time);
  }

  void hold(Direction way) {
    monitor.update(() -> held.add(way));
  }

  void swallow() {
    monitor.update(() -> swallows = true);
  }

  boolean swallows() {
    return monitor.read(() -> swallows);
  }

  void resetAfter(Direction way, long bytes) {
    monitor.update(() -> countdown = new Countdown(way, bytes));
  }

  void pass() {
    monitor.update(() -> {
      held.clear();
      delay = Duration.ZERO;
      swallows = false;
      countdown = null;
    });
  }

  /** Lets those who wait see that their connection is over. */
  void wake() {
    monitor.update(() -> {});
  }

  long passed(Direction way) {
    return monitor.read(() -> passed.getOrDefault(way, 0L));
  }

  void awaitPassed(Direction way, long bytes, Duration timeout) {
    monitor.await(
        () -> passed.getOrDefault(way, 0L) >= bytes ? true : null,
        timeout,
        () -> bytes + " bytes " + way + "; there were " + passed);
  }

  void awaitHeld(Direction way, Duration timeout) {
    monitor.await(
        () -> (held.contains(way) && waiting.getOrDefault(way, 0) > 0) ? true : null,
        timeout,
        () -> "something to hold " + way);
  }

  void awaitReset(Duration timeout) {
    monitor.await(
        () -> countdown == null ? true : null, timeout, () -> "a reset; left is " + countdown);
  }

  /** Waits for as long as the way is held or delayed; returns early when the connection is over. */
  void await(Direction way, BooleanSupplier over) {
    Duration pause = monitor.read(() -> delay);
    if (!pause.isZero()) {
      LockSupport.parkNanos(pause.toNanos());
    }
    monitor.update(() -> waiting.merge(way, 1, Integer::sum));
    try {
      monitor.await(
          () -> (!held.contains(way) || over.getAsBoolean()) ? true : null,
          FOR_EVER,
          () -> "the way " + way + " to be open");
    } finally {
      monitor.update(() -> waiting.merge(way, -1, Integer::sum));
    }
  }

  /** Waits as {@link #await} does, and then tells what becomes of a piece. */
  Verdict admit(Direction way, int length, BooleanSupplier over) {
    await(way, over);
    Verdict[] verdict = {PASS};
    monitor.update(() -> verdict[0] = decide(way, length));
    return verdict[0];
  }

  private Verdict decide(Direction way, int length) {
    if (swallows) {
      return new Verdict.Swallow();
    }
    Countdown left = countdown;
    if (left != null && left.way() == way) {
      if (left.left() <= length) {
        countdown = null;
        passed.merge(way, left.left(), Long::sum);
        return new Verdict.Reset((int) left.left());
      }
      countdown = new Countdown(way, left.left() - length);
    }
    passed.merge(way, (long) length, Long::sum);
    return PASS;
  }
}
