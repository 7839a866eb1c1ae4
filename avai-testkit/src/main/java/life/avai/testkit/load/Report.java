package life.avai.testkit.load;

import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import life.avai.testkit.json.Json;
import life.avai.testkit.json.JsonObject;

/** What a run has measured, for people and for programs. Used by one thread. */
final class Report {
  private final PrintStream out;
  private final List<Sample> samples = new ArrayList<>();

  Report(PrintStream out) {
    this.out = out;
  }

  /** Rounds of one thing: their median, least and most. */
  record Spread(double median, double least, double most) {
    static Spread of(List<Double> values) {
      List<Double> sorted = values.stream().filter(value -> !value.isNaN()).sorted().toList();
      return sorted.isEmpty()
          ? new Spread(Double.NaN, Double.NaN, Double.NaN)
          : new Spread(sorted.get(sorted.size() / 2), sorted.getFirst(), sorted.getLast());
    }

    @Override
    public String toString() {
      return String.format(Locale.ROOT, "%.2f (%.2f to %.2f)", median, least, most);
    }
  }

  /**
   * A figure beside a limit, round by round.
   *
   * @param bound what it should be; at least that when {@code atLeast}, at most otherwise
   */
  record Ratio(String name, Spread spread, double bound, boolean atLeast) {
    boolean holds() {
      return atLeast ? spread.median() >= bound : spread.median() <= bound;
    }
  }

  void say(String line) {
    out.println(line);
    out.flush();
  }

  /** Keeps a sample and prints it. */
  void add(Sample sample) {
    samples.add(sample);
    String figures =
        sample.figures().entrySet().stream()
            .filter(each -> !each.getValue().isNaN())
            .map(each ->
                String.format(Locale.ROOT, "%s=%s", each.getKey(), shortened(each.getValue())))
            .collect(Collectors.joining(" "));
    say(
        String.format(
            Locale.ROOT,
            "%-18s at=%-6d round=%d  %s",
            sample.what(),
            sample.at(),
            sample.round(),
            figures));
  }

  private static String shortened(double value) {
    return value >= 100
        ? String.format(Locale.ROOT, "%.0f", value)
        : String.format(Locale.ROOT, "%.3g", value);
  }

  /** The highest rate of this kind, of the medians over rounds; 0 when it was not measured. */
  double best(String what) {
    return groups().stream()
        .filter(group -> group.getFirst().what().equals(what))
        .mapToDouble(group -> spread(group, "per_second").median())
        .max()
        .orElse(0);
  }

  /** Samples of one kind at one place, in the order in which they were first measured. */
  List<List<Sample>> groups() {
    Map<String, List<Sample>> groups = new LinkedHashMap<>();
    for (Sample sample : samples) {
      groups
          .computeIfAbsent(sample.what() + "@" + sample.at(), name -> new ArrayList<>())
          .add(sample);
    }
    return List.copyOf(groups.values());
  }

  static Spread spread(List<Sample> group, String figure) {
    return Spread.of(group.stream().map(sample -> sample.get(figure)).toList());
  }

  /** What is measured beside its limit, as far as both are there. */
  List<Ratio> ratios() {
    List<Ratio> ratios = new ArrayList<>();
    for (int clients : new int[] {64, 256}) {
      ratio(
          ratios,
          "acks at " + clients + " / pgbench's best",
          1.5,
          true,
          round -> get("ack", clients, round, "per_second") / most("pgbench", round));
      ratio(
          ratios,
          "acks at " + clients + " / pgbench's best with reading",
          1.5,
          true,
          round -> get("ack", clients, round, "per_second") / most("pgbench+read", round));
      ratio(
          ratios,
          "CPU us of an ack at " + clients,
          130,
          false,
          round -> get("ack", clients, round, "cpu_us"));
      ratio(
          ratios,
          "CPU us of a turn at " + clients,
          450,
          false,
          round -> get("turn", clients, round, "cpu_us"));
    }
    ratio(
        ratios,
        "one client's ack - pgbench's, ms",
        0.3,
        false,
        round -> get("ack", 1, round, "ack_mean_ms") - get("pgbench", 1, round, "latency_mean_ms"));
    ratio(
        ratios,
        "an idle connection / a bare Netty one",
        1.3,
        false,
        round -> any("idle", round, "kilobytes_each") / any("idle echo", round, "kilobytes_each"));
    ratio(
        ratios,
        "ack p99 at a tenth, ms",
        50,
        false,
        round -> any("ack at rate", round, "ack_p99_ms"));
    ratio(
        ratios,
        "first delta p99 at a tenth, ms",
        10,
        false,
        round -> any("turn at rate", round, "first_delta_p99_ms"));
    ratio(
        ratios,
        "ping p99 at a tenth, ms",
        10,
        false,
        round -> any("ping at rate", round, "round_trip_p99_ms"));
    for (String flood : List.of("beside the limit", "beside a flood")) {
      ratio(
          ratios,
          "p99 " + flood + " / alone",
          1.25,
          false,
          round -> any(flood, round, "ack_p99_ms") / any("alone", round, "ack_p99_ms"));
    }
    for (String curve : List.of("by connections", "by messages", "by rows")) {
      for (String what : List.of("ack ", "turn ")) {
        ratio(
            ratios, what + "CPU, most / least " + curve, 1.2, false, round -> growth(what + curve));
      }
    }
    ratio(ratios, "ready after ms", 1_000, false, round -> any("start", round, "ready_ms"));
    return ratios;
  }

