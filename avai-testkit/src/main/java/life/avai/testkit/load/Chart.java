package life.avai.testkit.load;

import java.util.List;
import java.util.Locale;

/** Bars of what was measured, as SVG: rates, CPU and memory, each with its spread over rounds. */
final class Chart {
  private static final int LABELS = 210;
  private static final int BARS = 420;
  private static final int WIDTH = LABELS + BARS + 130;
  private static final int ROW = 20;

  private final StringBuilder svg = new StringBuilder();
  private int y = 30;

  private Chart() {}

  static String of(Report report) {
    var chart = new Chart();
    chart.part(report, "per second", "per_second");
    chart.part(report, "CPU us each, server and database", "cpu_us");
    chart.part(report, "to acknowledge, p99, ms", "ack_p99_ms");
    chart.part(report, "to the first delta, p99, ms", "first_delta_p99_ms");
    chart.part(report, "kB a connection", "kilobytes_each");
    chart.part(report, "ready after, ms", "ready_ms");
    return "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" font-family=\"sans-serif\" font-size=\"12\">\n<rect width=\"100%%\" height=\"100%%\" fill=\"white\"/>\n%s</svg>\n"
        .formatted(WIDTH, chart.y, chart.svg);
  }

  private void part(Report report, String title, String figure) {
    List<List<Sample>> groups =
        report.groups().stream()
            .filter(group -> !Double.isNaN(Report.spread(group, figure).median()))
            .toList();
    if (groups.isEmpty()) {
      return;
    }
    double most =
        groups.stream().mapToDouble(group -> Report.spread(group, figure).most()).max().orElse(1);
    add(
        String.format(
            Locale.ROOT, "<text x=\"10\" y=\"%d\" font-weight=\"bold\">%s</text>", y, title));
    y += ROW;
    for (List<Sample> group : groups) {
      Report.Spread spread = Report.spread(group, figure);
      Sample sample = group.getFirst();
      add(
          String.format(
              Locale.ROOT, "<text x=\"10\" y=\"%d\">%s, %d</text>", y, sample.what(), sample.at()));
      add(
          String.format(
              Locale.ROOT,
              "<rect x=\"%d\" y=\"%d\" width=\"%.1f\" height=\"12\" fill=\"%s\"/>",
              LABELS,
              y - 10,
              x(spread.median(), most),
              isLimit(sample.what()) ? "#b0b0b0" : "#4878a8"));
      add(
          String.format(
              Locale.ROOT,
              "<line x1=\"%.1f\" x2=\"%.1f\" y1=\"%d\" y2=\"%d\" stroke=\"black\"/>",
              LABELS + x(spread.least(), most),
              LABELS + x(spread.most(), most),
              y - 4,
              y - 4));
      add(
          String.format(
              Locale.ROOT,
              "<text x=\"%.1f\" y=\"%d\">%.3g</text>",
              LABELS + x(spread.most(), most) + 6,
              y,
              spread.median()));
      y += ROW;
    }
    y += ROW;
  }

  private static boolean isLimit(String what) {
    return what.startsWith("pgbench") || what.endsWith("echo");
  }

  private static double x(double value, double most) {
    return most > 0 ? BARS * value / most : 0;
  }

  private void add(String element) {
    svg.append(element).append('\n');
  }
}
