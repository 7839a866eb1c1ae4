package life.avai.server.faults;

import static java.util.Objects.requireNonNull;

import java.io.UncheckedIOException;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import life.avai.testkit.client.ClientListener;
import life.avai.testkit.client.TestClient;
import life.avai.testkit.json.JsonObject;
import life.avai.testkit.websocket.CloseStatus;
import life.avai.testkit.websocket.WebSocketDialer;
import org.jspecify.annotations.Nullable;

/**
 * Somebody's device, as a good client behaves: it keeps its place in the threads that it watches,
 * comes back whenever its connection is lost, and goes on from there.
 *
 * <p>One thread asks; frames come on others.
 */
final class Device implements AutoCloseable {
  private static final Duration ANSWER = Duration.ofSeconds(5);
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final Duration BETWEEN_TRIES = Duration.ofMillis(20);

  private final Supplier<URI> server;
  private final ClientListener also;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  // Guarded by lock.
  private final Knowledge knowledge = new Knowledge();
  private @Nullable TestClient client;
  private @Nullable TestClient hears; // the same, and before it is signed in
  private @Nullable String session;
  private @Nullable String user;
  private int resumed;
  private boolean closed;

  /**
   * Somebody new, or another device of somebody.
   *
   * @param server where to connect, asked each time
   * @param also hears everything too
   * @param session the {@code session_token} of another device; null for somebody new
   */
  Device(Supplier<URI> server, ClientListener also, @Nullable String session) {
    this.server = server;
    this.also = also;
    this.session = session;
  }

  /** The {@code session_token} for other devices; connects if need be. */
  String session() {
    var unused = connection();
    lock.lock();
    try {
      return requireNonNull(session);
    } finally {
      lock.unlock();
    }
  }

  /**
   * Sends a frame until it is answered, and not by an error that says to try again. Only for frames
   * that may be repeated.
   */
  JsonObject ask(JsonObject frame) {
    long end = System.nanoTime() + PATIENCE.toNanos();
    while (true) {
      TestClient now = connection();
      if (System.nanoTime() > end) {
        throw new AssertionError("no answer within " + PATIENCE + " to " + frame);
      }
      try {
        JsonObject answer = now.request(frame);
        if (!answer.isTrue("retryable")) {
          return answer;
        }
        pause(Duration.ofMillis(100));
      } catch (AssertionError | UncheckedIOException lost) {
        drop(now);
      }
    }
  }

  /** Sends a frame once; null when no answer came. */
  @Nullable JsonObject tryOnce(JsonObject frame) {
    TestClient now = connection();
    try {
      return now.request(frame);
    } catch (AssertionError | UncheckedIOException lost) {
      drop(now);
      return null;
    }
  }

  /** Sends a message until it is acknowledged, and its thread watched, or refused for good. */
  JsonObject send(String thread, String content, String clientId) {
    return ask(
        JsonObject.of(
            "type",
            "send_message",
            "thread_id",
            thread,
            "content",
            content,
            "client_message_id",
            clientId));
  }

  /** Watches a thread from its beginning, now and after every return. */
  void watch(String thread) {
    lock.lock();
    try {
      if (!knowledge.watch(thread)) {
        return;
      }
    } finally {
      lock.unlock();
    }
    TestClient now = connection();
    try {
      subscribe(now, thread);
    } catch (AssertionError | UncheckedIOException lost) {
      drop(now);
    }
  }

