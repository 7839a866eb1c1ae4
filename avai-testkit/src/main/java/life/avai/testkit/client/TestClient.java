package life.avai.testkit.client;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;
import life.avai.testkit.internal.Monitor;
import life.avai.testkit.json.Json;
import life.avai.testkit.json.JsonException;
import life.avai.testkit.json.JsonObject;
import life.avai.testkit.websocket.CloseStatus;
import life.avai.testkit.websocket.Frame;
import life.avai.testkit.websocket.RawWebSocket;
import life.avai.testkit.websocket.WebSocketDialer;
import org.jspecify.annotations.Nullable;

/**
 * A client of AVAI's client protocol for tests. It reads all the time and remembers every frame.
 *
 * <pre>{@code
 * try (var client = TestClient.connect(server)) {
 *   client.authenticateAnonymously();
 *   var sent = client.say("new", "Is this mail a fraud?");
 *   assertThat(client.awaitReply(sent.requestId()).content()).startsWith("It looks like");
 * }
 * }</pre>
 *
 * <p>An {@code await} hands out each frame once: it takes the earliest one that fits and was not
 * taken before, so the order of the awaits does not matter. It waits 10 s unless {@link #timeout}
 * says otherwise; then, or when the connection ends first, it throws an {@link AssertionError} that
 * shows the latest frames.
 *
 * <p>Safe for use by many threads at once. A lost connection shows as an {@link
 * UncheckedIOException} when sending.
 */
public final class TestClient implements AutoCloseable {
  private static final Duration A_DAY = Duration.ofDays(1);

  private final RawWebSocket socket;
  private final ClientListener listener;
  private final long opened = System.nanoTime();
  private final FrameLog log = new FrameLog();
  private final AtomicLong ids = new AtomicLong();
  private final ReentrantLock sending = new ReentrantLock();
  private final Monitor gate = new Monitor();
  private boolean paused; // guarded by gate
  private volatile Duration timeout = Duration.ofSeconds(10);

  private TestClient(RawWebSocket socket, ClientListener listener) {
    this.socket = socket;
    this.listener = listener;
  }

  /**
   * Opens a connection. Nothing is sent, and the {@code welcome} is not waited for.
   *
   * @param server a {@code ws} or {@code wss} address, path included
   * @return the client
   * @throws UncheckedIOException if there is no connection, or the upgrade is refused
   */
  public static TestClient connect(URI server) {
    return connect(WebSocketDialer.to(server));
  }

  /**
   * Opens a connection with headers, buffers or TLS of the test's choice.
   *
   * @param dialer how to connect
   * @return the client
   * @throws UncheckedIOException if there is no connection, or the upgrade is refused
   */
  public static TestClient connect(WebSocketDialer dialer) {
    return connect(dialer, ClientListener.NONE);
  }

