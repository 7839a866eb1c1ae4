package life.avai.server.doctor;

import java.io.PrintStream;
import java.time.InstantSource;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import life.avai.server.settings.ConfigurationException;
import life.avai.server.settings.Environment;
import life.avai.server.settings.ServerSettings;

/**
 * {@code avai doctor}: holds the configuration of {@code serve} against reality, and says of each
 * part what is wrong and how to mend it. It changes nothing, and tells no secrets.
 */
public final class Doctor {
  private final PrintStream out;
  private final InstantSource clock;

  public Doctor(PrintStream out, InstantSource clock) {
    this.out = out;
    this.clock = clock;
  }

  /** The exit status: 0 when nothing is wrong, else 1. */
  public int run(Map<String, String> variables) {
    List<Finding> findings = findings(variables);
    findings.forEach(this::print);
    long wrong = findings.stream().filter(each -> each.level() == Finding.Level.WRONG).count();
    out.println(
        wrong == 0
            ? "Nothing is wrong."
            : wrong == 1 ? "1 thing is wrong." : wrong + " are wrong.");
    return wrong == 0 ? 0 : 1;
  }

  List<Finding> findings(Map<String, String> variables) {
    ServerSettings settings;
    try {
      settings = Environment.read(variables);
    } catch (ConfigurationException e) {
      return List.of(
          Finding.wrong(
              "settings",
              String.valueOf(e.getMessage()),
              "change the variable as docs/operations.md describes it"));
    }
    return Stream.of(
            new HostExamination(settings, clock),
            new DatabaseExamination(settings, clock),
            new CanisterExamination(settings.canisters()),
            new IdentityExamination(settings, clock),
            new CollectorExamination(settings.tracing()))
        .flatMap(examination -> examination.look().stream())
        .toList();
  }

  private void print(Finding finding) {
    out.printf(
        "%-6s %-10s %s%n",
        finding.level().name().toLowerCase(Locale.ROOT), finding.subject(), finding.text());
    if (!finding.remedy().isEmpty()) {
      out.printf("%-6s %-10s -> %s%n", "", "", finding.remedy());
    }
  }
}
