package life.avai.canister;

import java.net.URI;
import java.time.Duration;

/**
 * Hears what happens with canisters: for metrics. Called on any thread, event loops among them;
 * must not block. Reasons and outcomes come from a small set of words.
 */
public interface CanisterEvents {
  /** Nobody listens. */
  CanisterEvents NONE = new CanisterEvents() {};

  /** A connection was opened. */
  default void connected(URI url) {}

  /** A connection was lost or ended, or could not be opened. */
  default void disconnected(URI url, String reason) {}

  /** A question was put. */
  default void asked(URI url) {}

  /** A reply has begun to come. */
  default void firstDelta(URI url, Duration after) {}

  /**
   * A question has come to its end.
   *
   * @param outcome {@code completed}, {@code cancelled}, {@code hedged} (another canister was
   *     quicker), {@code lost} (with the connection), {@code gap}, {@code retryable}, or a failure
   *     code in lower case
   */
  default void finished(URI url, String outcome, Duration after) {}

  /** A frame was of no use. */
  default void dropped(URI url, String reason) {}

  /** Characters that cannot be kept were replaced. */
  default void replaced(URI url, int characters) {}

  /** Reading from a canister pauses, because it sends too fast. */
  default void slowed(URI url) {}

  /** A circuit has opened, half opened or closed. */
  default void circuit(URI url, CanisterState.Circuit state) {}
}
