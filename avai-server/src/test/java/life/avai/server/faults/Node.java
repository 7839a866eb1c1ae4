package life.avai.server.faults;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import life.avai.server.support.ServerProcess;
import life.avai.server.support.TestDatabase;
import life.avai.testkit.fault.FaultProxy;

/** A server that dies and comes back at the same address, with proxies on both of its sides. */
final class Node implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final String name;
  private final Path directory;
  private final Map<String, String> variables;
  private final FaultProxy clients = FaultProxy.to(1);
  private final FaultProxy database;
  private final List<String> earlier = new ArrayList<>();
  private ServerProcess process;

  /**
   * Launches it.
   *
   * @param name by which its database knows it
   */
  Node(String name, Path directory, TestDatabase database, Map<String, String> more) {
    this.name = name;
    this.directory = directory;
    this.database = FaultProxy.to(database.port());
    this.variables = new HashMap<>(more);
    variables.put(
        "DATABASE_URL", database.variable(this.database.port()) + "&ApplicationName=" + name);
    process = ServerProcess.launch(directory, variables);
  }

  /** Waits until the process that was launched last is ready, and leads clients to it. */
  Node awaitReady() {
    clients.target(new InetSocketAddress("127.0.0.1", process.port()));
    return this;
  }

  String name() {
    return name;
  }

  /** What its metrics say: the number that a pattern's group finds, or 0. */
  int metric(Pattern pattern) {
    URI metrics = URI.create("http://127.0.0.1:" + process.port() + "/metrics");
    try (HttpClient http = HttpClient.newHttpClient()) {
      Matcher found =
          pattern.matcher(
              http.send(HttpRequest.newBuilder(metrics).build(), BodyHandlers.ofString()).body());
      return found.find() ? Integer.parseInt(found.group(1)) : 0;
    } catch (IOException | InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  /** Asks until a number is at least so large: metrics tell nobody. */
  void awaitMetric(Pattern pattern, int least) {
    long end = System.nanoTime() + PATIENCE.toNanos();
    while (metric(pattern) < least) {
      if (System.nanoTime() > end) {
        throw new AssertionError(pattern + " stays below " + least + " on " + name);
      }
      LockSupport.parkNanos(20_000_000);
    }
  }

  /** Starts it again after it has ended. */
  void restart() {
    earlier.add(process.output());
    process = ServerProcess.launch(directory, variables);
    awaitReady();
  }

  /** Where clients connect, whatever becomes of the process. */
  URI address() {
    return URI.create("ws://127.0.0.1:" + clients.port() + "/ws");
  }

  ServerProcess process() {
    return process;
  }

  /** Between clients and the server. */
  FaultProxy clients() {
    return clients;
  }

  /** Between the server and its database. */
  FaultProxy database() {
    return database;
  }

  /** What all of its processes have logged. */
  String output() {
    return String.join("\n", earlier) + "\n" + process.output();
  }

  @Override
  public void close() {
    process.close();
    clients.close();
    database.close();
  }
}
