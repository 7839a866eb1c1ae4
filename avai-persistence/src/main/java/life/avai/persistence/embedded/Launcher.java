package life.avai.persistence.embedded;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntSupplier;
import life.avai.persistence.embedded.EmbeddedPostgresSettings.Durability;

/** Starts the server on a data directory that is ready for it. */
final class Launcher {
  private static final int PORT_ATTEMPTS = 10;

  /** Between two looks at whether the processes of a killed server are gone. */
  private static final long RETRY_PAUSE_NANOS = Duration.ofMillis(100).toNanos();

  private final EmbeddedPostgresSettings settings;
  private final Binaries binaries;
  private final ServerAccount account;
  private final DataDirectory data;
  private final ServerLog log;

  Launcher(
      EmbeddedPostgresSettings settings,
      Binaries binaries,
      ServerAccount account,
      DataDirectory data,
      ServerLog log) {
    this.settings = settings;
    this.binaries = binaries;
    this.account = account;
    this.data = data;
    this.log = log;
  }

  /**
   * Starts it on the first of the ports that nobody has.
   *
   * @param ports ports to try
   * @throws EmbeddedPostgresException if it does not come up, with the end of its log
   */
  Postmaster startOnAny(IntSupplier ports, Deadline deadline)
      throws IOException, InterruptedException {
    for (int attempt = 0; attempt < PORT_ATTEMPTS; attempt++) {
      Optional<Postmaster> started = tryStart(ports.getAsInt(), deadline);
      if (started.isPresent()) {
        return started.get();
      }
    }
    throw new EmbeddedPostgresException(
        "PostgreSQL could not listen on any of " + PORT_ATTEMPTS + " ports; see " + log);
  }

  /**
   * Starts it on one port.
   *
   * @throws EmbeddedPostgresException if it does not come up or somebody has the port
   */
  Postmaster startOn(int port, Deadline deadline) throws IOException, InterruptedException {
    return tryStart(port, deadline)
        .orElseThrow(() ->
            new EmbeddedPostgresException(
                "PostgreSQL could not listen on port " + port + " again; see " + log));
  }

  /** Empty when it cannot listen on the port. */
  private Optional<Postmaster> tryStart(int port, Deadline deadline)
      throws IOException, InterruptedException {
    while (true) {
      long position = log.position();
      Postmaster postmaster = launch(port);
      switch (awaitReady(postmaster, deadline)) {
        case READY -> {
          return Optional.of(postmaster);
        }
        case EXITED -> {
          String last = log.since(position);
          if (last.contains("could not bind")) {
            return Optional.empty();
          }
          // When the first process of a server is killed, the others need a moment to notice.
          if (!last.contains("is still in use") || deadline.passed()) {
            throw failed("ended while it started", last);
          }
          LockSupport.parkNanos(RETRY_PAUSE_NANOS);
        }
        case TIMED_OUT -> {
          postmaster.stop(Signal.FAST);
          throw failed("was not ready after " + settings.startTimeout(), log.since(position));
        }
      }
    }
  }

  private static Postmaster.Startup awaitReady(Postmaster postmaster, Deadline deadline)
      throws IOException, InterruptedException {
    try {
      return postmaster.awaitReady(deadline);
    } catch (IOException | InterruptedException e) {
      postmaster.stop(Signal.IMMEDIATE);
      throw e;
    }
  }

  private Postmaster launch(int port) throws IOException {
    List<String> command = Watchdog.command(account.command(serverCommand(port)));
    ProcessBuilder builder = ChildProcesses.builder(command).redirectOutput(log.redirect());
    return Postmaster.launch(builder, data, port);
  }

  private List<String> serverCommand(int port) {
    List<String> command = new ArrayList<>();
    command.addAll(List.of(binaries.postgres().toString(), "-D", data.path().toString()));
    command.addAll(List.of("-p", Integer.toString(port)));
    String on = settings.durability() == Durability.DURABLE ? "on" : "off";
    for (String setting :
        List.of(
            "listen_addresses=127.0.0.1",
            "unix_socket_directories=",
            "max_connections=" + settings.maxConnections(),
            "fsync=" + on,
            "full_page_writes=" + on,
            // Also where nothing waits for the disk: a crash of PostgreSQL alone loses no commit.
            "synchronous_commit=on",
            "timezone=UTC",
            "log_timezone=UTC",
            "log_checkpoints=off",
            // Statements and the details of errors show what people wrote.
            "log_min_error_statement=panic",
            "log_error_verbosity=terse")) {
      command.addAll(List.of("-c", setting));
    }
    return command;
  }

  private EmbeddedPostgresException failed(String what, String last) {
    return new EmbeddedPostgresException(
        "PostgreSQL " + what + "; the end of " + log + ":\n" + last);
  }
}
