package life.avai.testkit.canister;

import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import life.avai.testkit.json.Json;
import life.avai.testkit.json.JsonException;
import life.avai.testkit.json.JsonObject;
import life.avai.testkit.websocket.CloseStatus;
import life.avai.testkit.websocket.Frame;
import org.jspecify.annotations.Nullable;

/** What a real canister was asked and answered, as the answers of a script file. */
final class Tape {
  private static final long NANOS_PER_MS = 1_000_000;

  private final ReentrantLock lock = new ReentrantLock();
  private final List<Track> tracks = new ArrayList<>(); // guarded by lock, and so is each of them

  Connection connection() {
    return new Connection();
  }

  String script() {
    lock.lock();
    try {
      var out = new StringBuilder("{\"version\":1,\"answers\":[");
      String separator = "\n";
      for (Track track : tracks) {
        out.append(separator).append(track.answer());
        separator = ",\n";
      }
      return out.append("\n]}\n").toString();
    } finally {
      lock.unlock();
    }
  }

  /** One request and what was said about it; a step to a line, for people who read files. */
  private static final class Track {
    private final JsonObject process;
    private final List<JsonObject> steps = new ArrayList<>();
    private long last = System.nanoTime();

    Track(JsonObject process) {
      this.process = process;
    }

    void add(JsonObject step) {
      long pause = (System.nanoTime() - last) / NANOS_PER_MS;
      if (pause > 0) {
        steps.add(JsonObject.of("pause_ms", pause));
        last += pause * NANOS_PER_MS; // the rest counts for the next one
      }
      steps.add(step);
    }

    String answer() {
      var when = JsonObject.of("question", process.objects("messages").getLast().string("content"));
      if (process.has("attempt")) {
        when = when.with("attempt", process.get("attempt"));
      }
      var recorded = JsonObject.empty();
      for (String id : List.of("request_id", "conversation_id", "attempt")) {
        if (process.has(id)) {
          recorded = recorded.with(id, process.get(id));
        }
      }
      var out = new StringBuilder("{\"when\":");
      Json.append(out, when);
      Json.append(out.append(",\"times\":1,\"recorded\":"), recorded);
      out.append(",\"steps\":[");
      String separator = "\n  ";
      for (JsonObject step : steps) {
        Json.append(out.append(separator), step);
        separator = ",\n  ";
      }
      return out.append("]}").toString();
    }
  }

  /** What goes over one connection. */
  final class Connection {
    private final Map<String, Track> byId = new HashMap<>(); // guarded by lock
    private final Set<String> waiting = new LinkedHashSet<>(); // guarded by lock
    private @Nullable Track latest; // guarded by lock

    void asked(Frame message) {
      if (message.opcode() == Frame.CLOSE) {
        left();
        return;
      }
      JsonObject frame = json(message);
      if (frame == null) {
        return;
      }
      lock.lock();
      try {
        switch (frame.type()) {
          case "process" -> begin(frame);
          case "cancel" -> waiting.remove(frame.string("request_id"));
          default -> {}
        }
      } catch (JsonException e) {
        // No proper request: it has no answer that could be replayed.
      } finally {
        lock.unlock();
      }
    }

    private void begin(JsonObject process) {
      var track = new Track(process);
      String unused = track.answer(); // throws here, not at the end, if this is no request
      String id = process.string("request_id");
      tracks.add(track);
      byId.put(id, track);
      waiting.add(id);
      latest = track;
    }

    void answered(Frame message) {
      if (message.opcode() == Frame.CLOSE) {
        ended(CloseStatus.of(message));
        return;
      }
      JsonObject frame = json(message);
      if (frame != null && frame.type().equals("pong")) {
        return;
      }
      lock.lock();
      try {
        String id = frame != null && frame.get("request_id") instanceof String text ? text : "";
        Track track = byId.getOrDefault(id, latest);
        if (track != null) {
          track.add(step(message));
        }
        if (frame != null && (frame.type().equals("response") || frame.type().equals("error"))) {
          waiting.remove(id);
        }
      } finally {
        lock.unlock();
      }
    }

    /** Whoever asked has left: how the connection ends is no answer. */
    void left() {
      lock.lock();
      try {
        waiting.clear();
      } finally {
        lock.unlock();
      }
    }

    /** The canister has left: for whoever still waits that is the answer. */
    void ended(CloseStatus status) {
      lock.lock();
      try {
        var step =
            status.equals(CloseStatus.ABNORMAL)
                ? JsonObject.of("cut", true)
                : JsonObject.of("close", status.code() == 1005 ? 1000 : status.code());
        for (String id : waiting) {
          Track track = byId.get(id);
          if (track != null) {
            track.add(step);
          }
        }
        waiting.clear();
      } finally {
        lock.unlock();
      }
    }

    private static JsonObject step(Frame message) {
      if (message.opcode() == Frame.BINARY) {
        return JsonObject.of("binary", base64(message.payload()));
      }
      try {
        return JsonObject.of("frame", message.text());
      } catch (IllegalArgumentException e) { // not UTF-8
        return JsonObject.of("bytes", base64(message.toBytes()));
      }
    }

    private static String base64(byte[] bytes) {
      return Base64.getEncoder().encodeToString(bytes);
    }

    private static @Nullable JsonObject json(Frame message) {
      if (message.opcode() != Frame.TEXT) {
        return null;
      }
      try {
        return Json.parseObject(message.text());
      } catch (JsonException | IllegalArgumentException e) {
        return null;
      }
    }
  }
}