  /** Waits for the outcome of a turn, coming back as often as that takes. */
  JsonObject awaitOutcome(String requestId, Duration patience) {
    long end = System.nanoTime() + patience.toNanos();
    while (true) {
      var unused = connection();
      lock.lock();
      try {
        while (client != null && knowledge.outcome(requestId) == null) {
          if (changed.awaitNanos(end - System.nanoTime()) <= 0) {
            throw new AssertionError("no outcome of " + requestId + " within " + patience);
          }
        }
        JsonObject outcome = knowledge.outcome(requestId);
        if (outcome != null) {
          return outcome;
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new AssertionError(e);
      } finally {
        lock.unlock();
      }
    }
  }

  /** Waits until some of a reply in a thread has come; false when none does. */
  boolean awaitText(String thread, Duration patience) {
    long end = System.nanoTime() + patience.toNanos();
    lock.lock();
    try {
      while (client != null) {
        if (knowledge.isReading(thread)) {
          return true;
        }
        if (changed.awaitNanos(end - System.nanoTime()) <= 0) {
          return false;
        }
      }
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    } finally {
      lock.unlock();
    }
  }

  /** The id of its user, once it has been connected. */
  String user() {
    lock.lock();
    try {
      return requireNonNull(user);
    } finally {
      lock.unlock();
    }
  }

  /** How often it went on in the middle of a reply. */
  int resumed() {
    lock.lock();
    try {
      return resumed;
    } finally {
      lock.unlock();
    }
  }

  /** What was not as it should be, in words. */
  List<String> complaints() {
    lock.lock();
    try {
      return knowledge.complaints();
    } finally {
      lock.unlock();
    }
  }

  /** Loses its connection, as in a tunnel. */
  void loseConnection() {
    lock.lock();
    try {
      if (client != null) {
        client.cut();
        client = null;
        hears = null;
      }
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void close() {
    lock.lock();
    try {
      closed = true;
      if (client != null) {
        client.close();
        client = null;
      }
    } finally {
      lock.unlock();
    }
  }

  private void drop(TestClient lost) {
    lost.cut();
    ended(lost);
  }

  private void ended(TestClient lost) {
    lock.lock();
    try {
      if (client == lost) {
        client = null;
        hears = null;
        changed.signalAll();
      }
    } finally {
      lock.unlock();
    }
  }

  /** The open connection, or a new one, signed in and subscribed as before. */
  private TestClient connection() {
    while (true) {
      lock.lock();
      try {
        if (client != null) {
          return client;
        }
        if (closed) {
          throw new AssertionError("closed");
        }
      } finally {
        lock.unlock();
      }
      try {
        TestClient fresh =
            TestClient.connect(
                    WebSocketDialer.to(server.get()).timeout(ANSWER), new Ears(this, also))
                .timeout(ANSWER);
        if (signIn(fresh)) {
          return fresh;
        }
        fresh.cut();
      } catch (AssertionError | UncheckedIOException away) {
        // It will be back.
      }
      pause(BETWEEN_TRIES);
    }
  }

  private boolean signIn(TestClient fresh) {
    String known;
    List<String> watched;
    lock.lock();
    try {
      known = session;
      hears = fresh;
      watched = knowledge.threads();
    } finally {
      lock.unlock();
    }
    JsonObject answer =
        known == null
            ? fresh.request("authenticate", "anonymous", true)
            : fresh.request("authenticate", "session_token", known);
    if (!answer.type().equals("auth_success")) {
      return false;
    }
    lock.lock();
    try {
      if (session == null) {
        session = answer.string("session_token");
      }
      user = answer.object("user").string("id");
      client = fresh;
    } finally {
      lock.unlock();
    }
    watched.forEach(thread -> subscribe(fresh, thread));
    return true;
  }

  private void subscribe(TestClient to, String thread) {
    JsonObject frame;
    lock.lock();
    try {
      frame = knowledge.subscription(thread);
      if (frame.has("reply")) {
        resumed++;
      }
    } finally {
      lock.unlock();
    }
    while (true) {
      JsonObject answer = to.request(frame);
      if (!answer.isTrue("retryable")) {
        return;
      }
      pause(BETWEEN_TRIES);
    }
  }

  private void received(TestClient from, JsonObject frame) {
    lock.lock();
    try {
      if (from != hears) {
        // What comes late by a connection that was given up is not heard any more.
        return;
      }
      knowledge.received(frame);
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  private static void pause(Duration time) {
    if (Thread.currentThread().isInterrupted()) {
      throw new AssertionError("interrupted");
    }
    LockSupport.parkNanos(time.toNanos());
  }

  /** Tells the device and somebody else of what comes by one connection. */
  private record Ears(Device device, ClientListener also) implements ClientListener {
    @Override
    public void opened(TestClient client) {
      also.opened(client);
    }

    @Override
    public void sending(TestClient client, String text) {
      also.sending(client, text);
    }

    @Override
    public void takenOver(TestClient client) {
      also.takenOver(client);
    }

    @Override
    public void received(TestClient client, JsonObject frame) {
      also.received(client, frame);
      device.received(client, frame);
    }

    @Override
    public void ended(TestClient client, CloseStatus status) {
      also.ended(client, status);
      device.ended(client);
    }
  }
}
