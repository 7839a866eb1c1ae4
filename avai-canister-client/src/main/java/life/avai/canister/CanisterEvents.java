package life.avai.canister;

import java.net.URI;
import java.time.Duration;

/** Hears what happens with canisters: for metrics. Called on event loops; must not block. */
public interface CanisterEvents {
  /** Nobody listens. */
  CanisterEvents NONE = new CanisterEvents() {};

  /** A connection was opened. */
  default void connected(URI url) {}

  /** A connection was lost, or could not be opened. */
  default void disconnected(URI url, String reason) {}

  /** A question was put. */
  default void asked(URI url) {}

  /** A reply has begun to come. */
  default void firstDelta(URI url, Duration after) {}

  /** A question has come to its end. */
  default void finished(URI url, String outcome, Duration after) {}

  /** A frame was of no use. */
  default void dropped(URI url, String reason) {}

  /** Characters that cannot be kept were replaced. */
  default void replaced(URI url, int characters) {}
}
