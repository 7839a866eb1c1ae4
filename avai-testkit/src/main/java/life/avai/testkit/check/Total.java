package life.avai.testkit.check;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import life.avai.testkit.check.Connection.Seen;
import life.avai.testkit.check.Database.MessageRow;
import life.avai.testkit.check.Database.TurnRow;
import life.avai.testkit.check.Request.Fate;
import life.avai.testkit.json.JsonObject;
import org.jspecify.annotations.Nullable;

/**
 * P4: when all is quiet, every stored user message has one turn, and one more for each {@code
 * regenerate}; each is in a terminal state, and one that was terminal in an earlier snapshot has
 * not changed.
 *
 * <p>A {@code regenerate} whose answer never came may have made a turn or not.
 */
final class Total implements Check {
  @Override
  public void check(Observations run, Report report) {
    Map<String, Set<String>> regenerated = new HashMap<>();
    Map<String, Integer> unknown = new HashMap<>();
    for (Connection connection : run.connections()) {
      for (Seen seen : connection.frames()) {
        acknowledged(run, seen, regenerated, report);
      }
      for (Request request : connection.requests()) {
        String thread = Frames.thread(request.frame());
        if (request.type().equals("regenerate")
            && thread != null
            && request.fate() == Fate.UNKNOWN) {
          unknown.merge(thread, 1, Integer::sum);
        }
      }
    }
    for (MessageRow row : run.database().messages()) {
      if (row.role().equals("user")) {
        int turns = run.turnsOf(row.id()).size();
        int least = 1 + regenerated.getOrDefault(row.id(), Set.of()).size();
        int most = least + unknown.getOrDefault(row.thread(), 0);
        if (turns < least || (turns > most && !run.isUnseen(row.author()))) {
          report.add(
              "a message has " + turns + " turns where " + least + " are due",
              "message " + row.id());
        }
      }
    }
    for (TurnRow turn : run.database().turns()) {
      if (!Frames.isTerminal(turn)) {
        report.add("a turn is still " + turn.state(), "turn " + turn.id());
      }
    }
    changed(run, report);
  }

  private static void acknowledged(
      Observations run, Seen seen, Map<String, Set<String>> regenerated, Report report) {
    JsonObject frame = seen.event().frame();
    String request = Frames.text(frame, "request_id");
    String message =
        switch (frame.type()) {
          case "message_sent" -> Frames.text(frame, "message_id");
          case "regenerate_ack" -> Frames.text(frame, "reply_to");
          default -> null;
        };
    if (message == null || request == null || run.mayBeGone(Frames.thread(frame))) {
      return;
    }
    if (frame.type().equals("regenerate_ack")) {
      regenerated.computeIfAbsent(message, id -> new HashSet<>()).add(request);
    }
    TurnRow turn = run.turn(request);
    // Of a message that is not there P1 tells.
    if (run.message(message) != null && (turn == null || !turn.message().equals(message))) {
      report.add(
          "an acknowledged turn is not stored",
          "turn " + request,
          "message " + message,
          seen.event());
    }
  }

  private static void changed(Observations run, Report report) {
    Map<String, TurnRow> ended = new HashMap<>();
    for (Database moment : run.moments()) {
      for (TurnRow turn : moment.turns()) {
        @Nullable TurnRow before = ended.get(turn.id());
        if (before != null && !isSame(before, turn)) {
          report.add(
              "a turn that was " + before.state() + " became " + turn.state(), "turn " + turn.id());
        }
        if (Frames.isTerminal(turn)) {
          ended.put(turn.id(), turn);
        }
      }
    }
  }

  private static boolean isSame(TurnRow before, TurnRow now) {
    return before.state().equals(now.state())
        && before.attempt() == now.attempt()
        && Objects.equals(before.reply(), now.reply())
        && Objects.equals(before.code(), now.code());
  }
}
