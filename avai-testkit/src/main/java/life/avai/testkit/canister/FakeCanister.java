package life.avai.testkit.canister;

import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import life.avai.testkit.websocket.Frame;
import life.avai.testkit.websocket.RawWebSocket;
import life.avai.testkit.websocket.Reception;
import life.avai.testkit.websocket.UpgradeRequest;
import life.avai.testkit.websocket.WebSocketHandler;
import life.avai.testkit.websocket.WebSocketServer;

/**
 * A canister for tests: a WebSocket server that speaks the model's side of the protocol, does what
 * its {@link CanisterScript} says, and remembers what it received.
 *
 * <pre>{@code
 * try (var canister = FakeCanister.start(CanisterScript.replyWith("Hello"))) {
 *   // ... let the program under test dial canister.url() and ask something ...
 *   ProcessRequest request = canister.awaitRequest();
 *   assertThat(request.question()).isEqualTo("Hi");
 * }
 * }</pre>
 *
 * <p>What is waited for comes within the timeout (10 s unless {@link #timeout} says otherwise) or
 * the wait ends with an {@link AssertionError} that tells what there was instead.
 *
 * <p>Safe for use by many threads at once.
 */
public final class FakeCanister implements AutoCloseable {
  private final CanisterLog log;
  private final Switches switches;
  private final CanisterScript firstScript;
  private final AtomicInteger numbers = new AtomicInteger();
  private final Timeline timeline;
  private final Set<CanisterConnection> open = ConcurrentHashMap.newKeySet();
  private final WebSocketServer server;
  private volatile Duration timeout = Duration.ofSeconds(10);

  FakeCanister(FakeCanisterBuilder builder) {
    log = new CanisterLog(builder.keep);
    firstScript = builder.script;
    switches = new Switches(builder.script);
    timeline = builder.clock == null ? new Timeline.Real() : new Timeline.Virtual(builder.clock);
    server = WebSocketServer.start(builder.host, builder.port, builder.tls, new Connections());
  }

  /**
   * Starts a canister on a free port of the loopback that answers {@code You said: ...}.
   *
   * @return the canister, accepting connections
   */
  public static FakeCanister start() {
    return builder().start();
  }

  /**
   * Starts a canister on a free port of the loopback.
   *
   * @param script how it answers
   * @return the canister, accepting connections
   */
  public static FakeCanister start(CanisterScript script) {
    return builder().script(script).start();
  }

  /**
   * A way to start a canister elsewhere than on a free port of the loopback.
   *
   * @return a builder
   */
  public static FakeCanisterBuilder builder() {
    return new FakeCanisterBuilder();
  }

  /**
   * Where to dial.
   *
   * @return a {@code ws} or {@code wss} address, which stays the same as long as the canister lives
   */
  public URI url() {
    return server.uri("/");
  }

  /**
   * What the canister does, to be changed at any time.
   *
   * @return the switches
   */
  public Switches switches() {
    return switches;
  }

  /**
   * Answers so from now on.
   *
   * @param script how to answer the requests to come
   * @return this canister
   */
  public FakeCanister script(CanisterScript script) {
    switches.script(script);
    return this;
  }

  /**
   * Lets somebody hear what is asked and answered from now on.
   *
   * @param listener in the place of the one before
   * @return this canister
   */
  public FakeCanister listener(CanisterListener listener) {
    log.listener(listener);
    return this;
  }

  /**
   * Goes on with a request now, after the steps that its script gave: the test is the script. A
   * request that was answered or cancelled is no exception, for late frames.
   *
   * @param request what was received before
   * @param steps what to do
   */
  public void play(ProcessRequest request, Step... steps) {
    request.exchange().play(List.of(steps));
  }

  /**
   * Sends a text message on every open connection.
   *
   * @param text the text, JSON or not
   */
  public void broadcast(String text) {
    byte[] frame = Frame.text(text).toBytes();
    open.forEach(connection -> connection.send(frame));
  }

  /** Refuses TCP connections from now on; open ones go on. */
  public void refuse() {
    server.refuse();
  }

  /** Accepts connections again. */
  public void accept() {
    server.accept();
  }

  /**
   * Cuts what is open and does so with the TCP connections to come, as a {@link Fault} does.
   *
   * @param how what to do when a connection was accepted
   */
  public void receive(Reception how) {
    server.receive(how);
    dropConnections();
  }

  /** Cuts every connection without a close frame. */
  public void dropConnections() {
    server.dropConnections();
    open.forEach(CanisterConnection::cutByServer);
  }

  /**
   * Says {@code draining} on every connection, those to come included. Requests under way are
   * answered; new ones get an error that asks for another attempt.
   */
  public void drain() {
    switches.drain(true);
    open.forEach(CanisterConnection::drain);
  }

  /**
   * Makes the canister well: the script and the switches that it began with (a token stays
   * demanded), connections accepted. What a {@link Fault} did to open connections is not undone.
   */
  public void heal() {
    switches.reset(firstScript);
    server.receive(Reception.UPGRADE);
    server.accept();
  }

