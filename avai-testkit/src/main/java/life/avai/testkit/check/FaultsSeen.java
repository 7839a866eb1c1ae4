package life.avai.testkit.check;

import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import life.avai.testkit.check.Connection.Seen;
import life.avai.testkit.check.Database.TurnRow;
import life.avai.testkit.json.JsonObject;
import org.jspecify.annotations.Nullable;

/** Finds the faults that a recording shows; {@link Fault} says by what. */
final class FaultsSeen {
  private record Key(@Nullable String user, String clientId) {}

  private final Observations run;
  private final Set<Fault> met = EnumSet.noneOf(Fault.class);

  private FaultsSeen(Observations run) {
    this.run = run;
  }

  /** Those, and those that were told. */
  static Set<Fault> in(Recording recording) {
    var seen = new FaultsSeen(new Observations(recording));
    for (Event told : seen.run.others(Event.Kind.FAULT)) {
      seen.met.add(Fault.valueOf(told.frame().string("fault")));
    }
    seen.repeats();
    seen.run.connections().forEach(seen::connection);
    seen.takeovers();
    seen.lateAnswers();
    return seen.met;
  }

  private void repeats() {
    Set<Key> lost = new HashSet<>();
    Set<Key> acknowledged = new HashSet<>();
    for (Request send : run.sends()) {
      if (send.clientId() == null) {
        continue;
      }
      var key = new Key(send.user(), send.clientId());
      Event answer = send.answer("message_sent");
      if (answer == null) {
        if (send.answers().isEmpty() && send.connection().end() != null) {
          lost.add(key);
        }
        continue;
      }
      if (answer.frame().isTrue("duplicate")) {
        met.add(Fault.DUPLICATE_ACKNOWLEDGED);
        if (lost.contains(key) && !acknowledged.contains(key)) {
          met.add(Fault.KILLED_BETWEEN_COMMIT_AND_ACKNOWLEDGEMENT);
        }
      }
      acknowledged.add(key);
    }
  }

  private void connection(Connection connection) {
    Event end = connection.end();
    if (end != null && Objects.equals(end.frame().get("code"), 4008L)) {
      met.add(Fault.SLOW_READER_CLOSED);
    }
    Set<String> resumed = new HashSet<>();
    Set<String> waited = new HashSet<>();
    Set<String> open = new HashSet<>();
    for (Seen seen : connection.frames()) {
      JsonObject frame = seen.event().frame();
      String turn = String.valueOf(frame.get("request_id"));
      switch (frame.type()) {
        case "message_sent", "regenerate_ack" -> open.add(turn);
        case "subscribed" -> {
          JsonObject running = Frames.object(frame, "running");
          if (running != null && namesOffset(seen.request())) {
            resumed.add(String.valueOf(running.get("request_id")));
          }
        }
        case "ai_response_delta" -> {
          Long offset = Frames.number(frame, "offset");
          if (resumed.remove(turn) && offset != null && offset > 0) {
            met.add(Fault.RESUMED_IN_MID_STREAM);
          }
        }
        case "ai_unavailable" -> waited.add(turn);
        case "ai_response" -> {
          if (waited.contains(turn)) {
            met.add(Fault.CANISTER_AWAY_AND_BACK);
          }
        }
        case "error" -> {
          if ("AUTH_EXPIRED".equals(frame.get("code")) && !open.isEmpty()) {
            met.add(Fault.TOKEN_EXPIRED_IN_MID_TURN);
          }
        }
        default -> {}
      }
      if (Frames.isOutcome(frame)) {
        open.remove(turn);
      }
    }
  }

  private static boolean namesOffset(@Nullable Request request) {
    JsonObject reply = request == null ? null : Frames.object(request.frame(), "reply");
    Long offset = reply == null ? null : Frames.number(reply, "offset");
    return offset != null && offset > 0;
  }

  private void takeovers() {
    Map<String, String> owners = new HashMap<>();
    for (Database moment : run.moments()) {
      for (TurnRow turn : moment.turns()) {
        String owner = turn.owner();
        String before = owner == null ? null : owners.put(turn.id(), owner);
        if (before != null && !before.equals(owner)) {
          met.add(Fault.LEASE_TAKEN_OVER);
        }
      }
    }
  }

  private void lateAnswers() {
    record Asked(long attempt, long order) {}
    Map<String, Asked> latest = new HashMap<>();
    for (Event event : run.asked()) {
      Long attempt = Frames.number(event.frame(), "attempt");
      if (event.frame().type().equals("process") && attempt != null) {
        latest.merge(
            String.valueOf(event.frame().get("request_id")),
            new Asked(attempt, event.order()),
            (a, b) -> a.attempt() >= b.attempt() ? a : b);
      }
    }
    for (Event event : run.answered()) {
      Asked asked = latest.get(String.valueOf(event.frame().get("request_id")));
      Long attempt = Frames.number(event.frame(), "attempt");
      if (asked != null
          && attempt != null
          && attempt < asked.attempt()
          && event.order() > asked.order()) {
        met.add(Fault.LATE_ANSWER_DROPPED);
      }
    }
  }
}
