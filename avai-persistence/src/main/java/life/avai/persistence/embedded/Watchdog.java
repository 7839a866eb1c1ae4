package life.avai.persistence.embedded;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The shell in front of PostgreSQL that sees to it that the server never outlives us.
 *
 * <p>It leaves a second shell behind that reads a pipe from us, and then becomes PostgreSQL itself,
 * so that the process we started is the server: we see when it ends, and its number is the
 * server's. The pipe closes when we end, however we end, and the second shell then asks the server
 * to stop.
 */
final class Watchdog {
  /**
   * Asks again every second, for PostgreSQL ignores the signal until it has set its handlers. The
   * watchdog is not left a child of PostgreSQL's, which would wonder about it.
   */
  private static final String SCRIPT =
      """
      (
        (
          trap '' HUP INT QUIT
          cat >/dev/null
          while kill -INT $$ 2>/dev/null; do sleep 1; done
        ) <&3 &
      ) 3<&0 >/dev/null 2>&1
      exec "$@" </dev/null
      """;

  private Watchdog() {}

  static List<String> command(List<String> server) {
    List<String> whole = new ArrayList<>(ownSession());
    whole.addAll(List.of("/bin/sh", "-c", SCRIPT, "avai-postgres-watchdog"));
    whole.addAll(server);
    return whole;
  }

  /**
   * What gives a program a session of its own. Otherwise Ctrl-C in a terminal would reach
   * PostgreSQL too, and stop it before our last transactions are done.
   */
  private static List<String> ownSession() {
    for (String setsid : List.of("/usr/bin/setsid", "/bin/setsid")) {
      if (Files.isExecutable(Path.of(setsid))) {
        return List.of(setsid);
      }
    }
    // macOS has no setsid program, but comes with Perl.
    if (Files.isExecutable(Path.of("/usr/bin/perl"))) {
      return List.of("/usr/bin/perl", "-e", "use POSIX; POSIX::setsid(); exec @ARGV;");
    }
    return List.of();
  }
}
