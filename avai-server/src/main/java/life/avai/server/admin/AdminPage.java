package life.avai.server.admin;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.LocalDate;
import java.util.Base64;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;
import life.avai.persistence.Analytics;
import life.avai.persistence.Analytics.Messages;
import life.avai.persistence.Analytics.Turns;
import org.jspecify.annotations.Nullable;

/** The analytics as a page: made whole here, so that a browser runs nothing. */
public final class AdminPage {
  private static final String STYLE =
      """
      :root { color-scheme: light dark; }
      body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 84rem; padding: 0 1rem; }
      h1 { font-size: 1.3rem; font-weight: 600; } h1 small { font-weight: 400; opacity: .7; }
      main { display: grid; gap: 1.5rem; grid-template-columns: repeat(auto-fit, minmax(min(26rem, 100%), 1fr)); }
      figure { border: 1px solid #8883; border-radius: 8px; margin: 0; padding: 1rem; }
      figcaption { font-weight: 600; margin-bottom: .5rem; }
      figure > svg { height: auto; width: 100%; }
      figure ul { display: flex; flex-wrap: wrap; gap: .2rem 1rem; list-style: none; margin: .5rem 0 0; padding: 0; }
      li svg { height: .7em; margin-right: .4em; width: .7em; }
      text { fill: currentColor; font-size: 11px; opacity: .75; } .grid { stroke: currentColor; opacity: .15; }
      polyline { fill: none; stroke-width: 2; }
      .s0 { fill: #4e79a7; } .s1 { fill: #f28e2b; } .s2 { fill: #59a14f; } .s3 { fill: #e15759; }
      .s4 { fill: #b07aa1; } .s5 { fill: #76b7b2; } .s6 { fill: #edc948; } .s7 { fill: #9c755f; }
      .l0 { stroke: #4e79a7; } .l1 { stroke: #f28e2b; } .l2 { stroke: #59a14f; } .l3 { stroke: #e15759; }
      .l4 { stroke: #b07aa1; } .l5 { stroke: #76b7b2; } .l6 { stroke: #edc948; } .l7 { stroke: #9c755f; }
      .rows { overflow-x: auto; }
      table { border-collapse: collapse; font-variant-numeric: tabular-nums; margin-top: 1.5rem; width: 100%; }
      caption { font-weight: 600; text-align: left; }
      th, td { border-bottom: 1px solid #8883; padding: .25rem .75rem .25rem 0; text-align: right; white-space: nowrap; }
      th:nth-child(-n+3), td:nth-child(-n+3) { text-align: left; }
      """;

  /** Nothing but this page's own style, by its digest. */
  public static final String CONTENT_SECURITY_POLICY =
      "default-src 'none'; style-src 'sha256-"
          + digest(STYLE)
          + "'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

  private AdminPage() {}

  private static String digest(String text) {
    try {
      return Base64.getEncoder()
          .encodeToString(
              MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  /** The page, in HTML. */
  public static String of(Analytics.Report report, LocalDate today) {
    List<LocalDate> days = report.since().datesUntil(today.plusDays(1)).toList();
    List<Messages> replies =
        report.messages().stream().filter(row -> row.role().equals("assistant")).toList();
    StringBuilder out = new StringBuilder();
    out.append("<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\">")
        .append("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">")
        .append("<title>AVAI: analytics</title><style>")
        .append(STYLE)
        .append("</style></head><body><h1>AVAI <small>")
        .append(days.getFirst())
        .append(" to ")
        .append(days.getLast())
        .append(", days of UTC</small></h1><main>");
    out.append(
        new Plot(
                "Messages",
                days,
                Series.of(
                    report.messages(),
                    Messages::role,
                    Messages::day,
                    row -> (double) row.messages(),
                    Double::sum))
            .stacked());
    out.append(
        new Plot(
                "Turns by outcome",
                days,
                Series.of(
                    report.turns(),
                    Turns::outcome,
                    Turns::day,
                    row -> (double) row.turns(),
                    Double::sum))
            .stacked());
    out.append(
        new Plot(
                "Tokens, asked and answered",
                days,
                Stream.concat(
                        Series.of(
                            report.turns(),
                            row -> model(row.model()) + ", asked",
                            Turns::day,
                            row -> (double) row.promptTokens(),
                            Double::sum)
                            .stream(),
                        Series.of(
                            report.turns(),
                            row -> model(row.model()) + ", answered",
                            Turns::day,
                            row -> (double) row.replyTokens(),
                            Double::sum)
                            .stream())
                    .filter(each -> each.total() > 0)
                    .limit(8)
                    .toList())
            .stacked());
    List<Turns> completed =
        report.turns().stream().filter(row -> row.outcome().equals("completed")).toList();
    out.append(latency("First text, ms, 95th percentile", completed, days, Turns::firstDeltaMs95));
    out.append(latency("Whole turn, ms, median", completed, days, Turns::tookMsMedian));
    out.append(
        new Plot(
                "Mean confidence",
                days,
                Series.of(
                    replies,
                    row -> model(row.model()),
                    Messages::day,
                    Messages::confidence,
                    Math::min))
            .lines());
    out.append("</main>");
    rows(out, report);
    return out.append("</body></html>").toString();
  }

  private static String latency(
      String title,
      List<Turns> turns,
      List<LocalDate> days,
      Function<Turns, @Nullable Double> value) {
    return new Plot(
            title, days, Series.of(turns, row -> model(row.model()), Turns::day, value, Math::max))
        .lines();
  }

  private static void rows(StringBuilder out, Analytics.Report report) {
    out.append(
            "<div class=\"rows\"><table><caption>Turns</caption><thead><tr><th>day<th>model<th>outcome")
        .append(
            "<th>turns<th>tokens asked<th>answered<th>first text ms p50<th>p95<th>turn ms"
                + " p50<th>p95")
        .append("</thead><tbody>");
    for (Turns row : report.turns().reversed()) {
      cells(
          out,
          row.day().toString(),
          model(row.model()),
          row.outcome(),
          Plot.number((double) row.turns()),
          Plot.number((double) row.promptTokens()),
          Plot.number((double) row.replyTokens()),
          number(row.firstDeltaMsMedian()),
          number(row.firstDeltaMs95()),
          number(row.tookMsMedian()),
          number(row.tookMs95()));
    }
    out.append(
            "</tbody></table></div><div"
                + " class=\"rows\"><table><caption>Messages</caption><thead><tr>")
        .append(
            "<th>day<th>role<th>model<th>messages<th>threads<th>authors<th>confidence<th>lowest")
        .append("</thead><tbody>");
    for (Messages row : report.messages().reversed()) {
      cells(
          out,
          row.day().toString(),
          row.role(),
          row.role().equals("user") ? "" : model(row.model()),
          Plot.number((double) row.messages()),
          Plot.number((double) row.threads()),
          Plot.number((double) row.authors()),
          number(row.confidence()),
          number(row.lowestConfidence()));
    }
    out.append("</tbody></table></div>");
  }

  private static void cells(StringBuilder out, String... cells) {
    out.append("<tr>");
    for (String cell : cells) {
      out.append("<td>").append(Html.escape(cell));
    }
  }

  private static String model(String name) {
    return name.isEmpty() ? "no model" : name;
  }

  private static String number(@Nullable Double value) {
    return value == null ? "" : Plot.number(value);
  }
}
