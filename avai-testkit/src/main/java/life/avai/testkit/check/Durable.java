package life.avai.testkit.check;

import java.util.HashSet;
import java.util.Set;
import life.avai.testkit.check.Connection.Seen;
import life.avai.testkit.check.Database.MessageRow;
import life.avai.testkit.json.JsonObject;

/**
 * P1: each acknowledged {@code message_id} is stored exactly once, with the content, thread,
 * author, role and position that were sent and acknowledged.
 *
 * <p>A message whose thread somebody asked to delete may be gone with it.
 */
final class Durable implements Check {
  @Override
  public void check(Observations run, Report report) {
    Set<String> ids = new HashSet<>();
    for (MessageRow row : run.database().messages()) {
      if (!ids.add(row.id())) {
        report.add("a message is stored twice", "message " + row.id());
      }
    }
    for (Connection connection : run.connections()) {
      for (Seen seen : connection.frames()) {
        if (seen.event().frame().type().equals("message_sent")) {
          acknowledged(run, seen, report);
        }
      }
    }
  }

  private static void acknowledged(Observations run, Seen seen, Report report) {
    JsonObject frame = seen.event().frame();
    String thread = Frames.thread(frame);
    MessageRow row = run.message(Frames.text(frame, "message_id"));
    if (row == null) {
      if (!run.mayBeGone(thread)) {
        report.add(
            "an acknowledged message is not stored",
            "message " + frame.get("message_id"),
            seen.event());
      }
      return;
    }
    String id = "message " + row.id();
    if (!row.thread().equals(thread)) {
      report.add("an acknowledged message is stored in another thread", id, seen.event());
    }
    if (!row.role().equals("user") || !run.users().areOne(row.author(), seen.user())) {
      report.add("an acknowledged message is stored as somebody else's", id, seen.event());
    }
    Long position = Frames.number(frame, "position");
    if (position == null || position != row.position()) {
      report.add("an acknowledged message is stored in another place", id, seen.event());
    }
    // Of a repeat that differs from the first one P3 tells.
    Request send = seen.request();
    if (send != null && !frame.isTrue("duplicate") && !send.content().equals(row.content())) {
      report.add("an acknowledged message is stored with other content", id, seen.event());
    }
  }
}
