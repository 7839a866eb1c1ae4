package life.avai.persistence.embedded;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import life.avai.persistence.embedded.EmbeddedPostgresSettings.Durability;

/** The running server: a shell that reads a pipe from us, and PostgreSQL as its child. */
final class PostgresProcess {
  static final Duration STOP_TIMEOUT = Duration.ofSeconds(30);

  private static final System.Logger LOG = System.getLogger(PostgresProcess.class.getName());
  private static final Duration BETWEEN_LOOKS = Duration.ofMillis(20);
  private static final int LOG_LINES = 20;

  /** Stops PostgreSQL (fast shutdown) when our end of the pipe closes, for whatever reason. */
  private static final String WATCHDOG =
      "\"$@\" & p=$!; cat >/dev/null; kill -INT $p 2>/dev/null; wait $p";

  private final Process shell;
  private final Path data;
  private final Path log;

  private PostgresProcess(Process shell, Path data, Path log) {
    this.shell = shell;
    this.data = data;
    this.log = log;
  }

  static PostgresProcess launch(
      EmbeddedPostgresSettings settings,
      Path data,
      Path programs,
      Unprivileged unprivileged,
      int port)
      throws IOException {
    List<String> command = new ArrayList<>();
    if (Files.isExecutable(Path.of("/usr/bin/setsid"))) {
      // Out of our process group, so that Ctrl-C stops us first, and us it.
      command.add("/usr/bin/setsid");
    }
    command.addAll(List.of("/bin/sh", "-c", WATCHDOG, "avai-postgres"));
    command.addAll(unprivileged.prefix());
    command.addAll(
        List.of(
            programs.resolve("bin/postgres").toString(),
            "-D",
            data.toString(),
            "-p",
            Integer.toString(port),
            "-c",
            "listen_addresses=127.0.0.1",
            "-c",
            "unix_socket_directories=",
            "-c",
            "max_connections=" + settings.maxConnections(),
            "-c",
            "timezone=UTC",
            "-c",
            "log_timezone=UTC"));
    if (settings.durability() == Durability.FAST_FOR_TESTS) {
      command.addAll(
          List.of("-c", "fsync=off", "-c", "synchronous_commit=off", "-c", "full_page_writes=off"));
    }
    Path log = settings.home().resolve("pg.log");
    Process shell =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
            .start();
    return new PostgresProcess(shell, data, log);
  }

  /** Waits until it takes connections; false when it does not in time, or has given up. */
  boolean awaitReady(String url, String user, String password, Duration timeout) {
    long end = System.nanoTime() + timeout.toNanos();
    while (System.nanoTime() < end) {
      try (Connection connection = DriverManager.getConnection(url, user, password)) {
        // A server of somebody else's on that port would not know our password.
        return connection.isValid(5);
      } catch (SQLException e) {
        if (!Files.exists(data.resolve("postmaster.pid")) && hasGivenUp()) {
          return false;
        }
        LockSupport.parkNanos(BETWEEN_LOOKS.toNanos());
      }
    }
    return false;
  }

  /** PostgreSQL is a child of the shell; when it has ended early the shell has no child but cat. */
  private boolean hasGivenUp() {
    return !shell.isAlive()
        || (shell.toHandle().descendants().noneMatch(PostgresProcess::isPostgres)
            && lastLog().contains("FATAL"));
  }

  private static boolean isPostgres(ProcessHandle process) {
    return process.info().command().orElse("").endsWith("postgres")
        || process.info().commandLine().orElse("").contains("bin/postgres");
  }

  long pid() {
    return shell.pid();
  }

  /** Stops it cleanly and waits. */
  void stop() {
    try {
      shell.getOutputStream().close();
      if (!shell.waitFor(STOP_TIMEOUT.toSeconds(), TimeUnit.SECONDS)) {
        LOG.log(System.Logger.Level.WARNING, "PostgreSQL does not stop; killing it");
        shell.descendants().forEach(ProcessHandle::destroyForcibly);
        shell.destroyForcibly();
      }
    } catch (IOException e) {
      shell.destroyForcibly();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Ends the server at once (SIGQUIT): what was not on disk is recovered from the log. */
  void kill() {
    postmaster(data)
        .ifPresent(server -> {
          signal(server.pid(), "-QUIT");
          awaitEnd(server, STOP_TIMEOUT);
        });
    stop();
  }

  /** The last lines that it wrote. */
  String lastLog() {
    try {
      List<String> lines = Files.readAllLines(log);
      return String.join("\n", lines.subList(Math.max(0, lines.size() - LOG_LINES), lines.size()));
    } catch (IOException e) {
      return "(no log: " + e.getMessage() + ")";
    }
  }

  /** Stops a server that a killed process of ours left on this directory. */
  static void stopOrphan(Path data) {
    postmaster(data)
        .ifPresent(orphan -> {
          LOG.log(
              System.Logger.Level.WARNING,
              "stopping the PostgreSQL that an earlier run left, pid={0}",
              orphan.pid());
          signal(orphan.pid(), "-INT");
          awaitEnd(orphan, Duration.ofSeconds(60));
        });
  }

  /** The server whose pid is in the directory, if that process is indeed a server on it. */
  private static Optional<ProcessHandle> postmaster(Path data) {
    Path file = data.resolve("postmaster.pid");
    try {
      if (!Files.exists(file)) {
        return Optional.empty();
      }
      List<String> lines = Files.readAllLines(file);
      if (lines.isEmpty()) {
        return Optional.empty();
      }
      return ProcessHandle.of(Long.parseLong(lines.getFirst().strip()))
          .filter(found -> found.info().commandLine().orElse("").contains(data.toString()));
    } catch (IOException | NumberFormatException e) {
      return Optional.empty();
    }
  }

  private static void signal(long pid, String signal) {
    try {
      int unused = new ProcessBuilder("kill", signal, Long.toString(pid)).start().waitFor();
    } catch (IOException e) {
      throw new EmbeddedPostgresException("cannot signal PostgreSQL, pid " + pid, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static void awaitEnd(ProcessHandle process, Duration timeout) {
    try {
      ProcessHandle unused = process.onExit().get(timeout.toSeconds(), TimeUnit.SECONDS);
    } catch (TimeoutException | ExecutionException e) {
      throw new EmbeddedPostgresException(
          "PostgreSQL, pid " + process.pid() + ", does not stop; stop it by hand", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
