package life.avai.testkit.check;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import life.avai.testkit.check.Database.MessageRow;
import life.avai.testkit.check.Database.TurnRow;

/**
 * P5: {@code completed}, and {@code cancelled} with text, means exactly one assistant message for
 * the turn; anything else means none. The reply of the newest turn of a message is the one that
 * counts, and those of earlier turns are superseded.
 */
final class OneReply implements Check {
  @Override
  public void check(Observations run, Report report) {
    Map<String, TurnRow> turnOf = new HashMap<>();
    for (TurnRow turn : run.database().turns()) {
      String reply = turn.reply();
      if (reply != null) {
        TurnRow other = turnOf.put(reply, turn);
        if (other != null) {
          report.add(
              "a reply belongs to two turns",
              "message " + reply,
              "turn " + turn.id(),
              "turn " + other.id());
        }
      }
      turn(run, turn, report);
    }
    for (MessageRow row : run.database().messages()) {
      if (row.role().equals("assistant")) {
        TurnRow turn = turnOf.get(row.id());
        if (turn == null) {
          report.add("a reply belongs to no turn", "message " + row.id());
        } else {
          superseded(run, row, turn, report);
        }
      }
    }
  }

  private static void turn(Observations run, TurnRow turn, Report report) {
    String id = "turn " + turn.id();
    String reply = turn.reply();
    boolean due = turn.state().equals("completed");
    boolean allowed = due || turn.state().equals("cancelled");
    if (reply == null) {
      if (due) {
        report.add("a completed turn has no reply", id);
      }
      return;
    }
    if (!allowed) {
      report.add("a turn that is " + turn.state() + " has a reply", id, "message " + reply);
    }
    MessageRow row = run.message(reply);
    if (row == null) {
      report.add("a turn's reply is not stored", id, "message " + reply);
    } else if (!row.role().equals("assistant")
        || !turn.message().equals(row.replyTo())
        || !turn.thread().equals(row.thread())) {
      report.add("a turn's reply answers something else", id, "message " + reply);
    }
  }

  private static void superseded(Observations run, MessageRow row, TurnRow turn, Report report) {
    List<TurnRow> turns = run.turnsOf(turn.message());
    boolean newest = turns.isEmpty() || turns.getLast().id().equals(turn.id());
    if (newest == (row.supersededAt() != null)) {
      report.add(
          newest
              ? "the newest turn's reply is superseded"
              : "an earlier turn's reply is not superseded",
          "message " + row.id(),
          "turn " + turn.id());
    }
  }
}
