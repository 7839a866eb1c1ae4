package life.avai.testkit.load;

import java.net.URI;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What was asked for on the command line. */
final class Options {
  static final String USAGE =
      """
      usage: avai bench [MODE...] [OPTION VALUE]...

      Starts a server with a database of its own, measures it beside the limits of this machine, and stops it.
      Linux only. Limits: a bare Netty echo, and pgbench (from Debian's postgresql-contrib, or --pgbench).

      modes (without any: ack turn open idle)
        ack         send, wait for message_sent; beside the echo and pgbench
        turn        send, wait for ai_response
        open        ack, turn and ping at a fixed rate, a tenth of what ack and turn can do unless --rate says
        idle        memory of idle connections, beside the echo's
        fan-out     several devices to a thread
        stream      many turns that stream slowly to several devices, in a heap of 256 MB
        reconnect   everybody at once
        fairness    people alone, and beside one who floods (--rate, 500) or sends all he may
        growth      CPU per acknowledgement by connections, by messages in a thread, by rows in the table
        start       from the command to ready

      options
        --seconds S        of each step (5)              --rounds N        in alternation (3)
        --clients A,B,..   closed loop (1,64,256)        --rate R          per second, for open
        --warm-up S        before the first of a kind (5)
        --connections N    idle, reconnect (10000, 1000) --threads N       open, fan-out, stream (64, 64, 1000)
        --devices N        to a thread (3)               --deltas N        to a reply (8)
        --delta-chars N    to a delta (40)               --canister-ms MS  before the first delta (0)
        --delta-ms MS      between deltas (0)            --pgbench PATH    if not on the PATH; none: without
        --out DIR          report.json, chart.svg (bench-report)
        --url ws://..      measure this running server, alone, without limits and without CPU
      """;

  private static final Set<String> MODES =
      Set.of(
          "ack",
          "turn",
          "open",
          "idle",
          "fan-out",
          "stream",
          "reconnect",
          "fairness",
          "growth",
          "start");
  private static final Set<String> NAMES =
      Set.of(
          "--seconds",
          "--rounds",
          "--warm-up",
          "--clients",
          "--rate",
          "--connections",
          "--threads",
          "--devices",
          "--deltas",
          "--delta-chars",
          "--canister-ms",
          "--delta-ms",
          "--pgbench",
          "--out",
          "--url");

  /** Options whose value is no number. */
  private static final Set<String> WORDS = Set.of("--pgbench", "--out", "--url");

  private final List<String> modes;
  private final Map<String, String> values;

  private Options(List<String> modes, Map<String, String> values) {
    this.modes = modes;
    this.values = values;
  }

  /**
   * Reads a command line.
   *
   * @throws IllegalArgumentException with a line for people, when it cannot be understood
   */
  static Options of(List<String> arguments) {
    List<String> modes = arguments.stream().takeWhile(word -> !word.startsWith("--")).toList();
    for (String mode : modes) {
      if (!MODES.contains(mode)) {
        throw new IllegalArgumentException(mode + ": no such mode");
      }
    }
    var values = new HashMap<String, String>();
    for (int i = modes.size(); i < arguments.size(); i += 2) {
      String name = arguments.get(i);
      if (!NAMES.contains(name)) {
        throw new IllegalArgumentException(name + ": no such option");
      }
      if (i + 1 == arguments.size()) {
        throw new IllegalArgumentException(name + ": value missing");
      }
      values.put(name, arguments.get(i + 1));
    }
    var options =
        new Options(modes.isEmpty() ? List.of("ack", "turn", "open", "idle") : modes, values);
    for (String name : values.keySet()) {
      if (name.equals("--clients")) {
        options.clients(1);
      } else if (!WORDS.contains(name)) {
        options.number(name, 0);
      }
    }
    return options;
  }

  List<String> modes() {
    return modes;
  }

  double seconds() {
    return number("--seconds", 5);
  }

  int rounds() {
    return (int) number("--rounds", 3);
  }

  /** How many clients, step by step; {@code standard} when nothing was said. */
  int[] clients(int... standard) {
    String text = values.get("--clients");
    return text == null
        ? standard
        : Arrays.stream(text.split(",")).mapToInt(each -> (int) parse("--clients", each)).toArray();
  }

  int whole(String name, int standard) {
    return (int) number(name, standard);
  }

  double number(String name, double standard) {
    String text = values.get(name);
    return text == null ? standard : parse(name, text);
  }

  private static double parse(String name, String text) {
    try {
      double number = Double.parseDouble(text);
      if (number >= 0 && number <= Integer.MAX_VALUE) {
        return number;
      }
    } catch (NumberFormatException e) {
      // Told below, as a negative one is.
    }
    throw new IllegalArgumentException(name + ": " + text + " (expected: 0 or more)");
  }

  @Nullable String pgbench() {
    return values.get("--pgbench");
  }

  Path out() {
    return Path.of(values.getOrDefault("--out", "bench-report"));
  }

  @Nullable URI url() {
    String text = values.get("--url");
    return text == null ? null : URI.create(text);
  }
}
