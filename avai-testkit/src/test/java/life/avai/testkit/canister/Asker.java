package life.avai.testkit.canister;

import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import life.avai.testkit.json.Json;
import life.avai.testkit.json.JsonObject;
import life.avai.testkit.websocket.RawWebSocket;
import life.avai.testkit.websocket.WebSocketDialer;

/** The server's side of the canister protocol, as much as these tests need. */
final class Asker implements AutoCloseable {
  static final Duration LONG = Duration.ofSeconds(10);

  final RawWebSocket socket;

  Asker(URI canister) throws IOException {
    socket = WebSocketDialer.to(canister).header("Authorization", "Bearer secret").connect();
  }

  static JsonObject process(String requestId, String question) {
    return JsonObject.of(
        "type",
        "process",
        "request_id",
        requestId,
        "conversation_id",
        "thread-1",
        "user_id",
        null,
        "system_prompt",
        "Be careful.",
        "messages",
        List.of(
            JsonObject.of(
                "role", "user", "content", question, "timestamp", "2026-01-01T00:00:00.000Z")),
        "context_metadata",
        JsonObject.of("message_count", 1),
        "attempt",
        1,
        "stream",
        true,
        "deadline_ms",
        600_000);
  }

  void ask(String requestId) throws IOException {
    send(process(requestId, "Hi"));
  }

  void send(JsonObject frame) throws IOException {
    socket.sendText(frame.toString());
  }

  JsonObject next() throws IOException {
    return Json.parseObject(socket.receiveText(LONG));
  }

  /** Frames up to and with the first that is no delta. */
  List<JsonObject> untilOutcome() throws IOException {
    var frames = new ArrayList<JsonObject>();
    do {
      frames.add(next());
    } while (frames.getLast().type().equals("response_delta"));
    return frames;
  }

  /** Everything that was sent before a ping was answered, without the pong. */
  List<JsonObject> untilPong() throws IOException {
    send(JsonObject.of("type", "ping", "timestamp", "2026-01-01T00:00:00.000Z"));
    var frames = new ArrayList<JsonObject>();
    for (var frame = next(); !frame.type().equals("pong"); frame = next()) {
      frames.add(frame);
    }
    return frames;
  }

  @Override
  public void close() {
    socket.close();
  }
}
