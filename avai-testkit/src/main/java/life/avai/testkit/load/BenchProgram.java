package life.avai.testkit.load;

import java.io.PrintStream;
import java.util.List;

/** {@code avai bench}: measures a server beside the limits of its machine. */
public final class BenchProgram {
  private BenchProgram() {}

  /**
   * Measures what the arguments say.
   *
   * @param arguments see {@code avai bench --help}
   */
  public static void main(String[] arguments) {
    System.exit(run(List.of(arguments), System.out));
  }

  /**
   * Measures, prints, and writes {@code report.json} and {@code chart.svg}.
   *
   * @param arguments modes, then options with their values
   * @param out where the figures go
   * @return 0 when nothing was seen that must not be, 1 when something was, 2 when it was asked the
   *     wrong way
   */
  public static int run(List<String> arguments, PrintStream out) {
    Options options;
    try {
      if (arguments.contains("--help")) {
        out.print(Options.USAGE);
        return 0;
      }
      options = Options.of(arguments);
    } catch (IllegalArgumentException e) {
      System.err.println("avai bench: " + e.getMessage() + "\n" + Options.USAGE);
      return 2;
    }
    var violations = new Violations();
    var report = new Report(out);
    try (var bed = new Bed(options)) {
      var modes = new Modes(options, bed, report, violations);
      for (String mode : options.modes()) {
        modes.run(mode);
      }
    } catch (IllegalArgumentException e) {
      System.err.println("avai bench: " + e.getMessage());
      return 2;
    }
    report.finish(options.out(), arguments, violations);
    return violations.total() == 0 ? 0 : 1;
  }
}
