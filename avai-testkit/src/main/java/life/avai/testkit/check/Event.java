package life.avai.testkit.check;

import java.time.Instant;
import life.avai.testkit.json.JsonObject;

/**
 * One thing that was seen.
 *
 * @param order its place among all events, from 0: what was seen earlier has a lower one
 * @param at when, by this machine's clock
 * @param thread the name of the thread that saw it
 * @param kind what it was
 * @param peer the number of the socket (of a client, or of the canister), from 1
 * @param frame the frame; for the kinds without one, what is told about it
 */
public record Event(long order, Instant at, String thread, Kind kind, int peer, JsonObject frame) {
  /** What can be seen. */
  public enum Kind {
    /** A client's connection was opened. */
    OPENED,
    /** A client began to send a frame, which may not have arrived. */
    SENT,
    /** What a client sends is not seen any more. */
    UNSEEN,
    /** A client read a frame. */
    RECEIVED,
    /** A client's connection ended. */
    ENDED,
    /** The canister got a {@code process} or {@code cancel}. */
    ASKED,
    /** The canister began to send a frame about a request; it has the request's attempt. */
    ANSWERED,
    /** The last fault was over. */
    RECOVERED,
    /** A gauge was read: {@code name}, {@code baseline}, {@code value}, {@code allowance}. */
    GAUGE,
    /** Something was logged: {@code text}. */
    LOGGED,
    /** A text that only one user should see: {@code user}, {@code text}. */
    SECRET,
    /** A fault was met: {@code fault}. */
    FAULT
  }

  @Override
  public String toString() {
    String text = frame.toString();
    return "#%d %s %s %d [%s] %s"
        .formatted(
            order,
            at,
            kind,
            peer,
            thread,
            text.length() <= 300 ? text : text.substring(0, 300) + "...");
  }
}
