package life.avai.server.admin;

import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.DoubleBinaryOperator;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * One thing over the days.
 *
 * @param values by day; days without one are not there
 */
record Series(String name, Map<LocalDate, Double> values) {
  private static final int AT_MOST = 8;

  Series {
    values = Map.copyOf(values);
  }

  double total() {
    return values.values().stream().mapToDouble(Double::doubleValue).sum();
  }

  double at(LocalDate day) {
    return values.getOrDefault(day, 0.0);
  }

  /**
   * Rows as series, the largest first. Whatever is beyond the seven largest is put together: models
   * name themselves, and there may be many names.
   *
   * @param value of a row; null for none
   * @param together what two values of one series and day make
   */
  static <R> List<Series> of(
      List<R> rows,
      Function<R, String> name,
      Function<R, LocalDate> day,
      Function<R, @Nullable Double> value,
      DoubleBinaryOperator together) {
    Map<String, Map<LocalDate, Double>> byName = new TreeMap<>();
    for (R row : rows) {
      Double here = value.apply(row);
      if (here != null) {
        byName
            .computeIfAbsent(name.apply(row), key -> new TreeMap<>())
            .merge(day.apply(row), here, together::applyAsDouble);
      }
    }
    List<Series> all = new ArrayList<>();
    byName.forEach((key, values) -> all.add(new Series(key, values)));
    all.sort(Comparator.comparingDouble(Series::total).reversed());
    if (all.size() <= AT_MOST) {
      return all;
    }
    Map<LocalDate, Double> rest = new TreeMap<>();
    for (Series small : all.subList(AT_MOST - 1, all.size())) {
      small.values().forEach((when, much) -> rest.merge(when, much, together::applyAsDouble));
    }
    List<Series> shown = new ArrayList<>(all.subList(0, AT_MOST - 1));
    shown.add(new Series("others", rest));
    return shown;
  }
}
