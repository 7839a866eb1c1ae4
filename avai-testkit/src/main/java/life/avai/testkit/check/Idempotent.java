package life.avai.testkit.check;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import life.avai.testkit.check.Database.MessageRow;
import life.avai.testkit.json.JsonObject;
import org.jspecify.annotations.Nullable;

/**
 * P3: at most one stored message for each author and {@code client_message_id}; every
 * acknowledgement of it has the same ids, only the first one is no {@code duplicate}, and other
 * content or another thread under the same id is not acknowledged.
 */
final class Idempotent implements Check {
  private record Key(@Nullable String user, String clientId) {}

  private record Acknowledged(Request send, Event event) {
    Object ids() {
      JsonObject frame = event.frame();
      return List.of(
          String.valueOf(frame.get("message_id")),
          String.valueOf(frame.get("thread_id")),
          String.valueOf(frame.get("request_id")),
          String.valueOf(frame.get("position")));
    }
  }

  @Override
  public void check(Observations run, Report report) {
    Set<Key> stored = new HashSet<>();
    for (MessageRow row : run.database().messages()) {
      if (row.clientId() != null && !stored.add(new Key(row.author(), row.clientId()))) {
        report.add(
            "a client_message_id has two messages",
            "client_message_id " + row.clientId(),
            "message " + row.id());
      }
    }
    Map<Key, List<Acknowledged>> acknowledged = new HashMap<>();
    for (Request send : run.sends()) {
      String clientId = send.clientId();
      for (Event answer : send.answers()) {
        if (clientId != null && answer.frame().type().equals("message_sent")) {
          acknowledged
              .computeIfAbsent(new Key(send.user(), clientId), key -> new ArrayList<>())
              .add(new Acknowledged(send, answer));
        }
      }
    }
    acknowledged.forEach(
        (key, all) -> sameName("client_message_id " + key.clientId(), all, report));
  }

  private static void sameName(String name, List<Acknowledged> all, Report report) {
    Acknowledged first = all.getFirst();
    int originals = 0;
    for (Acknowledged one : all) {
      if (!one.ids().equals(first.ids())) {
        report.add("acknowledgements with other ids", name, first.event(), one.event());
      }
      if (!one.send().content().equals(first.send().content())) {
        report.add("other content was acknowledged", name, first.event(), one.event());
      }
      String thread = Frames.thread(one.send().frame());
      if (thread != null
          && !thread.equals("new")
          && !Objects.equals(thread, Frames.thread(one.event().frame()))) {
        report.add("a repeat in another thread was acknowledged", name, one.event());
      }
      if (!one.event().frame().isTrue("duplicate") && ++originals == 2) {
        report.add("two acknowledgements, and neither is a duplicate", name, one.event());
      }
    }
  }
}
