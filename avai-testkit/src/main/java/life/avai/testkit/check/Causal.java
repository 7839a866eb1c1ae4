package life.avai.testkit.check;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import life.avai.testkit.check.Database.MessageRow;
import life.avai.testkit.check.Database.TurnRow;
import life.avai.testkit.json.JsonObject;
import org.jspecify.annotations.Nullable;

/**
 * P8: a reply stands after its question. What a canister was asked is, to the byte, the end of what
 * came before in this thread, each question followed by its reply if it has one, and then the
 * question: nothing superseded, nothing of later turns, no reply without its question.
 *
 * <p>How far back the window should have gone does not show. What came before a question has not
 * changed since it was asked, because only the last question of a thread is answered anew.
 */
final class Causal implements Check {
  @Override
  public void check(Observations run, Report report) {
    Map<String, MessageRow> replies = new HashMap<>();
    for (MessageRow row : run.database().messages()) {
      String question = row.replyTo();
      if (question == null) {
        continue;
      }
      if (row.supersededAt() == null) {
        replies.put(question, row);
      }
      MessageRow asked = run.message(question);
      if (asked == null || asked.position() >= row.position()) {
        report.add(
            "a reply does not stand after its question",
            "message " + row.id(),
            "message " + question);
      }
    }
    for (Event event : run.asked()) {
      if (event.frame().type().equals("process")) {
        asked(run, event, replies, report);
      }
    }
  }

  private static void asked(
      Observations run, Event event, Map<String, MessageRow> replies, Report report) {
    JsonObject frame = event.frame();
    String thread = Frames.text(frame, "conversation_id");
    String request = Frames.text(frame, "request_id");
    if (run.mayBeGone(thread)) {
      return;
    }
    TurnRow turn = run.turn(request);
    MessageRow question = turn == null ? null : run.message(turn.message());
    if (turn == null || question == null) {
      report.add("a canister was asked about a turn that is not stored", "turn " + request, event);
      return;
    }
    if (!turn.thread().equals(thread)) {
      report.add("a canister was asked about another thread", "turn " + request, event);
      return;
    }
    List<?> shown = frame.get("messages") instanceof List<?> list ? list : List.of();
    if (shown.isEmpty() || !isShown(question, shown.getLast())) {
      report.add("a canister was not asked the question last", "turn " + request, event);
      return;
    }
    List<MessageRow> rows = run.messagesByThread().getOrDefault(turn.thread(), List.of());
    if (!isWindow(rows, question, shown.subList(0, shown.size() - 1), replies)) {
      report.add(
          "a canister was shown what is not the end of the thread before the question",
          "turn " + request,
          event);
    }
  }

  /** Compares from the end; at the beginning stands a question. */
  private static boolean isWindow(
      List<MessageRow> thread,
      MessageRow question,
      List<?> shown,
      Map<String, MessageRow> replies) {
    int left = shown.size();
    int row = (int) Math.min(thread.size(), question.position() - 1) - 1;
    while (left > 0) {
      while (row >= 0
          && (!thread.get(row).role().equals("user")
              || thread.get(row).position() >= question.position())) {
        row--;
      }
      if (row < 0) {
        return false;
      }
      MessageRow earlier = thread.get(row--);
      MessageRow reply = replies.get(earlier.id());
      if (reply != null && (left < 2 || !isShown(reply, shown.get(--left)))) {
        return false;
      }
      if (!isShown(earlier, shown.get(--left))) {
        return false;
      }
    }
    return true;
  }

  private static boolean isShown(MessageRow row, @Nullable Object message) {
    return message instanceof JsonObject object
        && Objects.equals(row.role(), object.get("role"))
        && Objects.equals(row.content(), object.get("content"));
  }
}
