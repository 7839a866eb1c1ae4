package life.avai.server.chat;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * A WebSocket to a server, whose frames are taken one after another. Used by one thread.
 *
 * <p>The JDK's client does not always tell of an end that comes right behind a frame, as that of a
 * server which is killed while it streams. So the server is pinged, and given up when it says
 * nothing from one ping to the next.
 */
final class ChatConnection implements WebSocket.Listener, AutoCloseable {
  private static final JsonMapper JSON = new JsonMapper();
  private static final int PATIENCE_SECONDS = 120;
  private static final Duration TO_CONNECT = Duration.ofSeconds(20);
  private static final Duration HEARTBEAT = Duration.ofSeconds(10);
  private static final Duration GOODBYE = Duration.ofSeconds(2);

  /** Stands in the queue for the end of the connection. */
  private static final JsonNode LOST = JSON.createObjectNode().put("type", "connection_lost");

  private final WebSocket socket;
  private final StringBuilder partial = new StringBuilder();
  private final BlockingQueue<JsonNode> frames = new LinkedBlockingQueue<>();
  private final Thread heartbeat;
  private volatile boolean heard = true;

  /**
   * Connects.
   *
   * @throws CompletionException when nobody is there, or nobody answers
   */
  ChatConnection(HttpClient http, URI url) {
    this(http, url, HEARTBEAT);
  }

  ChatConnection(HttpClient http, URI url, Duration pause) {
    socket = http.newWebSocketBuilder().connectTimeout(TO_CONNECT).buildAsync(url, this).join();
    heartbeat = Thread.ofVirtual().name("heartbeat").start(() -> beatEvery(pause));
  }

  private void beatEvery(Duration pause) {
    try {
      do {
        Thread.sleep(pause);
      } while (beat());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /**
   * Asks for a sign of life, or gives the connection up when there was none since it last asked.
   *
   * @return whether there was
   */
  boolean beat() {
    if (!heard) {
      socket.abort();
      frames.add(LOST);
      return false;
    }
    heard = false;
    // Not waited for: where nothing can be sent, nothing is heard either.
    var unused = socket.sendPing(ByteBuffer.allocate(0));
    return true;
  }

  /** Sends a frame; what cannot be sent any more shows as a lost connection. */
  void send(Map<String, ?> frame) {
    try {
      socket.sendText(JSON.writeValueAsString(frame), true).join();
    } catch (CompletionException e) {
      frames.add(LOST);
    }
  }

  /** The next frame; null when none comes for two minutes. */
  @Nullable JsonNode next() throws InterruptedException {
    return frames.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
  }

  /** The next frame of one of two types, others passed over; null when none comes. */
  @Nullable JsonNode next(String type, String orType) throws InterruptedException {
    JsonNode frame = next();
    while (frame != null && !isOne(frame, type, orType)) {
      frame = isLost(frame) ? null : next();
    }
    return frame;
  }

  private static boolean isOne(JsonNode frame, String type, String orType) {
    String its = text(frame, "type");
    return its.equals(type) || its.equals(orType);
  }

  static boolean isLost(JsonNode frame) {
    return frame.equals(LOST);
  }

  static String text(JsonNode frame, String name) {
    JsonNode node = frame.get(name);
    return node != null && node.isString() ? node.stringValue() : "";
  }

  @Override
  public @Nullable CompletionStage<?> onPong(WebSocket from, ByteBuffer message) {
    heard = true;
    from.request(1);
    return null;
  }

  @Override
  public @Nullable CompletionStage<?> onText(WebSocket from, CharSequence data, boolean last) {
    heard = true;
    partial.append(data);
    if (last) {
      frames.add(JSON.readTree(partial.toString()));
      partial.setLength(0);
    }
    from.request(1);
    return null;
  }

  @Override
  public @Nullable CompletionStage<?> onClose(WebSocket from, int code, String reason) {
    frames.add(LOST);
    return null;
  }

  @Override
  public void onError(WebSocket from, Throwable error) {
    frames.add(LOST);
  }

  /** The thread that pings; it ends with the connection. */
  Thread heartbeat() {
    return heartbeat;
  }

  @Override
  public void close() {
    heartbeat.interrupt();
    try {
      socket
          .sendClose(WebSocket.NORMAL_CLOSURE, "")
          .orTimeout(GOODBYE.toMillis(), TimeUnit.MILLISECONDS)
          .join();
    } catch (CompletionException e) {
      // It is closed already, or nobody takes it: then it ends without a goodbye.
    }
    socket.abort();
  }
}
