package life.avai.server.protocol;

import java.io.IOException;
import java.net.URI;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import life.avai.testkit.json.Json;
import life.avai.testkit.json.JsonObject;
import life.avai.testkit.websocket.Frame;
import life.avai.testkit.websocket.RawWebSocket;
import life.avai.testkit.websocket.WebSocketServer;

/** A canister with nothing of its own to say: a transcript speaks for it. Pings are answered. */
final class CanisterLine implements AutoCloseable {
  private static final String LEFT = "{\"type\":\"left\"}";

  private final BlockingQueue<JsonObject> heard = new LinkedBlockingQueue<>();
  private final WebSocketServer server = WebSocketServer.start(this::serve);
  private volatile RawWebSocket socket;

  private void serve(RawWebSocket accepted) throws IOException {
    socket = accepted;
    try {
      for (Frame frame = accepted.receiveMessage();
          frame.opcode() == Frame.TEXT;
          frame = accepted.receiveMessage()) {
        JsonObject json = Json.parseObject(frame.text());
        if (json.type().equals("ping")) {
          CanisterFrameGuard.check(json);
          accepted.sendText("{\"type\":\"pong\"}");
        } else {
          heard.add(json);
        }
      }
    } finally {
      heard.add(Json.parseObject(LEFT));
    }
  }

  URI url() {
    return server.uri("/");
  }

  void say(String text) throws IOException {
    socket.sendText(text);
  }

  /** What the server said next; {@code left} when it hung up. */
  JsonObject next() throws InterruptedException {
    JsonObject next = heard.poll(30, TimeUnit.SECONDS);
    return next == null ? JsonObject.of("type", "nothing, for 30 s") : next;
  }

  void goAway() {
    server.refuse();
    server.dropConnections();
  }

  void comeBack() {
    server.accept();
  }

  /** Forgets what a transcript did not ask for. */
  void forget() {
    heard.clear();
  }

  @Override
  public void close() {
    server.close();
  }
}