  /**
   * Opens a connection that somebody listens to: a recorder, for one.
   *
   * @param dialer how to connect
   * @param listener hears every frame
   * @return the client
   * @throws UncheckedIOException if there is no connection, or the upgrade is refused
   */
  public static TestClient connect(WebSocketDialer dialer, ClientListener listener) {
    try {
      var client = new TestClient(dialer.connect(), ClientListeners.with(listener));
      client.listener.opened(client);
      Thread.ofVirtual().name("test-client").start(client::read);
      return client;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * The longest wait of every method that waits.
   *
   * @param longest a positive time
   * @return this client
   */
  public TestClient timeout(Duration longest) {
    this.timeout = longest;
    return this;
  }

  /**
   * Sends a frame.
   *
   * @param frame what is sent, as it is
   */
  public void send(JsonObject frame) {
    sendText(frame.toString());
  }

  /**
   * Sends a frame.
   *
   * @param type its field {@code type}
   * @param namesAndValues its other fields, as {@link JsonObject#of} takes them
   */
  public void send(String type, @Nullable Object... namesAndValues) {
    send(frame(type, namesAndValues));
  }

  /**
   * Sends a text message, JSON or not.
   *
   * @param text the text
   */
  public void sendText(String text) {
    sending.lock(); // a listener hears frames in the order in which they leave
    try {
      listener.sending(this, text);
      socket.sendText(text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } finally {
      sending.unlock();
    }
  }

  /**
   * Sends a frame with an {@code id}, and waits for the frame that carries it as {@code
   * in_reply_to}, be it an answer or an error.
   *
   * @param frame the frame; it gets an {@code id} if it has none
   * @return the answer
   */
  public JsonObject request(JsonObject frame) {
    JsonObject sent = frame.has("id") ? frame : frame.with("id", "t" + ids.incrementAndGet());
    send(sent);
    return await(
        "the answer to " + sent,
        answer ->
            answer.has("in_reply_to") && Objects.equals(sent.get("id"), answer.get("in_reply_to")));
  }

  /**
   * Sends a frame with an {@code id}, and waits for its answer.
   *
   * @param type its field {@code type}
   * @param namesAndValues its other fields, as {@link JsonObject#of} takes them
   * @return the answer, or the error
   */
  public JsonObject request(String type, @Nullable Object... namesAndValues) {
    return request(frame(type, namesAndValues));
  }

  /**
   * Becomes somebody anonymous.
   *
   * @return the {@code auth_success}
   */
  public JsonObject authenticateAnonymously() {
    return expect("auth_success", frame("authenticate", "anonymous", true));
  }

  /**
   * Signs in.
   *
   * @param token a session token, as a {@code FakeIssuer} makes it
   * @return the {@code auth_success}
   */
  public JsonObject authenticate(String token) {
    return expect("auth_success", frame("authenticate", "token", token));
  }

  /**
   * Sends a message, and waits until it is stored.
   *
   * @param threadId the thread, or {@code new}
   * @param content the message's text
   * @return what the server says about it
   */
  public Acknowledgement say(String threadId, String content) {
    var frame = frame("send_message", "thread_id", threadId, "content", content);
    return Acknowledgement.of(expect("message_sent", frame));
  }

  /**
   * Waits until a turn has ended, and checks its frames: the deltas of each attempt follow one
   * another without a gap, split no character and make the final text; typing has ended; there is
   * one outcome.
   *
   * @param requestId the turn
   * @return how it ended
   * @throws AssertionError also if one of these does not hold
   */
  public Reply awaitReply(String requestId) {
    var collector = new ReplyCollector(requestId);
    return log.follow(
        frame -> {
          collector.accept(frame);
          return collector.reply();
        },
        "the outcome of turn " + requestId,
        timeout);
  }

  /**
   * Checks all frames of a turn that came so far as {@link #awaitReply} does, and that none of them
   * follows the outcome.
   *
   * @param requestId the turn
   * @return how it ended; null if it has not
   * @throws AssertionError if something does not hold
   */
  public @Nullable Reply checkReply(String requestId) {
    var collector = new ReplyCollector(requestId);
    frames().forEach(frame -> collector.accept(frame.json()));
    return collector.reply();
  }

  /**
   * Takes the next frame of a type.
   *
   * @param type its field {@code type}
   * @return the frame
   */
  public JsonObject await(String type) {
    return await("a frame " + type, frame -> frame.type().equals(type));
  }

  /**
   * Takes the next frame that fits.
   *
   * @param description what is waited for, in words for the failure
   * @param wanted whether a frame fits
   * @return the frame
   */
  public JsonObject await(String description, Predicate<JsonObject> wanted) {
    return await(description, wanted, timeout);
  }

  /**
   * Takes the next frame that fits.
   *
   * @param description what is waited for, in words for the failure
   * @param wanted whether a frame fits
   * @param longest the longest wait
   * @return the frame
   */
  public JsonObject await(String description, Predicate<JsonObject> wanted, Duration longest) {
    return log.take(wanted, description, longest);
  }

  /**
   * Waits until the server has answered a {@code ping}: then {@link #frames} has whatever it sent
   * before, and a test can tell that something was not sent.
   */
  public void settle() {
    expect("pong", frame("ping"));
  }

  /**
   * Every frame so far, taken or not.
   *
   * @return a copy, in the order they came
   */
  public List<ReceivedFrame> frames() {
    return log.frames();
  }

  /**
   * Every frame of a type so far, taken or not.
   *
   * @param type the field {@code type}
   * @return a copy, in the order they came
   */
  public List<JsonObject> frames(String type) {
    return frames().stream()
        .map(ReceivedFrame::json)
        .filter(frame -> frame.type().equals(type))
        .toList();
  }

  /**
   * Stops reading from the network. What the client's system still takes in (see {@link
   * WebSocketDialer#receiveBuffer}) is not seen until reading goes on.
   */
  public void pauseReading() {
    gate.update(() -> paused = true);
  }

  /** Goes on reading. */
  public void resumeReading() {
    gate.update(() -> paused = false);
  }

  /**
   * Waits for the end of the connection.
   *
   * @return what the server's close frame said, or {@link CloseStatus#ABNORMAL}
   */
  public CloseStatus awaitClose() {
    return log.awaitEnd(timeout);
  }

  /**
   * The connection itself, to send what no client should.
   *
   * @return the client's end; receive nothing from it
   */
  public RawWebSocket socket() {
    listener.takenOver(this);
    return socket;
  }

  /** Ends the TCP connection with no close frame, as if the program had died. */
  public void cut() {
    socket.cut();
    resumeReading();
  }

  /** Ends the connection in order, without waiting for the server's answer. */
  @Override
  public void close() {
    socket.close();
    resumeReading();
  }

  private void read() {
    try {
      while (true) {
        awaitGate();
        Frame message = socket.receiveMessage();
        awaitGate(); // paused while it waited: what came is seen later
        if (message.opcode() == Frame.CLOSE) {
          end(CloseStatus.of(message));
          socket.cut();
          return;
        }
        accept(message);
      }
    } catch (IOException e) {
      end(CloseStatus.ABNORMAL);
    } catch (IllegalArgumentException e) {
      log.violation("The server's close frame has a reason that is not UTF-8");
      end(CloseStatus.ABNORMAL);
    }
  }

  private void accept(Frame message) {
    try {
      if (message.opcode() != Frame.TEXT) {
        log.violation("The server sent a binary message");
        return;
      }
      JsonObject json = Json.parseObject(message.text());
      listener.received(this, json);
      log.add(new ReceivedFrame(Duration.ofNanos(System.nanoTime() - opened), json));
    } catch (JsonException | IllegalArgumentException e) {
      log.violation("The server sent no JSON object in UTF-8: " + e.getMessage());
    }
  }

  private void end(CloseStatus status) {
    listener.ended(this, status);
    log.end(status);
  }

  private void awaitGate() {
    gate.await(() -> paused ? null : true, A_DAY, () -> "reading to go on");
  }

  private JsonObject expect(String type, JsonObject frame) {
    JsonObject answer = request(frame);
    if (!answer.type().equals(type)) {
      throw new AssertionError("Not " + type + " but " + answer + " answered " + frame.type());
    }
    return answer;
  }

  private static JsonObject frame(String type, @Nullable Object... namesAndValues) {
    var frame = JsonObject.of("type", requireNonNull(type));
    var fields = JsonObject.of(namesAndValues).fields();
    for (var field : fields.entrySet()) {
      frame = frame.with(field.getKey(), field.getValue());
    }
    return frame;
  }
}
