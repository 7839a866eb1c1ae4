package life.avai.testkit.check;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import life.avai.testkit.check.Connection.Seen;
import life.avai.testkit.json.JsonObject;
import org.jspecify.annotations.Nullable;

/**
 * P11: the deltas of a turn's attempt that a connection saw follow one another without a gap or a
 * repeat from where it began: at 0, or at the offset that its {@code subscribe} named for that
 * attempt. Together they are the reply. An attempt never goes back, no delta splits a character,
 * and nothing follows the outcome but the same outcome for a repeated send or a new subscription.
 */
final class Gapless implements Check {
  /** What one connection has of one turn's reply. */
  private static final class Reading {
    final StringBuilder text = new StringBuilder();
    @Nullable Object message;
    long attempt;
    long start;
    int outcomesDue = 1;
    boolean over;
    boolean broken;

    long end() {
      return start + text.length();
    }
  }

  /** Where a subscription begins in a reply. */
  private record Resumed(String turn, String message, long attempt, long offset) {}

  @Override
  public void check(Observations run, Report report) {
    for (Connection connection : run.connections()) {
      new Reader(run, report).read(connection);
    }
  }

  private static final class Reader {
    private final Observations run;
    private final Report report;
    private final Map<String, Reading> readings = new HashMap<>();
    private final Map<String, Resumed> resumed = new HashMap<>();

    Reader(Observations run, Report report) {
      this.run = run;
      this.report = report;
    }

    void read(Connection connection) {
      for (Seen seen : connection.frames()) {
        JsonObject frame = seen.event().frame();
        switch (frame.type()) {
          case "ai_response_delta" -> delta(seen.event(), frame);
          case "message_sent" -> {
            if (frame.isTrue("duplicate")) {
              repeated(frame);
            }
          }
          case "subscribed" -> subscribed(connection, seen, frame);
          default -> {
            if (Frames.isOutcome(frame)) {
              outcome(seen.event(), frame);
            }
          }
        }
      }
    }

    private Reading reading(JsonObject frame) {
      return reading(String.valueOf(frame.get("request_id")));
    }

    private Reading reading(String turn) {
      return readings.computeIfAbsent(turn, id -> new Reading());
    }

    /** It is told how the message's newest turn stands, which a regenerate may have made. */
    private void repeated(JsonObject frame) {
      Set<String> turns = new HashSet<>();
      turns.add(String.valueOf(frame.get("request_id")));
      run.turnsOf(String.valueOf(frame.get("message_id"))).forEach(turn -> turns.add(turn.id()));
      turns.forEach(turn -> reading(turn).outcomesDue++);
    }

    private void subscribed(Connection connection, Seen seen, JsonObject frame) {
      readings.values().forEach(reading -> reading.outcomesDue++);
      JsonObject running = Frames.object(frame, "running");
      if (running == null) {
        return;
      }
      String turn = String.valueOf(running.get("request_id"));
      String message = String.valueOf(running.get("message_id"));
      Resumed from = new Resumed(turn, message, 0, 0);
      JsonObject named =
          seen.request() == null ? null : Frames.object(seen.request().frame(), "reply");
      if (named != null && message.equals(named.get("message_id"))) {
        Long attempt = Frames.number(named, "attempt");
        Long offset = Frames.number(named, "offset");
        if (attempt != null && offset != null) {
          from = new Resumed(turn, message, attempt, offset);
        }
      }
      // Where the request is not known, neither is the place.
      resumed.put(
          turn,
          seen.request() == null || connection.isUnseen()
              ? new Resumed(turn, message, -1, 0)
              : from);
    }

    private void delta(Event event, JsonObject frame) {
      String turn = "turn " + frame.get("request_id");
      Reading reading = reading(frame);
      Long attempt = Frames.number(frame, "attempt");
      Long offset = Frames.number(frame, "offset");
      String delta = Frames.text(frame, "delta");
      if (attempt == null || offset == null || delta == null || delta.isEmpty()) {
        report.add("a delta without text, attempt or offset", turn, event);
        return;
      }
      if (reading.over) {
        report.add("a delta follows the outcome", turn, event);
        return;
      }
      if (attempt < reading.attempt) {
        report.add("a delta of an earlier attempt", turn, event);
        return;
      }
      Resumed from = resumed.remove(String.valueOf(frame.get("request_id")));
      if (from != null || attempt > reading.attempt) {
        begin(reading, attempt, offset, from, turn, event);
      } else if (offset != reading.end()) {
        broken(
            reading,
            offset,
            "a delta at " + offset + " where the text has " + reading.end(),
            event,
            turn);
      }
      if (Character.isLowSurrogate(delta.charAt(0))
          || Character.isHighSurrogate(delta.charAt(delta.length() - 1))) {
        report.add("a delta splits a character", turn, event);
      }
      reading.message = frame.get("message_id");
      reading.text.append(delta);
    }

    private void begin(
        Reading reading,
        long attempt,
        long offset,
        @Nullable Resumed from,
        String turn,
        Event event) {
      boolean known = from == null || from.attempt() >= 0;
      long due = from == null || from.attempt() != attempt ? 0 : from.offset();
      // One inside a pair of surrogates is moved back, and one beyond the end to the end.
      boolean fits = offset == due || (due > 0 && offset == due - 1);
      boolean beyond = attempt != reading.attempt || due > reading.end();
      reading.attempt = attempt;
      reading.start = offset;
      reading.text.setLength(0);
      reading.broken = false;
      if (known && !fits && !(from != null && due > 0 && beyond && offset < due)) {
        report.add("a reply begins at " + offset + " where " + due + " is due", turn, event);
        reading.broken = true;
      }
    }

    private void broken(Reading reading, long offset, String what, Event event, String turn) {
      report.add(what, turn, event);
      reading.broken = true;
      reading.start = offset;
      reading.text.setLength(0);
    }

    private void outcome(Event event, JsonObject frame) {
      String turn = "turn " + frame.get("request_id");
      Reading reading = reading(frame);
      reading.over = true;
      if (reading.outcomesDue-- <= 0) {
        report.add("a second outcome", turn, event);
      }
      String content = Frames.text(frame, "content");
      Object attempt = frame.get("attempt");
      // Where it has no attempt, another server may have cancelled what it had of an attempt of its
      // own, which it would have kept under an id of its own.
      boolean isThisText =
          attempt == null
              ? Objects.equals(frame.get("message_id"), reading.message)
              : Objects.equals(attempt, reading.attempt);
      if (content != null && isThisText && !reading.broken && !reading.text.isEmpty()) {
        boolean response = frame.type().equals("ai_response");
        boolean whole = !response || reading.end() == content.length();
        if (!whole
            || !content.startsWith(reading.text.toString(), Math.toIntExact(reading.start))) {
          report.add("the deltas are not the text of the outcome", turn, event);
        }
      }
      reading.text.setLength(0);
    }
  }
}
