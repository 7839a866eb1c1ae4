package life.avai.persistence.embedded;

import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** How this package runs other programs. */
final class ChildProcesses {
  private static final long SHORT_SECONDS = 10;

  private ChildProcesses() {}

  /**
   * A process to be, with nothing of our environment: that holds secrets, and variables such as
   * {@code PGDATA} and {@code LD_LIBRARY_PATH} would mislead PostgreSQL. Its messages are English.
   */
  static ProcessBuilder builder(List<String> command) {
    ProcessBuilder builder =
        new ProcessBuilder(command)
            // Any other directory might be closed to the user that PostgreSQL runs as.
            .directory(Path.of("/").toFile())
            .redirectErrorStream(true)
            .redirectOutput(Redirect.DISCARD);
    Map<String, String> environment = builder.environment();
    environment.clear();
    environment.put("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin");
    environment.put("LC_ALL", "C");
    return builder;
  }

  /** Whether a program is there, and ends well within ten seconds. */
  static boolean succeeds(List<String> command) throws InterruptedException {
    Process process;
    try {
      process = builder(command).start();
    } catch (IOException notFound) {
      return false;
    }
    try {
      return process.waitFor(SHORT_SECONDS, TimeUnit.SECONDS) && process.exitValue() == 0;
    } finally {
      process.destroyForcibly();
    }
  }

  /** Sends a signal and does not wait; Java itself knows only SIGTERM and SIGKILL. */
  static void signal(Signal signal, long pid) throws IOException {
    builder(List.of("/bin/sh", "-c", "kill -s \"$1\" \"$2\"", "sh", signal.code(), "" + pid))
        .start();
  }
}
