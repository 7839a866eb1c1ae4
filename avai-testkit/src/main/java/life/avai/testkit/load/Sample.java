package life.avai.testkit.load;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import org.HdrHistogram.Histogram;

/**
 * What one step of a run has measured.
 *
 * @param what was measured, for example {@code ack}
 * @param at where on its axis: clients, connections, messages
 * @param round which of the alternating rounds it belongs to
 * @param figures by name, with the unit at its end
 */
record Sample(String what, long at, int round, Map<String, Double> figures) {
  private static final double NANOS_PER_MILLI = 1e6;

  Sample {
    figures = new LinkedHashMap<>(figures);
  }

  /** A figure; NaN when there is none of that name. */
  double get(String name) {
    return figures.getOrDefault(name, Double.NaN);
  }

  Sample with(String name, double value) {
    var more = new LinkedHashMap<>(figures);
    more.put(name, value);
    return new Sample(what, at, round, more);
  }

  /** With the percentiles of a histogram of nanoseconds, in milliseconds. */
  Sample with(String name, Histogram histogram) {
    if (histogram.getTotalCount() == 0) {
      return this;
    }
    return with(name + "_mean_ms", histogram.getMean() / NANOS_PER_MILLI)
        .with(name + "_p50_ms", histogram.getValueAtPercentile(50) / NANOS_PER_MILLI)
        .with(name + "_p99_ms", histogram.getValueAtPercentile(99) / NANOS_PER_MILLI)
        .with(name + "_p999_ms", histogram.getValueAtPercentile(99.9) / NANOS_PER_MILLI)
        .with(name + "_max_ms", histogram.getMaxValue() / NANOS_PER_MILLI);
  }

  Map<String, Double> sorted() {
    return new TreeMap<>(figures);
  }
}
