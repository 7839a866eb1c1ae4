package life.avai.testkit.check;

import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import life.avai.testkit.canister.CanisterListener;
import life.avai.testkit.check.Event.Kind;
import life.avai.testkit.client.ClientListener;
import life.avai.testkit.client.TestClient;
import life.avai.testkit.json.Json;
import life.avai.testkit.json.JsonException;
import life.avai.testkit.json.JsonObject;
import life.avai.testkit.websocket.CloseStatus;

/**
 * Remembers what clients and canisters see, in one order.
 *
 * <pre>{@code
 * var recorder = new Recorder();
 * canister.listener(recorder.canister());
 * var client = TestClient.connect(WebSocketDialer.to(server), recorder.client());
 * // ... whatever happens ...
 * Recording run = recorder.recording(Database.read(dataSource, "public"));
 * }</pre>
 *
 * <p>Safe for use by many threads at once, and cheap: an event costs a lock and a place in a list.
 */
public final class Recorder {
  private record Raw(Instant at, String thread, Kind kind, int peer, Object frame) {}

  private final ReentrantLock lock = new ReentrantLock();
  private final List<Raw> events = new ArrayList<>(); // guarded by lock
  private final Map<TestClient, Integer> sockets = new HashMap<>(); // guarded by lock
  private final List<Database> snapshots = new ArrayList<>(); // guarded by lock
  private int clients; // guarded by lock

  /** Nothing is recorded yet. */
  public Recorder() {}

  private void add(Kind kind, int peer, Object frame) {
    String thread = Thread.currentThread().getName();
    lock.lock();
    try {
      events.add(new Raw(Instant.now(), thread, kind, peer, frame));
    } finally {
      lock.unlock();
    }
  }

  private int socket(TestClient client) {
    lock.lock();
    try {
      return sockets.computeIfAbsent(client, c -> ++clients);
    } finally {
      lock.unlock();
    }
  }

  /**
   * What to connect clients with.
   *
   * @return a listener for any number of clients
   */
  public ClientListener client() {
    return new ClientListener() {
      @Override
      public void opened(TestClient client) {
        add(Kind.OPENED, socket(client), JsonObject.empty());
      }

      @Override
      public void sending(TestClient client, String text) {
        add(Kind.SENT, socket(client), text);
      }

      @Override
      public void takenOver(TestClient client) {
        add(Kind.UNSEEN, socket(client), JsonObject.empty());
      }

      @Override
      public void received(TestClient client, JsonObject frame) {
        add(Kind.RECEIVED, socket(client), frame);
      }

      @Override
      public void ended(TestClient client, CloseStatus status) {
        add(
            Kind.ENDED,
            socket(client),
            JsonObject.of("code", status.code(), "reason", status.reason()));
      }
    };
  }

  /**
   * What to give to a fake canister.
   *
   * @return a listener for any number of canisters
   */
  public CanisterListener canister() {
    return new CanisterListener() {
      @Override
      public void received(int connection, JsonObject frame) {
        if (!frame.type().equals("ping")) {
          add(Kind.ASKED, connection, frame);
        }
      }

      @Override
      public void sending(int connection, JsonObject process, String json) {
        add(Kind.ANSWERED, connection, new Answer(process, json));
      }
    };
  }

  private record Answer(JsonObject process, String json) {}

  /** Tells that the last fault is over: from now on everything should work again. */
  public void recovered() {
    add(Kind.RECOVERED, 0, JsonObject.empty());
  }

  /**
   * Tells what is measured when all is over: turns, sockets, buffers, file descriptors.
   *
   * @param name what it counts
   * @param baseline what it was before the run
   * @param value what it is now
   * @param allowance how far above the baseline it may be
   */
  public void gauge(String name, long baseline, long value, long allowance) {
    add(
        Kind.GAUGE,
        0,
        JsonObject.of("name", name, "baseline", baseline, "value", value, "allowance", allowance));
  }

  /**
   * Tells of a text that nobody but one user, and whoever answers that user, should ever see: a
   * random word in a message, say.
   *
   * @param user the id of the user, as {@code auth_success} has it
   * @param text at least 8 characters that occur nowhere else
   * @throws IllegalArgumentException if the text is shorter
   */
  public void secret(String user, String text) {
    if (text.length() < Secrets.SHORTEST) {
      throw new IllegalArgumentException(
          "text: " + text.length() + " characters (expected: at least " + Secrets.SHORTEST + ")");
    }
    add(Kind.SECRET, 0, JsonObject.of("user", user, "text", text));
  }

  /**
   * Tells of a fault that the run met; see {@link Fault} for those that need not be told.
   *
   * @param fault what happened
   */
  public void met(Fault fault) {
    add(Kind.FAULT, 0, JsonObject.of("fault", fault.name()));
  }

  /**
   * Tells what was logged.
   *
   * @param text one or more lines
   */
  public void logged(String text) {
    add(Kind.LOGGED, 0, JsonObject.of("text", text));
  }

  /**
   * Remembers the rows as they are in the middle of the run: what has ended must stay so.
   *
   * @param rows the rows now
   */
  public void snapshot(Database rows) {
    lock.lock();
    try {
      snapshots.add(rows);
    } finally {
      lock.unlock();
    }
  }

  /**
   * All that was seen so far.
   *
   * @param rows the rows at the end, read after the last event
   * @return a recording that does not change any more
   */
  public Recording recording(Database rows) {
    lock.lock();
    try {
      var read = new ArrayList<Event>(events.size());
      for (Raw raw : events) {
        read.add(
            new Event(
                read.size(), raw.at(), raw.thread(), raw.kind(), raw.peer(), frame(raw.frame())));
      }
      return new Recording(read, snapshots, rows);
    } finally {
      lock.unlock();
    }
  }

  private static JsonObject frame(Object seen) {
    return switch (seen) {
      case JsonObject frame -> frame;
      case Answer(var process, var json) ->
          read(json)
              .with("request_id", process.get("request_id"))
              .with("attempt", process.get("attempt"));
      default -> read(seen.toString());
    };
  }

  private static JsonObject read(String text) {
    try {
      return Json.parseObject(text);
    } catch (JsonException e) {
      return JsonObject.of("unreadable", text);
    }
  }
}
