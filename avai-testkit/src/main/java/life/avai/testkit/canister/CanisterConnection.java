package life.avai.testkit.canister;

import static java.lang.System.Logger.Level.DEBUG;

import java.io.EOFException;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import life.avai.testkit.json.Json;
import life.avai.testkit.json.JsonException;
import life.avai.testkit.json.JsonObject;
import life.avai.testkit.websocket.Frame;
import life.avai.testkit.websocket.RawWebSocket;

/** One connection to the canister: reads what comes, and starts, stops and sends answers. */
final class CanisterConnection {
  private static final System.Logger LOG = System.getLogger(CanisterConnection.class.getName());

  private final int number;
  private final RawWebSocket socket;
  private final Switches switches;
  private final CanisterLog log;
  private final Timeline timeline;
  private final Outbox outbox;
  private final CompletableFuture<Void> gone = new CompletableFuture<>();
  private volatile boolean frozen;
  private final Map<String, Exchange> running = new ConcurrentHashMap<>();

  CanisterConnection(
      int number, RawWebSocket socket, Switches switches, CanisterLog log, Timeline timeline) {
    this.number = number;
    this.socket = socket;
    this.switches = switches;
    this.log = log;
    this.timeline = timeline;
    this.outbox = new Outbox(socket);
  }

  /** Reads until the connection ends. */
  void run() throws IOException {
    socket.answerPings(() -> {
      log.webSocketPing();
      return switches.answersWebSocketPings() && reads();
    });
    if (switches.isDraining()) {
      drain();
    }
    try {
      for (Frame frame = next(); frame.opcode() != Frame.CLOSE; frame = next()) {
        if (frame.opcode() == Frame.TEXT) {
          read(frame);
        } else {
          log.unexpected(frame.toString());
        }
      }
    } finally {
      running.values().forEach(this::ended);
    }
  }

  /** A frame that comes while the canister does not read is held back until it does. */
  private Frame next() throws IOException {
    Frame frame = socket.receiveMessage();
    while (!reads()) {
      if (gone.isDone()) {
        throw new EOFException("cut while it was not read");
      }
      CompletableFuture<?> again =
          frozen ? gone : CompletableFuture.anyOf(gone, switches.reading());
      again.join();
    }
    return frame;
  }

  private boolean reads() {
    return !frozen && switches.reading().isDone();
  }

  private void read(Frame frame) {
    try {
      JsonObject json = Json.parseObject(frame.text());
      switch (json.type()) {
        case "process" -> process(json);
        case "cancel" -> cancel(json);
        case "ping" -> {
          log.listener().received(number, json);
          log.ping();
          if (switches.answersPings()) {
            send(Frame.text("{\"type\":\"pong\"}").toBytes());
          }
        }
        default -> log.unexpected(frame.text());
      }
    } catch (JsonException | IllegalArgumentException e) {
      log.unexpected(e.getMessage() + " in " + frame);
    }
  }

  private void process(JsonObject json) {
    var exchange = new Exchange(this, timeline, json, switches.echoesAttempt());
    var request = new ProcessRequest(json, number, socket.handshake(), exchange);
    Exchange earlier = running.put(exchange.requestId(), exchange);
    if (earlier != null) {
      earlier.stop();
      log.finished();
    }
    log.listener().received(number, json);
    log.began();
    hold(); // who reads the answer finds the request in the log
    try {
      exchange.play(
          switches.isDraining()
              ? List.of(Step.error("draining", true, null))
              : steps(() -> switches.script().stepsFor(request)));
      log.received(request); // only now: who waits for it may move the clock
    } finally {
      release();
    }
  }

  /** The script's steps; a script that throws makes an error that the test will see. */
  private static List<Step> steps(Supplier<List<Step>> script) {
    try {
      return script.get();
    } catch (RuntimeException | AssertionError e) {
      LOG.log(DEBUG, "The script of a fake canister failed", e);
      return List.of(Step.error("the script failed: " + e, false, null));
    }
  }

  private void cancel(JsonObject json) {
    String requestId = json.string("request_id");
    log.listener().received(number, json);
    Exchange exchange = running.get(requestId);
    if (exchange != null && switches.obeysCancel()) {
      exchange.stop();
      answered(exchange);
    }
    timeline.execute(() -> log.cancelled(requestId)); // after the stop: then nothing more is sent
  }

  /** The exchange counts no longer as under way. */
  void answered(Exchange exchange) {
    if (running.remove(exchange.requestId(), exchange)) {
      log.finished();
    }
  }

  private void ended(Exchange exchange) {
    exchange.stop();
    answered(exchange);
  }

  void sending(JsonObject process, String json) {
    log.listener().sending(number, process, json);
  }

  void send(byte[] bytes) {
    outbox.add(bytes);
  }

  /** What is sent from now on leaves with {@link #release}: a peer sees it when all is done. */
  void hold() {
    outbox.hold();
  }

  void release() {
    outbox.release();
  }

  void close(int code) {
    send(Frame.close(code, "").toBytes());
    outbox.end(() -> {});
  }

  void cut() {
    outbox.end(socket::cut);
  }

  void reset() {
    outbox.end(socket::reset);
  }

  void freeze() {
    frozen = true;
    outbox.end(() -> {});
  }

  void drain() {
    send(Frame.text("{\"type\":\"draining\"}").toBytes());
  }

  /** The socket was cut: whoever waits to read it need not wait any more. */
  void cutByServer() {
    gone.complete(null);
  }
}
