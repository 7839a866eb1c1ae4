package life.avai.persistence.embedded;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** A server that outlived both the process that started it and its watchdog. */
final class Orphan {
  private static final System.Logger LOG = System.getLogger(Orphan.class.getName());

  /** Writing out a full cache takes its time, and what is written now need not be recovered. */
  private static final Duration FAST_WAIT = Duration.ofSeconds(30);

  private static final Duration IMMEDIATE_WAIT = Duration.ofSeconds(10);

  private Orphan() {}

  /**
   * Stops the server that still runs on a data directory, if there is one. The caller holds the
   * lock of the home directory, so nobody else can own that server.
   *
   * @throws EmbeddedPostgresException if it does not stop
   */
  static void stop(Path data) throws IOException, InterruptedException {
    Optional<PostmasterFile> file = PostmasterFile.read(data);
    if (file.isEmpty()) {
      return;
    }
    Optional<ProcessHandle> process = ProcessHandle.of(file.get().pid());
    if (process.isEmpty()) {
      return;
    }
    if (!isServerOf(process.get(), data)) {
      // The number went to some other process, which is likely in containers: theirs are small.
      // PostgreSQL would only see that the number is taken, and refuse to start for ever.
      Files.deleteIfExists(PostmasterFile.in(data));
      return;
    }
    LOG.log(
        Level.WARNING,
        "stopping a PostgreSQL left behind by a killed process: pid={0} data={1}",
        Long.toString(process.get().pid()),
        data);
    if (!endsAfter(Signal.FAST, process.get(), FAST_WAIT)
        && !endsAfter(Signal.IMMEDIATE, process.get(), IMMEDIATE_WAIT)) {
      throw new EmbeddedPostgresException(
          "a PostgreSQL left behind by a killed process still runs on "
              + data
              + " and does not stop: end process "
              + process.get().pid()
              + " by hand");
    }
  }

  private static boolean isServerOf(ProcessHandle process, Path data) {
    // Linux adds " (deleted)" to the name of a program whose file is gone, hence no exact match.
    return process
        .info()
        .commandLine()
        .filter(line -> line.contains("postgres") && line.contains(" -D " + data + " "))
        .isPresent();
  }

  private static boolean endsAfter(Signal signal, ProcessHandle process, Duration wait)
      throws IOException, InterruptedException {
    ChildProcesses.signal(signal, process.pid());
    try {
      process.onExit().get(wait.toMillis(), TimeUnit.MILLISECONDS);
      return true;
    } catch (TimeoutException e) {
      return false;
    } catch (ExecutionException e) {
      throw new IOException("cannot watch process " + process.pid(), e);
    }
  }
}