  private interface OfRound {
    double value(int round);
  }

  private void ratio(
      List<Ratio> ratios, String name, double bound, boolean atLeast, OfRound ofRound) {
    var rounds = new TreeSet<>(samples.stream().map(Sample::round).toList());
    Spread spread = Spread.of(rounds.stream().map(ofRound::value).toList());
    if (!Double.isNaN(spread.median())) {
      ratios.add(new Ratio(name, spread, bound, atLeast));
    }
  }

  private double get(String what, long at, int round, String figure) {
    return samples.stream()
        .filter(s -> s.what().equals(what) && s.at() == at && s.round() == round)
        .mapToDouble(s -> s.get(figure))
        .findFirst()
        .orElse(Double.NaN);
  }

  private double any(String what, int round, String figure) {
    return samples.stream()
        .filter(s -> s.what().equals(what) && s.round() == round)
        .mapToDouble(s -> s.get(figure))
        .findFirst()
        .orElse(Double.NaN);
  }

  private double most(String what, int round) {
    OptionalDouble most =
        samples.stream()
            .filter(s -> s.what().equals(what) && s.round() == round)
            .mapToDouble(s -> s.get("per_second"))
            .max();
    return most.orElse(Double.NaN);
  }

  /** The dearest point of a curve beside the cheapest, medians over rounds. */
  private double growth(String curve) {
    double[] points =
        groups().stream()
            .filter(group -> group.getFirst().what().equals(curve))
            .mapToDouble(group -> spread(group, "cpu_us").median())
            .toArray();
    return IntStream.range(0, points.length).mapToDouble(i -> points[i]).max().orElse(Double.NaN)
        / IntStream.range(0, points.length).mapToDouble(i -> points[i]).min().orElse(Double.NaN);
  }

  /** Prints the ratios and violations, and writes {@code report.json} and {@code chart.svg}. */
  void finish(Path directory, List<String> arguments, Violations violations) {
    say("");
    for (Ratio ratio : ratios()) {
      say(
          String.format(
              Locale.ROOT,
              "%-48s %-28s should be at %s %s: %s",
              ratio.name(),
              ratio.spread(),
              ratio.atLeast() ? "least" : "most",
              shortened(ratio.bound()),
              ratio.holds() ? "yes" : "no"));
    }
    say("violations " + violations.counts());
    violations.examples().forEach(this::say);
    try {
      Files.createDirectories(directory);
      Files.writeString(
          directory.resolve("report.json"), Json.write(json(arguments, violations)) + "\n");
      Files.writeString(directory.resolve("chart.svg"), Chart.of(this));
      say("written: " + directory.resolve("report.json") + ", " + directory.resolve("chart.svg"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private JsonObject json(List<String> arguments, Violations violations) {
    return JsonObject.of(
        "at", Instant.now().truncatedTo(ChronoUnit.SECONDS).toString(),
        "command", "avai bench " + String.join(" ", arguments),
        "processors", Runtime.getRuntime().availableProcessors(),
        "java", System.getProperty("java.vm.version"),
        "ratios",
            ratios().stream()
                .map(ratio ->
                    JsonObject.of(
                        "name", ratio.name(),
                        "median", rounded(ratio.spread().median()),
                        "least", rounded(ratio.spread().least()),
                        "most", rounded(ratio.spread().most()),
                        "bound", ratio.bound(),
                        "holds", ratio.holds()))
                .toList(),
        "violations", object(violations.counts()),
        "examples", violations.examples(),
        "samples", samples.stream().map(Report::json).toList());
  }

  private static JsonObject json(Sample sample) {
    JsonObject object =
        JsonObject.of("what", sample.what(), "at", sample.at(), "round", sample.round());
    for (Map.Entry<String, Double> figure : sample.figures().entrySet()) {
      if (Double.isFinite(figure.getValue())) {
        object = object.with(figure.getKey(), rounded(figure.getValue()));
      }
    }
    return object;
  }

  private static JsonObject object(Map<?, Long> counts) {
    JsonObject object = JsonObject.empty();
    for (Map.Entry<?, Long> count : counts.entrySet()) {
      object = object.with(count.getKey().toString(), count.getValue());
    }
    return object;
  }

  private static double rounded(double value) {
    return Math.round(value * 1_000) / 1_000.0;
  }
}
