package life.avai.server.websocket;

import java.time.Duration;
import life.avai.server.wire.ErrorCode;

/**
 * Hears what happens on the sockets of clients: for metrics. Called on event loops and by the
 * threads that handle frames; must not block.
 */
public interface EdgeEvents {
  /** Hears nothing. */
  EdgeEvents NONE = new EdgeEvents() {};

  /** A message is durable and its sender was told so, this long after the frame had come. */
  default void acknowledged(Duration after) {}

  /** A request got an error. */
  default void refused(ErrorCode code) {}

  /** We have closed a connection. */
  default void closed(CloseCode why) {}

  /** There were too many connections for one more, in all or from one address. */
  default void turnedAway() {}
}
