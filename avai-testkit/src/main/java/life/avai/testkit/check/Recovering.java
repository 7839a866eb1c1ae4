package life.avai.testkit.check;

import java.time.Duration;
import java.util.List;
import life.avai.testkit.check.Request.Fate;
import life.avai.testkit.json.JsonObject;

/**
 * P12: soon after {@link Recorder#recovered} new sends are acknowledged, and none fails any more
 * for want of a store or a server; what was measured at the end with {@link Recorder#gauge} is back
 * at its baseline.
 *
 * <p>What to measure is the caller's choice: turns, sockets, buffers and pools from {@code
 * /metrics}, file descriptors and memory from the operating system.
 *
 * @param soon how long after the last fault
 */
record Recovering(Duration soon) implements Check {
  @Override
  public void check(Observations run, Report report) {
    List<Event> recovered = run.others(Event.Kind.RECOVERED);
    if (!recovered.isEmpty()) {
      sends(run, recovered.getLast(), report);
    }
    for (Event gauge : run.others(Event.Kind.GAUGE)) {
      JsonObject frame = gauge.frame();
      long most = frame.integer("baseline") + frame.integer("allowance");
      if (frame.integer("value") > most) {
        report.add(
            frame.string("name") + " is " + frame.integer("value") + ", at most " + most, gauge);
      }
    }
  }

  private void sends(Observations run, Event recovered, Report report) {
    boolean tried = false;
    boolean acknowledged = false;
    for (Request send : run.sends()) {
      if (send.event().order() < recovered.order()) {
        continue;
      }
      tried = true;
      Event answer = send.answer("message_sent");
      acknowledged |= answer != null && !answer.at().isAfter(recovered.at().plus(soon));
      Event error = send.answer("error");
      if (send.fate() == Fate.UNKNOWN
          && error != null
          && send.event().at().isAfter(recovered.at().plus(soon))) {
        report.add("a send failed long after the last fault", send.event(), error);
      }
    }
    if (tried && !acknowledged) {
      report.add("no send was acknowledged within " + soon + " of the last fault", recovered);
    }
  }
}
