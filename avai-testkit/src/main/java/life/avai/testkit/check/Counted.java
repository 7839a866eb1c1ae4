package life.avai.testkit.check;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.PriorityQueue;
import life.avai.testkit.check.Connection.Seen;
import life.avai.testkit.check.Database.MessageRow;
import life.avai.testkit.check.Database.ThreadRow;
import life.avai.testkit.json.JsonObject;
import org.jspecify.annotations.Nullable;

/**
 * P10: {@code message_count} is the number of a thread's messages and {@code last_message_at} the
 * time of its newest, in every snapshot; the accepted sends of a user, over all connections, fit
 * into a bucket of the tier's limit and burst.
 *
 * <p>A send was accepted at some moment between its beginning and its acknowledgement; it is a
 * violation only when there are no such moments for all of them. Tiers without a limit are not
 * looked at.
 */
record Counted(Map<String, RateLimit> limits) implements Check {
  @Override
  public void check(Observations run, Report report) {
    run.moments().forEach(moment -> counters(moment, report));
    if (!limits.isEmpty()) {
      rates(run, report);
    }
  }

  private static final class Tally {
    long count;
    @Nullable Instant latest;
  }

  private static void counters(Database moment, Report report) {
    Map<String, Tally> tallies = new HashMap<>();
    for (MessageRow row : moment.messages()) {
      Tally tally = tallies.computeIfAbsent(row.thread(), id -> new Tally());
      tally.count++;
      Instant at = row.createdAt();
      tally.latest = tally.latest == null || at.isAfter(tally.latest) ? at : tally.latest;
    }
    for (ThreadRow thread : moment.threads()) {
      Tally tally = tallies.getOrDefault(thread.id(), new Tally());
      if (tally.count != thread.count()) {
        report.add(
            "message_count is " + thread.count() + " of " + tally.count + " messages",
            "thread " + thread.id());
      }
      if (!Objects.equals(tally.latest, thread.lastMessageAt())) {
        report.add("last_message_at is not the newest message's time", "thread " + thread.id());
      }
    }
  }

  private record Accepted(Instant begun, Instant told, Event event) {}

  private void rates(Observations run, Report report) {
    Map<String, String> tiers = new HashMap<>();
    for (Connection connection : run.connections()) {
      for (Seen seen : connection.frames()) {
        JsonObject user = Frames.object(seen.event().frame(), "user");
        String tier = user == null ? null : Frames.text(user, "tier");
        if (tier != null && seen.user() != null) {
          tiers.put(seen.user(), tier);
        }
      }
    }
    Map<String, List<Accepted>> accepted = new HashMap<>();
    for (Request send : run.sends()) {
      Event answer = send.answer("message_sent");
      if (answer != null && send.user() != null) {
        accepted
            .computeIfAbsent(send.user(), user -> new ArrayList<>())
            .add(new Accepted(send.event().at(), answer.at(), answer));
      }
    }
    accepted.forEach((user, all) -> {
      RateLimit limit = limits.get(tiers.getOrDefault(user, ""));
      Event late = limit == null ? null : firstTooMany(all, limit);
      if (late != null) {
        report.add("more messages were accepted than the limit allows", "user " + user, late);
      }
    });
  }

  /**
   * Gives each send the earliest token that it can have, the one that was told first the first one.
   */
  private static @Nullable Event firstTooMany(List<Accepted> all, RateLimit limit) {
    List<Accepted> sends = new ArrayList<>(all);
    sends.sort(Comparator.comparing(Accepted::begun));
    PriorityQueue<Accepted> open = new PriorityQueue<>(Comparator.comparing(Accepted::told));
    double perNano = limit.perMinute() / 60e9;
    double tokens = limit.burst();
    Instant start = sends.getFirst().begun();
    double now = 0;
    int next = 0;
    while (next < sends.size() || !open.isEmpty()) {
      double begins =
          next < sends.size() ? nanos(start, sends.get(next).begun()) : Double.MAX_VALUE;
      double refilled = open.isEmpty() ? Double.MAX_VALUE : now + Math.max(0, 1 - tokens) / perNano;
      double then = Math.max(now, Math.min(begins, refilled));
      tokens = Math.min(limit.burst(), tokens + (then - now) * perNano);
      now = then;
      if (begins <= refilled) {
        open.add(sends.get(next++));
        continue;
      }
      Accepted send = Objects.requireNonNull(open.poll());
      // A millisecond for what is lost in rounding.
      if (now > nanos(start, send.told()) + 1e6) {
        return send.event();
      }
      tokens--;
    }
    return null;
  }

  private static double nanos(Instant from, Instant to) {
    return (to.getEpochSecond() - from.getEpochSecond()) * 1e9 + (to.getNano() - from.getNano());
  }
}
