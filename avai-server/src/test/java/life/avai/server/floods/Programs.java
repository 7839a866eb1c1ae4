package life.avai.server.floods;

import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Parts of a measurement that run beside it, each in a process of its own. */
final class Programs {
  /** Where Linux groups sessions (sched_autogroup), a priority counts within its session alone. */
  private static final String LAST_OF_ALL =
      "{ echo 19 > /proc/self/autogroup; } 2> /dev/null; exec nice -n 19 \"$@\"";

  private Programs() {}

  /** A class of ours with a {@code main}; what it says goes to its standard output. */
  static ProcessBuilder java(Class<?> program, String... arguments) {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-cp",
                System.getProperty("java.class.path"),
                program.getName()));
    command.addAll(List.of(arguments));
    return new ProcessBuilder(command).redirectError(Redirect.INHERIT);
  }

  /** The same with what processor time is left over by everybody else. */
  static ProcessBuilder leftover(ProcessBuilder program) {
    List<String> command =
        new ArrayList<>(List.of("setsid", "--wait", "sh", "-c", LAST_OF_ALL, "sh"));
    command.addAll(program.command());
    return program.command(command);
  }
}
