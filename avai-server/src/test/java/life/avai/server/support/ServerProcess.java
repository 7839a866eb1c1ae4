package life.avai.server.support;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import life.avai.server.Main;

/**
 * The program {@code avai serve} as a process of its own, so that it can be killed and stopped as
 * only processes can. Nothing of the test's environment reaches it.
 *
 * <p>Safe for use by many threads at once.
 */
public final class ServerProcess implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(90);

  /** For a program that is started often. */
  private static final List<String> SHORT_LIFE =
      List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xmx256m");

  private static final Pattern READY = Pattern.compile("AVAI is ready at https?://[^/]*:(\\d+)/");

  /** What a test that was interrupted has left; ended when the tests' own process ends. */
  private static final Set<Process> ALIVE = ConcurrentHashMap.newKeySet();

  static {
    Runtime.getRuntime().addShutdownHook(new Thread(() -> ALIVE.forEach(Process::destroyForcibly)));
  }

  private final Process process;
  private final Thread reader;
  private final List<String> output = new ArrayList<>(); // guarded by itself
  private final CompletableFuture<Integer> port = new CompletableFuture<>();

  private ServerProcess(Process process) {
    this.process = process;
    this.reader = Thread.ofVirtual().name("server-output").start(this::read);
  }

  /**
   * Starts the program and does not wait for it.
   *
   * @param directory the working directory: no {@code .env} of ours should be there
   * @param more variables, beside a free port of the loopback and wide limits
   */
  public static ServerProcess launch(Path directory, Map<String, String> more) {
    Map<String, String> variables = new HashMap<>();
    variables.put("PORT", "0");
    variables.put("AVAI_HOST", "127.0.0.1");
    variables.put("AVAI_SHUTDOWN_GRACE", "1s");
    variables.put("AVAI_RATE_LIMIT_MESSAGES_PER_MINUTE", "100000");
    variables.putAll(more);
    return launchBare(directory, variables);
  }

  /**
   * Starts the program with these variables and no others, and does not wait for it.
   *
   * @param directory the working directory, where a {@code .env} is read
   */
  public static ServerProcess launchBare(Path directory, Map<String, String> variables) {
    return launch(directory, variables, SHORT_LIFE);
  }

  private static ServerProcess launch(
      Path directory, Map<String, String> variables, List<String> jvmOptions) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(jvmOptions);
    command.addAll(
        List.of(
            "--enable-native-access=ALL-UNNAMED",
            "-cp",
            System.getProperty("java.class.path"),
            Main.class.getName(),
            "serve"));
    ProcessBuilder builder =
        new ProcessBuilder(command).directory(directory.toFile()).redirectErrorStream(true);
    builder.environment().clear();
    builder.environment().put("PATH", System.getenv().getOrDefault("PATH", "/usr/bin:/bin"));
    builder.environment().putAll(variables);
    try {
      Process process = builder.start();
      ALIVE.add(process);
      return new ServerProcess(process);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Starts the program with the JVM's options that the launcher gives it, for who measures it, and
   * waits until it says that it is ready. A free port of the loopback, and these variables.
   */
  public static ServerProcess startAsLaunched(Path directory, Map<String, String> more) {
    List<String> options = new ArrayList<>(List.of("-XX:+UseSerialGC"));
    int java = Runtime.version().feature();
    if (java >= 23) {
      options.add("--sun-misc-unsafe-memory-access=allow");
    }
    if (java >= 25) {
      options.add("-XX:+UseCompactObjectHeaders");
    }
    Map<String, String> variables = new HashMap<>(more);
    variables.put("PORT", "0");
    variables.put("AVAI_HOST", "127.0.0.1");
    return awaitReady(launch(directory, variables, options));
  }

  /** Starts the program and waits until it says that it is ready. */
  public static ServerProcess start(Path directory, Map<String, String> more) {
    return awaitReady(launch(directory, more));
  }

  private static ServerProcess awaitReady(ServerProcess server) {
    try {
      var unused = server.port();
      return server;
    } catch (RuntimeException | Error e) {
      server.close();
      throw e;
    }
  }

  private void read() {
    try (BufferedReader lines = process.inputReader()) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        synchronized (output) {
          output.add(line);
        }
        Matcher ready = READY.matcher(line);
        if (ready.find()) {
          port.complete(Integer.valueOf(ready.group(1)));
        }
      }
    } catch (IOException e) {
      // The process is gone.
    }
    port.completeExceptionally(new IOException("it ended"));
  }

  /** The port that clients connect to; waits until the program is ready. */
  public int port() {
    try {
      return port.get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException | TimeoutException e) {
      throw new AssertionError("the server is not ready:\n" + output(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }

  /** Where clients connect; waits until the program is ready. */
  public URI address() {
    return URI.create("ws://127.0.0.1:" + port() + "/ws");
  }

  /** What it has printed and logged so far. */
  public String output() {
    synchronized (output) {
      return String.join("\n", output);
    }
  }

  public long pid() {
    return process.pid();
  }

  public boolean isAlive() {
    return process.isAlive();
  }

  /** Ends it as {@code kill -9} does, also when it is stopped. Returns when it is gone. */
  public void kill() {
    process.destroyForcibly();
    int unused = awaitExit();
  }

  /** Asks it to end, as {@code SIGTERM} does. Returns at once. */
  public void terminate() {
    process.destroy();
  }

  /** Asks it to read its settings again: {@code SIGHUP}. Returns at once. */
  public void hangUp() {
    signal("HUP");
  }

  /** Takes the processor away from it: {@code SIGSTOP}. Its sockets stay open. */
  public void stop() {
    signal("STOP");
  }

  /** Lets it go on after {@link #stop}. */
  public void resume() {
    signal("CONT");
  }

  /** Waits for its end, and for the last of what it had to say; returns its status. */
  public int awaitExit() {
    try {
      if (!process.waitFor(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
        throw new AssertionError("the server does not end:\n" + output());
      }
      boolean unused = reader.join(PATIENCE);
      ALIVE.remove(process);
      return process.exitValue();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }

  /** Ends it in whatever state it is. */
  @Override
  public void close() {
    kill();
  }

  private void signal(String name) {
    try {
      // Java itself knows SIGTERM and SIGKILL alone.
      Process kill = new ProcessBuilder("/bin/sh", "-c", "kill -s " + name + " " + pid()).start();
      if (kill.waitFor() != 0) {
        throw new AssertionError("no signal " + name + " to process " + pid());
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }
}
