package life.avai.server.faults;

import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import life.avai.server.support.ServerProcess;
import life.avai.server.support.TestDatabase;
import life.avai.testkit.fault.FaultProxy;

/** A server that dies and comes back at the same address, with proxies on both of its sides. */
final class Node implements AutoCloseable {
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
