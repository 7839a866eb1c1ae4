package life.avai.testkit.check;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import life.avai.testkit.check.Database.MessageRow;
import org.jspecify.annotations.Nullable;

/**
 * P7: the positions of a thread are 1 to n, in every snapshot. Where one send was acknowledged
 * before another one began, it stands before it; sends that follow one another on one connection
 * keep their order.
 *
 * <p>Where a message was sent several times, which of them was stored does not show: it counts from
 * the first.
 */
final class Ordered implements Check {
  private static final class Sending {
    long begun = Long.MAX_VALUE;
    long acknowledged = Long.MAX_VALUE;
    int times;
    @Nullable Request last;
  }

  @Override
  public void check(Observations run, Report report) {
    run.moments().forEach(moment -> dense(moment, report));
    Map<String, Sending> sendings = sendings(run);
    for (List<MessageRow> thread : run.messagesByThread().values()) {
      inTime(thread, sendings, report);
      inOrder(thread, sendings, report);
    }
  }

  private static void dense(Database moment, Report report) {
    Map<String, List<Long>> positions = new HashMap<>();
    for (MessageRow row : moment.messages()) {
      positions.computeIfAbsent(row.thread(), id -> new ArrayList<>()).add(row.position());
    }
    positions.forEach((thread, all) -> {
      all.sort(Comparator.naturalOrder());
      for (int i = 0; i < all.size(); i++) {
        if (all.get(i) != i + 1) {
          report.add(
              "position " + all.get(i) + " where " + (i + 1) + " is due", "thread " + thread);
          return;
        }
      }
    });
  }

  private record Key(@Nullable String user, String clientId) {}

  private static Map<String, Sending> sendings(Observations run) {
    Map<Key, String> stored = new HashMap<>();
    for (MessageRow row : run.database().messages()) {
      if (row.clientId() != null) {
        stored.put(new Key(row.author(), row.clientId()), row.id());
      }
    }
    Map<String, Sending> sendings = new HashMap<>();
    for (Request send : run.sends()) {
      Event answer = send.answer("message_sent");
      String message = answer == null ? null : Frames.text(answer.frame(), "message_id");
      if (message == null && send.clientId() != null) {
        message = stored.get(new Key(send.user(), send.clientId()));
      }
      if (message != null) {
        Sending sending = sendings.computeIfAbsent(message, id -> new Sending());
        sending.begun = Math.min(sending.begun, send.event().order());
        sending.times++;
        sending.last = send;
        if (answer != null) {
          sending.acknowledged = Math.min(sending.acknowledged, answer.order());
        }
      }
    }
    return sendings;
  }

  /** From the end of the thread: nothing that stands later was acknowledged before this began. */
  private static void inTime(
      List<MessageRow> thread, Map<String, Sending> sendings, Report report) {
    long earliest = Long.MAX_VALUE;
    String which = "";
    for (MessageRow row : thread.reversed()) {
      Sending sending = sendings.get(row.id());
      if (sending == null) {
        continue;
      }
      if (earliest < sending.begun) {
        report.add(
            "a message stands after one that was sent when it had been acknowledged",
            "message " + which,
            "message " + row.id(),
            "#" + earliest,
            "#" + sending.begun);
      }
      if (sending.acknowledged < earliest) {
        earliest = sending.acknowledged;
        which = row.id();
      }
    }
  }

  private static void inOrder(
      List<MessageRow> thread, Map<String, Sending> sendings, Report report) {
    Map<Integer, Request> latest = new HashMap<>();
    for (MessageRow row : thread) {
      Sending sending = sendings.get(row.id());
      Request send = sending == null || sending.times != 1 ? null : sending.last;
      if (send == null) {
        continue;
      }
      Request before = latest.put(send.connection().number(), send);
      if (before != null
          && before.event().order() > send.event().order()
          && !isAcknowledgedBefore(send, before)) {
        report.add(
            "messages of one connection were stored in another order",
            "message " + row.id(),
            before.event(),
            send.event());
      }
    }
  }

  /** Then it was told already. */
  private static boolean isAcknowledgedBefore(Request send, Request next) {
    Event answer = send.answer("message_sent");
    return answer != null && answer.order() < next.event().order();
  }
}
