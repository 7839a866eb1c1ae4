package life.avai.server.floods;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import life.avai.server.support.ServerProcess;

/**
 * What a server holds, as it tells at {@code /metrics}.
 *
 * @param heap bytes, after a collection
 * @param resident bytes of the process; 0 where that is not known
 */
record ServerNumbers(
    long sockets, long newcomers, long users, long turns, long files, long heap, long resident) {
  /** A kept connection of ours, and those of the database pool, come and go. */
  private static final int SOME_FILES = 15;

  private static final long SOME_HEAP = 32L << 20;

  static ServerNumbers of(ServerProcess server) {
    collectGarbage(server.pid());
    String metrics = scrape(server.port());
    return new ServerNumbers(
        sum(metrics, "avai_connections"),
        sum(metrics, "avai_connections_new"),
        sum(metrics, "avai_users"),
        sum(metrics, "avai_turns_running"),
        sum(metrics, "process_files_open_files"),
        sum(metrics, "jvm_memory_used_bytes{area=\"heap\""),
        resident(server.pid()));
  }

  /** Asks until everything is back at what it was. */
  static ServerNumbers awaitBack(ServerProcess server, ServerNumbers before) {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    ServerNumbers now = of(server);
    while (!now.isBackAt(before)) {
      if (System.nanoTime() > end) {
        throw new AssertionError("not back at " + before + " but " + now);
      }
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(500));
      now = of(server);
    }
    return now;
  }

  private boolean isBackAt(ServerNumbers before) {
    return sockets <= before.sockets
        && users <= before.users
        && turns <= before.turns
        && newcomers <= before.newcomers + 1
        && files <= before.files + SOME_FILES
        && heap <= before.heap + SOME_HEAP;
  }

  private static String scrape(int port) {
    try (HttpClient http = HttpClient.newHttpClient()) {
      return http.send(
              HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/metrics")).build(),
              HttpResponse.BodyHandlers.ofString())
          .body();
    } catch (IOException | InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  private static long sum(String metrics, String name) {
    return (long)
        metrics
            .lines()
            .filter(line ->
                line.startsWith(name + " ") || (name.contains("{") && line.startsWith(name)))
            .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
            .sum();
  }

  private static long resident(long pid) {
    try (Stream<String> lines = Files.lines(Path.of("/proc", Long.toString(pid), "status"))) {
      return lines
          .filter(line -> line.startsWith("VmRSS:"))
          .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) << 10)
          .sum();
    } catch (IOException e) {
      return 0;
    }
  }

  private static void collectGarbage(long pid) {
    try {
      Path jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd");
      Process process =
          new ProcessBuilder(jcmd.toString(), Long.toString(pid), "GC.run")
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start();
      int unused = process.waitFor();
    } catch (IOException | InterruptedException e) {
      throw new AssertionError(e);
    }
  }
}