  /**
   * Ends every connection in order.
   *
   * @param code the close code
   */
  public void closeConnections(int code) {
    open.forEach(connection -> connection.close(code));
  }

  /** Goes away as a killed program does: cuts what is open and refuses what comes. */
  public void stop() {
    refuse();
    dropConnections();
    log.awaitConnections(0, timeout);
  }

  /** Comes back at the same address after {@link #stop}; what was received is still known. */
  public void restart() {
    accept();
  }

  /** Goes away for good and gives the port back. */
  @Override
  public void close() {
    server.close();
    open.forEach(CanisterConnection::cutByServer);
    timeline.close();
  }

  /**
   * The longest wait of the {@code await} methods.
   *
   * @param longest a positive time
   * @return this canister
   */
  public FakeCanister timeout(Duration longest) {
    this.timeout = longest;
    return this;
  }

  /**
   * The requests so far, in the order they came.
   *
   * @return a copy
   */
  public List<ProcessRequest> received() {
    return log.requests();
  }

  /**
   * The {@code request_id}s that were cancelled so far, in the order the frames came.
   *
   * @return a copy
   */
  public List<String> cancels() {
    return log.cancels();
  }

  /**
   * The upgrade requests of the connections so far, in the order they came.
   *
   * @return a copy; those that were refused are not in it
   */
  public List<UpgradeRequest> handshakes() {
    return log.handshakes();
  }

  /**
   * What came and is no frame that a server should send to a canister.
   *
   * @return the texts, or what was wrong with them
   */
  public List<String> unexpected() {
    return log.unexpected();
  }

  /**
   * How many connections are open.
   *
   * @return the number
   */
  public int connections() {
    return log.connections();
  }

  /**
   * How many connections there were since the canister was first started.
   *
   * @return the number, open ones included
   */
  public int totalConnections() {
    return log.totalConnections();
  }

  /**
   * How many requests came since the canister was first started.
   *
   * @return the number, forgotten ones included
   */
  public long totalRequests() {
    return log.totalRequests();
  }

  /**
   * How many {@code ping} frames came; those of WebSocket are {@link #webSocketPings}.
   *
   * @return the number
   */
  public long pings() {
    return log.pings();
  }

  /**
   * How many WebSocket pings came.
   *
   * @return the number
   */
  public long webSocketPings() {
    return log.webSocketPings();
  }

  /**
   * How many requests are neither answered, nor cancelled, nor lost with their connection.
   *
   * @return the number
   */
  public int inFlight() {
    return log.inFlight();
  }

  /**
   * The most requests that were in flight at once.
   *
   * @return the number
   */
  public int maxInFlight() {
    return log.maxInFlight();
  }

  /**
   * Waits for the next request: the first that this method has not returned before.
   *
   * @return the request
   */
  public ProcessRequest awaitRequest() {
    return log.awaitRequest(timeout);
  }

  /**
   * Waits until so many requests came since the canister was first started.
   *
   * @param count the number
   * @return all requests so far, at least {@code count} unless some were forgotten
   */
  public List<ProcessRequest> awaitRequests(int count) {
    return log.awaitRequests(count, timeout);
  }

  /**
   * Waits until a request is cancelled. If cancels are obeyed, nothing more is sent about it after
   * this.
   *
   * @param requestId the request
   */
  public void awaitCancel(String requestId) {
    log.awaitCancel(requestId, timeout);
  }

  /** Waits until at least one connection was made since the canister was first started. */
  public void awaitConnection() {
    awaitTotalConnections(1);
  }

  /**
   * Waits until exactly so many connections are open.
   *
   * @param count the number; 0 to wait for the last to be gone
   */
  public void awaitConnections(int count) {
    log.awaitConnections(count, timeout);
  }

  /**
   * Waits until so many connections were made since the canister was first started.
   *
   * @param count the number
   */
  public void awaitTotalConnections(int count) {
    log.awaitTotalConnections(count, timeout);
  }

  /**
   * Waits until so many {@code ping} frames came.
   *
   * @param count the number
   */
  public void awaitPings(long count) {
    log.awaitPings(count, timeout);
  }

  /** Waits until no request is in flight. */
  public void awaitIdle() {
    log.awaitIdle(timeout);
  }

  /** What was received so far, in one line. */
  @Override
  public String toString() {
    return log.toString();
  }

  private final class Connections implements WebSocketHandler {
    @Override
    public int admit(UpgradeRequest request) {
      return switches.admit(request);
    }

    @Override
    public void handle(RawWebSocket socket) throws IOException {
      int number = numbers.incrementAndGet();
      var connection = new CanisterConnection(number, socket, switches, log, timeline);
      open.add(connection);
      log.connected(socket.handshake());
      try {
        connection.run();
      } finally {
        open.remove(connection);
        log.disconnected();
      }
    }
  }
}
