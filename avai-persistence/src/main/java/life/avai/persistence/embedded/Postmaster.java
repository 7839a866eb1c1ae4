package life.avai.persistence.embedded;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** One run of the server: its first process, which PostgreSQL calls the postmaster. */
final class Postmaster {
  private static final System.Logger LOG = System.getLogger(Postmaster.class.getName());
  private static final long POLL_MILLIS = 20;

  /** How long it may take to write everything out, before it is stopped at once. */
  private static final Duration FAST_WAIT = Duration.ofSeconds(30);

  private static final Duration IMMEDIATE_WAIT = Duration.ofSeconds(10);

  private final Process process;
  private final DataDirectory data;
  private final int port;
  private volatile boolean stopping;

  private Postmaster(Process process, DataDirectory data, int port) {
    this.process = process;
    this.data = data;
    this.port = port;
  }

  static Postmaster launch(ProcessBuilder builder, DataDirectory data, int port)
      throws IOException {
    return new Postmaster(builder.start(), data, port);
  }

  int port() {
    return port;
  }

  /** What came of the start. */
  enum Startup {
    READY,
    EXITED,
    TIMED_OUT
  }

  /** Waits until it accepts connections, has ended, or the time is over. */
  Startup awaitReady(Deadline deadline) throws IOException, InterruptedException {
    while (!process.waitFor(POLL_MILLIS, TimeUnit.MILLISECONDS)) {
      if (isReady()) {
        var unused = process.onExit().thenAccept(this::ended);
        return Startup.READY;
      }
      if (deadline.passed()) {
        return Startup.TIMED_OUT;
      }
    }
    return Startup.EXITED;
  }

  /** Whether {@code postmaster.pid} says so, which is how {@code pg_ctl} tells as well. */
  private boolean isReady() throws IOException {
    return PostmasterFile.read(data.path())
        .filter(file -> file.pid() == process.pid() && file.ready())
        .isPresent();
  }

  private void ended(Process ended) {
    if (!stopping) {
      LOG.log(
          Level.ERROR,
          "PostgreSQL ended by itself: status={0} data={1}",
          ended.exitValue(),
          data.path());
    }
  }

  /**
   * Stops it and waits for its end, harder when it does not listen. An interrupt does not shorten
   * the wait; it is kept for the caller.
   */
  void stop(Signal signal) {
    stopping = true;
    if (signal == Signal.FAST && endsAfter(Signal.FAST, FAST_WAIT)) {
      return;
    }
    if (!endsAfter(Signal.IMMEDIATE, IMMEDIATE_WAIT)) {
      LOG.log(Level.WARNING, "PostgreSQL does not stop and is killed: data={0}", data.path());
      process.destroyForcibly();
      endsWithin(IMMEDIATE_WAIT);
    }
  }

  private boolean endsAfter(Signal signal, Duration wait) {
    if (process.isAlive()) {
      try {
        ChildProcesses.signal(signal, process.pid());
      } catch (IOException e) {
        LOG.log(Level.WARNING, "cannot send a signal to PostgreSQL", e);
      }
    }
    return endsWithin(wait);
  }

  private boolean endsWithin(Duration wait) {
    Deadline deadline = Deadline.in(wait);
    boolean interrupted = false;
    try {
      while (true) {
        try {
          return process.waitFor(deadline.remainingNanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
