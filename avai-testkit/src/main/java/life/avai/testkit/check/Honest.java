package life.avai.testkit.check;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import life.avai.testkit.check.Connection.Seen;
import org.jspecify.annotations.Nullable;

/**
 * P14: each request that has an {@code id} gets exactly one answer, and nothing else is answered; a
 * send that is repeated as it was is not refused as a different one.
 *
 * <p>An answer is missing when a later request of the same connection was answered with no error:
 * requests are carried out in their order. So a run should end each connection with a {@code ping}
 * ({@code TestClient.settle}). What was refused and is stored all the same, P2 tells; what was
 * tried again and is stored twice, P3.
 */
final class Honest implements Check {
  @Override
  public void check(Observations run, Report report) {
    for (Connection connection : run.connections()) {
      answers(connection, report);
    }
    repeats(run, report);
  }

  private static void answers(Connection connection, Report report) {
    Set<Object> asked = new HashSet<>();
    Set<Object> reused = new HashSet<>();
    Request last = null;
    for (Request request : connection.requests()) {
      Object id = request.frame().get("id");
      if (id == null) {
        continue;
      }
      if (!asked.add(id)) {
        reused.add(id);
      }
      if (request.answers().size() > 1 && !reused.contains(id)) {
        report.add(
            "a request was answered " + request.answers().size() + " times",
            request.event(),
            request.answers().getLast());
      }
      if (request.fate() == Request.Fate.ACKNOWLEDGED) {
        last = request;
      }
    }
    for (Request request : connection.requests()) {
      Object id = request.frame().get("id");
      if (id != null
          && !reused.contains(id)
          && request.answers().isEmpty()
          && last != null
          && last.event().order() > request.event().order()
          && !connection.isUnseen()) {
        report.add("a request was not answered", connection, request.event());
      }
    }
    for (Seen seen : connection.frames()) {
      if (seen.request() == null
          && seen.event().frame().get("in_reply_to") != null
          && !connection.isUnseen()) {
        report.add("an answer to what was not asked", connection, seen.event());
      }
    }
  }

  private record Key(@Nullable String user, String clientId) {}

  private static void repeats(Observations run, Report report) {
    Map<Key, List<Request>> repeats = new HashMap<>();
    for (Request send : run.sends()) {
      if (send.clientId() != null) {
        repeats
            .computeIfAbsent(new Key(send.user(), send.clientId()), key -> new ArrayList<>())
            .add(send);
      }
    }
    repeats.forEach((key, sends) -> {
      if (!run.isUnseen(key.user())
          && sends.stream().allMatch(send -> isSame(sends.getFirst(), send))) {
        for (Request send : sends) {
          Event error = send.answer("error");
          if (error != null && "IDEMPOTENCY_CONFLICT".equals(error.frame().get("code"))) {
            report.add(
                "a repeat was refused as another message",
                "client_message_id " + key.clientId(),
                send.event(),
                error);
          }
        }
      }
    });
  }

  private static boolean isSame(Request one, Request other) {
    return one.content().equals(other.content())
        && Objects.equals(one.frame().get("content_type"), other.frame().get("content_type"))
        && Objects.equals(Frames.thread(one.frame()), Frames.thread(other.frame()));
  }
}
