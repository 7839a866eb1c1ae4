package life.avai.server.admin;

import java.time.LocalDate;
import java.util.List;
import java.util.Locale;

/** A plot over days, as SVG without scripts and without styles of its own. */
final class Plot {
  /** About as wide as it is shown, so that its letters are as large as those around it. */
  private static final int WIDTH = 440;

  private static final int HEIGHT = 180;
  private static final int LEFT = 40;
  private static final int BOTTOM = 24;
  private static final int TOP = 8;

  private final String title;
  private final List<LocalDate> days;
  private final List<Series> series;

  Plot(String title, List<LocalDate> days, List<Series> series) {
    this.title = title;
    this.days = days;
    this.series = series;
  }

  /** Bars that stand on one another: parts of a whole. */
  String stacked() {
    double most = roundedUp(days.stream().mapToDouble(this::sum).max().orElse(0));
    StringBuilder marks = new StringBuilder();
    double wide = (double) (WIDTH - LEFT) / days.size();
    for (int i = 0; i < days.size(); i++) {
      double below = 0;
      for (int k = 0; k < series.size(); k++) {
        double value = series.get(k).at(days.get(i));
        if (value > 0) {
          double top = y(below + value, most);
          marks.append(
              String.format(
                  Locale.ROOT,
                  "<rect class=\"s%d\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\">"
                      + "<title>%s</title></rect>",
                  k,
                  LEFT + i * wide + 1,
                  top,
                  Math.max(1, wide - 2),
                  y(below, most) - top,
                  label(k, i)));
        }
        below += value;
      }
    }
    return figure(most, marks);
  }

  /** A line for each, with a dot on every day that has a value. */
  String lines() {
    double most =
        roundedUp(
            series.stream()
                .flatMap(each -> each.values().values().stream())
                .mapToDouble(Double::doubleValue)
                .max()
                .orElse(0));
    StringBuilder marks = new StringBuilder();
    double wide = (double) (WIDTH - LEFT) / days.size();
    for (int k = 0; k < series.size(); k++) {
      StringBuilder points = new StringBuilder();
      StringBuilder dots = new StringBuilder();
      for (int i = 0; i < days.size(); i++) {
        Double value = series.get(k).values().get(days.get(i));
        if (value != null) {
          double x = LEFT + (i + 0.5) * wide;
          double y = y(value, most);
          points.append(String.format(Locale.ROOT, "%.1f,%.1f ", x, y));
          dots.append(
              String.format(
                  Locale.ROOT,
                  "<circle class=\"s%d\" cx=\"%.1f\" cy=\"%.1f\""
                      + " r=\"3\"><title>%s</title></circle>",
                  k,
                  x,
                  y,
                  label(k, i)));
        }
      }
      marks
          .append(String.format(Locale.ROOT, "<polyline class=\"l%d\" points=\"%s\"/>", k, points))
          .append(dots);
    }
    return figure(most, marks);
  }

  private double sum(LocalDate day) {
    return series.stream().mapToDouble(each -> each.at(day)).sum();
  }

  private static double y(double value, double most) {
    double high = HEIGHT - TOP - BOTTOM;
    return TOP + high * (1 - value / most);
  }

  /** The end of the axis: the next number that is easily halved. */
  private static double roundedUp(double most) {
    double unit = most <= 0 ? 1 : Math.pow(10, Math.floor(Math.log10(most)));
    for (double step : new double[] {1, 1.2, 1.6, 2, 2.4, 3, 4, 6, 8}) {
      if (most <= step * unit) {
        return step * unit;
      }
    }
    return 10 * unit;
  }

  private String label(int k, int i) {
    Series each = series.get(k);
    return Html.escape(days.get(i) + " " + each.name() + ": " + number(each.at(days.get(i))));
  }

  private String figure(double most, StringBuilder marks) {
    StringBuilder out = new StringBuilder();
    out.append("<figure><figcaption>").append(Html.escape(title)).append("</figcaption>");
    if (series.isEmpty()) {
      return out.append("<p>nothing yet</p></figure>").toString();
    }
    out.append(
        String.format(
            Locale.ROOT,
            "<svg viewBox=\"0 0 %d %d\" role=\"img\" aria-label=\"%s\">",
            WIDTH,
            HEIGHT,
            Html.escape(title)));
    for (double part : new double[] {0, 0.5, 1}) {
      double y = y(most * part, most);
      out.append(
          String.format(
              Locale.ROOT,
              "<line class=\"grid\" x1=\"%d\" x2=\"%d\" y1=\"%.1f\" y2=\"%.1f\"/>"
                  + "<text x=\"%d\" y=\"%.1f\" text-anchor=\"end\">%s</text>",
              LEFT,
              WIDTH,
              y,
              y,
              LEFT - 6,
              y + 4,
              brief(most * part)));
    }
    out.append(
        String.format(
            Locale.ROOT,
            "<text x=\"%d\" y=\"%d\">%s</text><text x=\"%d\" y=\"%d\""
                + " text-anchor=\"end\">%s</text>",
            LEFT,
            HEIGHT - 6,
            days.getFirst(),
            WIDTH,
            HEIGHT - 6,
            days.getLast()));
    out.append(marks).append("</svg><ul>");
    for (int k = 0; k < series.size(); k++) {
      out.append(
          String.format(
              Locale.ROOT,
              "<li><svg viewBox=\"0 0 10 10\" aria-hidden=\"true\"><rect class=\"s%d\" width=\"10\""
                  + " height=\"10\"/></svg>%s</li>",
              k,
              Html.escape(series.get(k).name())));
    }
    return out.append("</ul></figure>").toString();
  }

  /** The same whatever the machine's language is. */
  static String number(double value) {
    boolean whole = value == Math.rint(value) || value >= 10;
    return String.format(Locale.ROOT, whole ? "%,.0f" : "%.2f", value);
  }

  /** For the axis: {@code 400}, {@code 20k}, {@code 1.5M}. */
  private static String brief(double value) {
    double million = 1_000_000;
    return value >= million
        ? trimmed(value / million) + "M"
        : value >= 10_000 ? trimmed(value / 1_000) + "k" : trimmed(value);
  }

  private static String trimmed(double value) {
    return String.format(Locale.ROOT, "%.2f", value).replaceFirst("\\.?0+$", "");
  }
}
