package life.avai.testkit.load;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import life.avai.testkit.canister.FakeCanisterProgram;
import org.jspecify.annotations.Nullable;

/**
 * The programs that are measured, each started when it is first wanted, and stopped at the end,
 * also when that is a signal: no program and no file is left behind.
 */
final class Bed implements AutoCloseable {
  private static final Pattern SERVER_READY = Pattern.compile("AVAI is ready at http://(\\S+)/");
  private static final Pattern LISTENING = Pattern.compile("listening on (\\S+)");

  /** What makes a JVM quicker or smaller; the archive is made for one class path. */
  private static final Pattern JVM_OPTION = Pattern.compile("-X(?!X:AOT)|--sun-misc-unsafe");

  /** No limit that a single load could reach. */
  private static final Map<String, String> VARIABLES =
      Map.of(
          "PORT", "0",
          "AVAI_HOST", "127.0.0.1",
          "AVAI_ENV", "development",
          "AVAI_ANONYMOUS", "allowed",
          "AVAI_AUTH_TIMEOUT", "60s",
          "AVAI_CANISTER_MAX_IN_FLIGHT", "8192",
          "AVAI_RATE_LIMIT_MESSAGES_PER_MINUTE", "100000000",
          "LOG_LEVEL", "warn");

  private static final int DELETE_ATTEMPTS = 100;
  private static final double DELETE_PAUSE_SECONDS = 0.1;

  private final Options options;
  private final Path directory;
  private final ReentrantLock lock = new ReentrantLock();
  private final Deque<Child> open = new ArrayDeque<>(); // guarded by lock
  private boolean closed; // guarded by lock
  private @Nullable Server plain;
  private @Nullable Server answering;
  private @Nullable Child echo;

  Bed(Options options) {
    this.options = options;
    try {
      directory =
          Files.createTempDirectory(
              "avai-bench",
              // The database may run as another user than we.
              PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwxr-xr-x")));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    Runtime.getRuntime()
        .addShutdownHook(Thread.ofPlatform().name("bench-shutdown").unstarted(this::close));
  }

  Path directory() {
    return directory;
  }

  /**
   * A server that is measured.
   *
   * @param child null for one that runs elsewhere
   * @param postgres null for one whose database is not ours
   */
  record Server(URI url, @Nullable Child child, @Nullable Postgres postgres) implements Load.Cpu {
    @Override
    public double server() {
      return child == null ? Double.NaN : Processes.cpuSeconds(child.pid());
    }

    @Override
    public double compiler() {
      return child == null ? Double.NaN : Processes.compilerCpuSeconds(child.pid());
    }

    @Override
    public double database() {
      return postgres == null ? Double.NaN : postgres.cpuSeconds();
    }

    Child process() {
      if (child == null) {
        throw new IllegalArgumentException("this mode starts a server of its own: leave out --url");
      }
      return child;
    }

    Postgres ownPostgres() {
      if (postgres == null) {
        throw new IllegalArgumentException("this mode starts a server of its own: leave out --url");
      }
      return postgres;
    }
  }

  /** A server without a canister: a message is kept, and its turn fails in the same moment. */
  Server plain() {
    if (options.url() != null) {
      return new Server(options.url(), null, null);
    }
    if (plain == null) {
      plain = serverOn("data", Map.of());
    }
    return plain;
  }

  /** A server with a canister, on the same database. */
  Server answering() {
    if (options.url() != null) {
      return new Server(options.url(), null, null);
    }
    if (answering == null) {
      answering =
          answering(
              Math.round(options.number("--canister-ms", 0)),
              Math.round(options.number("--delta-ms", 0)),
              "");
    }
    return answering;
  }

  /** One more server with a canister of its own, on the same database. */
  Server answering(long firstMillis, long deltaMillis, String javaOptions) {
    int chunk = options.whole("--delta-chars", 40);
    Child canister =
        start(
            "canister",
            Map.of(),
            Child.java(
                List.of("-XX:+UseSerialGC"),
                FakeCanisterProgram.class,
                "--port",
                "0",
                "--reply-chars",
                Integer.toString(chunk * options.whole("--deltas", 8)),
                "--chunk-chars",
                Integer.toString(chunk),
                "--first-delay",
                Long.toString(firstMillis),
                "--delta-delay",
                Long.toString(deltaMillis)),
            LISTENING);
    Postgres postgres = plain().ownPostgres();
    Child server =
        startServer(
            "answering",
            Map.of(
                "DATABASE_URL",
                postgres.url(),
                "AVAI_CANISTER_WS_URL",
                canister.ready(),
                "AVAI_JAVA_OPTS",
                System.getenv().getOrDefault("AVAI_JAVA_OPTS", "") + " " + javaOptions));
    return new Server(url(server), server, postgres);
  }

  /** A server with a database of its own in a directory, which may be there already. */
  Server serverOn(String name, Map<String, String> more) {
    Path data = directory.resolve(name);
    var variables = new HashMap<>(more);
    variables.put("AVAI_DATA_DIR", data.toString());
    Child child = startServer(name, variables);
    return new Server(url(child), child, Postgres.of(data));
  }

  private Child startServer(String name, Map<String, String> more) {
    var variables = new HashMap<>(VARIABLES);
    variables.putAll(more);
    String launcher = System.getProperty("avai.launcher");
    List<String> command =
        launcher == null
            ? Stream.concat(
                    Child.java(List.of("-XX:+UseSerialGC"), Bed.class).stream()
                        .map(word ->
                            word.equals(Bed.class.getName()) ? "life.avai.server.Main" : word),
                    Stream.of("serve"))
                .toList()
            : List.of(launcher, "serve");
    return start(name, variables, command, SERVER_READY);
  }

  private static URI url(Child server) {
    return URI.create("ws://" + server.ready() + "/ws");
  }

  /** The echo, in a JVM with the server's options. */
  Child echo() {
    if (echo == null) {
      echo =
          start(
              "echo",
              Map.of(),
              Child.java(jvmOptions(plain().process().pid()), EchoServer.class),
              LISTENING);
    }
    return echo;
  }

  private static List<String> jvmOptions(long pid) {
    try {
      return Arrays.stream(Files.readString(Path.of("/proc/" + pid + "/cmdline")).split("\0"))
          .filter(word -> JVM_OPTION.matcher(word).lookingAt())
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Child start(
      String name, Map<String, String> variables, List<String> command, Pattern readyLine) {
    Child child;
    lock.lock();
    try {
      if (closed) {
        throw new IllegalStateException("it was told to stop");
      }
      child = Child.start(directory.resolve(name + ".log"), variables, command, readyLine);
      open.push(child);
    } finally {
      lock.unlock();
    }
    String unused = child.ready();
    return child;
  }

  /** Stops one before its time. */
  void stop(Child child) {
    lock.lock();
    try {
      open.remove(child);
      child.close();
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void close() {
    lock.lock();
    try {
      if (!closed) {
        closed = true;
        open.forEach(Child::close);
        deleteFiles();
      }
    } finally {
      lock.unlock();
    }
  }

  /** A database whose server was ended in the midst of its start stops a moment after it. */
  private void deleteFiles() {
    for (int left = DELETE_ATTEMPTS; ; left--) {
      try (Stream<Path> files = Files.walk(directory)) {
        files.sorted(Comparator.reverseOrder()).forEach(Bed::delete);
        return;
      } catch (IOException | UncheckedIOException e) {
        if (left == 0) {
          throw new IllegalStateException(directory + " is left behind", e);
        }
      }
      Load.sleep(DELETE_PAUSE_SECONDS);
    }
  }

  private static void delete(Path file) {
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
