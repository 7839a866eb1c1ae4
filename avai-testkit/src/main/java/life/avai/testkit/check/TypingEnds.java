package life.avai.testkit.check;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import life.avai.testkit.check.Connection.Seen;
import life.avai.testkit.json.JsonObject;

/**
 * P15: on each connection every {@code ai_typing} true is followed by false, or by the end of the
 * connection, no later than the outcome or an {@code ai_unavailable}, and none comes after the
 * outcome.
 *
 * <p>Typing that is still on at the end of the recording is a violation where some client saw the
 * turn's outcome, and this connection was answered something that it asked after that: otherwise it
 * may be a connection of which only this end is left.
 */
final class TypingEnds implements Check {
  @Override
  public void check(Observations run, Report report) {
    Map<String, Long> outcomes = new HashMap<>();
    for (Connection connection : run.connections()) {
      for (Seen seen : connection.frames()) {
        if (Frames.isOutcome(seen.event().frame())) {
          outcomes.merge(turn(seen.event().frame()), seen.event().order(), Math::min);
        }
      }
    }
    for (Connection connection : run.connections()) {
      connection(connection, outcomes, report);
    }
  }

  private static String turn(JsonObject frame) {
    return String.valueOf(frame.get("request_id"));
  }

  private static void connection(Connection connection, Map<String, Long> outcomes, Report report) {
    Map<String, Event> typing = new HashMap<>();
    Set<String> over = new HashSet<>();
    for (Seen seen : connection.frames()) {
      JsonObject frame = seen.event().frame();
      switch (frame.type()) {
        case "ai_typing" -> {
          if (frame.isTrue("is_typing")) {
            typing.put(turn(frame), seen.event());
            if (over.contains(turn(frame))) {
              report.add("typing after the outcome", "turn " + turn(frame), seen.event());
            }
          } else {
            typing.remove(turn(frame));
          }
        }
        case "unsubscribed", "thread_deleted" -> {
          String thread = String.valueOf(Frames.thread(frame));
          typing.values().removeIf(event -> thread.equals(Frames.thread(event.frame())));
        }
        default -> {
          boolean outcome = Frames.isOutcome(frame);
          if (outcome) {
            over.add(turn(frame));
          }
          if (outcome || frame.type().equals("ai_unavailable")) {
            Event begun = typing.remove(turn(frame));
            if (begun != null) {
              report.add(
                  frame.type() + " while typing is on", "turn " + turn(frame), begun, seen.event());
            }
          }
        }
      }
    }
    if (connection.end() == null) {
      long asked = lastAnswered(connection);
      typing.forEach((turn, begun) -> {
        if (outcomes.getOrDefault(turn, Long.MAX_VALUE) < asked) {
          report.add("typing never ended", "turn " + turn, connection, begun);
        }
      });
    }
  }

  private static long lastAnswered(Connection connection) {
    long last = -1;
    for (Request request : connection.requests()) {
      if (!request.answers().isEmpty()) {
        last = request.event().order();
      }
    }
    return last;
  }
}
