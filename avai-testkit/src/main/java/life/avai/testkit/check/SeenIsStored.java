package life.avai.testkit.check;

import java.util.List;
import java.util.Objects;
import life.avai.testkit.check.Connection.Seen;
import life.avai.testkit.check.Database.MessageRow;
import life.avai.testkit.check.Database.TurnRow;
import life.avai.testkit.json.JsonObject;
import org.jspecify.annotations.Nullable;

/**
 * P6: every outcome that a client saw is the one that is stored, so no two saw different ones;
 * every message that was shown, as a reply, as another device's or in a history, is stored with
 * that content in that place.
 *
 * <p>Of a thread that was deleted nothing can be told.
 */
final class SeenIsStored implements Check {
  @Override
  public void check(Observations run, Report report) {
    for (Connection connection : run.connections()) {
      for (Seen seen : connection.frames()) {
        JsonObject frame = seen.event().frame();
        if (Frames.isOutcome(frame)) {
          outcome(run, seen.event(), report);
        }
        switch (frame.type()) {
          case "message_added" -> {
            JsonObject message = Frames.object(frame, "message");
            if (message != null) {
              shown(run, seen.event(), message, report);
            }
          }
          case "thread_history", "error" -> {
            if (frame.get("messages") instanceof List<?> messages) {
              for (Object message : messages) {
                if (message instanceof JsonObject object) {
                  shown(run, seen.event(), object, report);
                }
              }
            }
          }
          default -> {}
        }
      }
    }
  }

  private static void outcome(Observations run, Event event, Report report) {
    JsonObject frame = event.frame();
    String id = Frames.text(frame, "request_id");
    TurnRow turn = run.turn(id);
    if (turn == null) {
      if (!run.mayBeGone(Frames.thread(frame))) {
        report.add("an outcome was shown of a turn that is not stored", "turn " + id, event);
      }
      return;
    }
    String stated = "turn " + id;
    if (!isOutcomeOf(frame, turn)) {
      report.add(frame.type() + " was shown of a turn that is " + turn.state(), stated, event);
      return;
    }
    String reply = Frames.text(frame, "message_id");
    if (!Objects.equals(reply, turn.reply())) {
      report.add("another reply was shown than is stored", stated, "message " + reply, event);
      return;
    }
    MessageRow row = run.message(reply);
    if (row != null) {
      same(row, frame, event, report);
    }
  }

  private static boolean isOutcomeOf(JsonObject frame, TurnRow turn) {
    return switch (frame.type()) {
      case "ai_response" -> {
        Long attempt = Frames.number(frame, "attempt");
        yield turn.state().equals("completed") && attempt != null && attempt == turn.attempt();
      }
      case "ai_cancelled" -> turn.state().equals("cancelled");
      case "ai_error" ->
          (turn.state().equals("failed") || turn.state().equals("expired"))
              && Objects.equals(frame.get("code"), turn.code());
      default -> turn.state().equals("failed") && "AI_DISABLED".equals(turn.code());
    };
  }

  private static void shown(Observations run, Event event, JsonObject message, Report report) {
    String id = Frames.text(message, "id");
    @Nullable MessageRow row = run.message(id);
    if (row != null) {
      same(row, message, event, report);
    } else if (!run.mayBeGone(Frames.thread(event.frame()))
        && Frames.thread(event.frame()) != null) {
      report.add("a message was shown that is not stored", "message " + id, event);
    }
  }

  private static void same(MessageRow row, JsonObject shown, Event event, Report report) {
    if (!row.content().equals(Frames.text(shown, "content"))) {
      report.add("another text was shown than is stored", "message " + row.id(), event);
    }
    Long position = Frames.number(shown, "position");
    if (position == null || position != row.position()) {
      report.add("a message was shown in another place", "message " + row.id(), event);
    }
  }
}
