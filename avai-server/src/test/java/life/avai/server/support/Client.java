package life.avai.server.support;

import static org.assertj.core.api.Assertions.fail;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A client of the protocol that keeps every frame it gets, in order. */
public final class Client implements WebSocket.Listener, AutoCloseable {
  private static final JsonMapper JSON = new JsonMapper();
  private static final HttpClient HTTP = HttpClient.newHttpClient();
  private static final long PATIENCE_SECONDS = 20;

  private final List<JsonNode> frames = new ArrayList<>();
  private final CompletableFuture<Integer> closed = new CompletableFuture<>();
  private final StringBuilder partial = new StringBuilder();
  private WebSocket socket;
  private int requests;

  /** Connects and waits for the welcome. */
  public static Client connect(int port) {
    Client client = new Client();
    client.socket =
        HTTP.newWebSocketBuilder()
            .buildAsync(URI.create("ws://127.0.0.1:" + port + "/ws"), client)
            .join();
    client.await("welcome");
    return client;
  }

  /** Connects as a new anonymous user. */
  public static Client anonymous(int port) {
    Client client = connect(port);
    client.request("authenticate", Map.of());
    return client;
  }

  public void sendText(String text) {
    socket.sendText(text, true).join();
  }

  /** Sends a request and waits for its answer. */
  public JsonNode request(String type, Map<String, ?> fields) {
    String id = "r" + ++requests;
    Map<String, Object> frame = new LinkedHashMap<>(fields);
    frame.put("type", type);
    frame.put("id", id);
    sendText(JSON.writeValueAsString(frame));
    return await(answer -> text(answer, "in_reply_to").equals(id));
  }

  /** Sends a message and waits for the answer to it. */
  public JsonNode say(String thread, String content) {
    return request("send_message", Map.of("thread_id", thread, "content", content));
  }

  public JsonNode await(String type) {
    return await(frame -> text(frame, "type").equals(type));
  }

  /** Waits for the one of these frames that is about a turn. */
  public JsonNode await(String type, String requestId) {
    return await(
        frame -> text(frame, "type").equals(type) && text(frame, "request_id").equals(requestId));
  }

  /** The first frame, come or to come, that fits. */
  public JsonNode await(Predicate<JsonNode> fits) {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
    synchronized (frames) {
      int seen = 0;
      while (true) {
        for (; seen < frames.size(); seen++) {
          if (fits.test(frames.get(seen))) {
            return frames.get(seen);
          }
        }
        long left = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
        if (left <= 0) {
          return fail("no such frame came; the last ones: " + last());
        }
        try {
          frames.wait(left);
        } catch (InterruptedException e) {
          throw new IllegalStateException(e);
        }
      }
    }
  }

  private String last() {
    return frames.subList(Math.max(0, frames.size() - 5), frames.size()).toString();
  }

  /** All frames so far. */
  public List<JsonNode> frames() {
    synchronized (frames) {
      return List.copyOf(frames);
    }
  }

  /** The types of all frames about a turn, in order. */
  public List<String> typesOf(String requestId) {
    return frames().stream()
        .filter(frame -> text(frame, "request_id").equals(requestId))
        .map(frame -> text(frame, "type"))
        .toList();
  }

  /** The code that the server closed with. */
  public int closeCode() {
    return closed.orTimeout(PATIENCE_SECONDS, TimeUnit.SECONDS).join();
  }

  public static String text(JsonNode frame, String field) {
    JsonNode node = frame.get(field);
    return node == null || node.isNull() ? "" : node.asString();
  }

  @Override
  public CompletionStage<?> onText(WebSocket webSocket, CharSequence data, boolean last) {
    partial.append(data);
    if (last) {
      JsonNode frame = JSON.readTree(partial.toString());
      partial.setLength(0);
      synchronized (frames) {
        frames.add(frame);
        frames.notifyAll();
      }
    }
    webSocket.request(1);
    return null;
  }

  @Override
  public CompletionStage<?> onClose(WebSocket webSocket, int code, String reason) {
    closed.complete(code);
    return null;
  }

  @Override
  public void onError(WebSocket webSocket, Throwable error) {
    closed.complete(1006);
  }

  /** Is gone, without a goodbye. */
  public void disconnect() {
    socket.abort();
  }

  @Override
  public void close() {
    disconnect();
  }
}
