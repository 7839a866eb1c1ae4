package life.avai.testkit.load;

import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;

/** What clients have measured since the last {@link #restart}. On one loop's thread only. */
final class Seen {
  private static final long LONGEST = TimeUnit.MINUTES.toNanos(2);
  private static final int DIGITS = 3;

  /** From when a send was due until it was acknowledged; nanoseconds, as all. */
  final Histogram acknowledged = histogram();

  /** From when a send was due until the first piece of its reply. */
  final Histogram firstDelta = histogram();

  /** From when a send was due until its outcome. */
  final Histogram answered = histogram();

  /** From when something else was due (an echo, a pong, a connection) until it was there. */
  final Histogram other = histogram();

  private final Map<String, Long> errors = new TreeMap<>();
  private long deltas;
  private long frames;
  private long beganNanos = System.nanoTime();

  private static Histogram histogram() {
    return new Histogram(1_000, LONGEST, DIGITS);
  }

  void restart() {
    acknowledged.reset();
    firstDelta.reset();
    answered.reset();
    other.reset();
    errors.clear();
    deltas = 0;
    frames = 0;
    beganNanos = System.nanoTime();
  }

  static void record(Histogram histogram, long sinceNanos) {
    histogram.recordValue(Math.clamp(System.nanoTime() - sinceNanos, 0, LONGEST));
  }

  void error(String code) {
    errors.merge(code, 1L, Long::sum);
  }

  void delta() {
    deltas++;
  }

  void frame() {
    frames++;
  }

  long deltas() {
    return deltas;
  }

  long frames() {
    return frames;
  }

  Map<String, Long> errors() {
    return new TreeMap<>(errors);
  }

  double seconds() {
    return (System.nanoTime() - beganNanos) / 1e9;
  }
}
