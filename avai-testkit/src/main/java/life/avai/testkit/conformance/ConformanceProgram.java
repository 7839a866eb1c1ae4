package life.avai.testkit.conformance;

import java.io.PrintStream;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import life.avai.testkit.conformance.Verdict.Outcome;
import org.jspecify.annotations.Nullable;

/**
 * {@code ./avai conformance}: tells which statements of the protocol hold for a server. It needs
 * neither JUnit nor AssertJ.
 *
 * <p>Exit code 0: all that could be told hold; 1: some do not; 2: it was asked wrongly.
 */
public final class ConformanceProgram {
  private static final String USAGE =
      """
      usage: avai conformance [option value]...
        --url ADDRESS      the server (ws://127.0.0.1:8080/ws)
        --token TOKEN      a session token to sign in with; anonymous without
        --timeout SECONDS  the longest wait for an answer (10)
        --only TEXT        only statements that have the text in them
      It makes users, threads and messages there.
      """;

  private URI url = URI.create("ws://127.0.0.1:8080/ws");
  private @Nullable String token;
  private Duration patience = Duration.ofSeconds(10);
  private String only = "";

  private ConformanceProgram() {}

  /**
   * Checks, prints, and ends the program.
   *
   * @param arguments the options
   */
  public static void main(String[] arguments) {
    System.exit(run(List.of(arguments), System.out, System.err));
  }

  static int run(List<String> arguments, PrintStream out, PrintStream err) {
    if (arguments.contains("--help") || arguments.contains("-h")) {
      out.print(USAGE);
      return 0;
    }
    var program = new ConformanceProgram();
    try {
      program.configure(arguments);
    } catch (IllegalArgumentException e) {
      err.println(e.getMessage() + "\n" + USAGE);
      return 2;
    }
    return program.check(out);
  }

  private int check(PrintStream out) {
    var conformance = new Conformance(url, token, patience);
    Map<Outcome, Integer> counts = new EnumMap<>(Outcome.class);
    out.println(url);
    for (Statement statement : Conformance.statements()) {
      if (statement.toString().contains(only)) {
        Verdict verdict = conformance.check(statement);
        counts.merge(verdict.outcome(), 1, Integer::sum);
        out.println(verdict);
      }
    }
    int fail = counts.getOrDefault(Outcome.FAILS, 0);
    int hold = counts.getOrDefault(Outcome.HOLDS, 0);
    out.println(
        hold + " hold, " + fail + " fail, " + counts.getOrDefault(Outcome.SKIPPED, 0) + " skipped");
    return fail == 0 && hold > 0 ? 0 : 1;
  }

  private void configure(List<String> arguments) {
    var left = new ArrayDeque<>(arguments);
    while (!left.isEmpty()) {
      String option = left.removeFirst();
      if (left.isEmpty()) {
        throw new IllegalArgumentException(option + ": value missing");
      }
      set(option, left.removeFirst());
    }
  }

  private void set(String option, String value) {
    switch (option) {
      case "--url" -> url = address(value);
      case "--token" -> token = value;
      case "--timeout" -> patience = seconds(value);
      case "--only" -> only = value;
      default -> throw new IllegalArgumentException(option + ": no such option");
    }
  }

  private static URI address(String value) {
    URI address = URI.create(value);
    if (!"ws".equals(address.getScheme()) && !"wss".equals(address.getScheme())) {
      throw new IllegalArgumentException("--url: " + value + " (expected: ws://... or wss://...)");
    }
    return address;
  }

  private static Duration seconds(String value) {
    try {
      int seconds = Integer.parseInt(value);
      if (seconds > 0) {
        return Duration.ofSeconds(seconds);
      }
    } catch (NumberFormatException e) {
      // Told below, as a zero is.
    }
    throw new IllegalArgumentException("--timeout: " + value + " (expected: 1 or more)");
  }
}
