package life.avai.testkit.check;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import life.avai.testkit.check.Database.MessageRow;
import life.avai.testkit.check.Request.Fate;
import life.avai.testkit.json.JsonObject;
import org.jspecify.annotations.Nullable;

/**
 * P2: each stored user message matches a send that happened, and none a send that was answered with
 * an error that says that it was not kept.
 *
 * <p>A message without an acknowledgement matches a send by the same person with the same content
 * and {@code client_message_id} whose outcome is unknown: no answer came, or an error that leaves
 * it open. Of a person who sent something that was not recorded, nothing can be told.
 */
final class NoPhantoms implements Check {
  private record Key(String person, @Nullable String clientId, String content) {}

  @Override
  public void check(Observations run, Report report) {
    Set<String> acknowledged = new HashSet<>();
    Map<Key, List<Request>> sends = new HashMap<>();
    for (Request send : run.sends()) {
      for (Event answer : send.answers()) {
        JsonObject frame = answer.frame();
        if (frame.type().equals("message_sent")) {
          acknowledged.add(String.valueOf(frame.get("message_id")));
        }
      }
      if (send.user() != null && send.fate() != Fate.ACKNOWLEDGED) {
        sends
            .computeIfAbsent(
                new Key(run.users().person(send.user()), send.clientId(), send.content()),
                key -> new ArrayList<>())
            .add(send);
      }
    }
    for (MessageRow row : run.database().messages()) {
      String author = row.author();
      if (row.role().equals("user")
          && author != null
          && !acknowledged.contains(row.id())
          && !run.isUnseen(author)) {
        Key key = new Key(run.users().person(author), row.clientId(), row.content());
        unacknowledged(row, sends.getOrDefault(key, List.of()), report);
      }
    }
  }

  private static void unacknowledged(MessageRow row, List<Request> sends, Report report) {
    Request match = sends.stream().filter(send -> mayBe(send, row)).findFirst().orElse(null);
    if (match != null) {
      if (row.clientId() == null) {
        // Each of them accounts for one message.
        sends.remove(match);
      }
      return;
    }
    if (sends.isEmpty()) {
      report.add("a stored message was never sent", "message " + row.id());
    } else {
      report.add(
          "a message that was refused is stored", "message " + row.id(), sends.getFirst().event());
    }
  }

  private static boolean mayBe(Request send, MessageRow row) {
    String thread = Frames.thread(send.frame());
    return send.fate() == Fate.UNKNOWN
        && (thread == null || thread.equals("new") || thread.equals(row.thread()));
  }
}
