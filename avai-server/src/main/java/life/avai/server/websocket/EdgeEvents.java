package life.avai.server.websocket;

import java.time.Duration;
import java.util.UUID;
import life.avai.domain.thread.ThreadId;
import life.avai.domain.turn.RequestId;
import life.avai.server.wire.ErrorCode;

/**
 * Hears what happens on the sockets of clients: for metrics. Called on event loops and by the
 * threads that handle frames; must not block.
 */
public interface EdgeEvents {
  /** Hears nothing. */
  EdgeEvents NONE = new EdgeEvents() {};

  /**
   * What was asked is durable, and whoever asked was told so.
   *
   * @param turn the turn that answers it
   * @param connection the one that it came by
   * @param after how long after the frame had come
   */
  record Acknowledged(RequestId turn, ThreadId thread, UUID connection, Duration after) {}

  /** A message is kept, now or since it was first sent. */
  default void messageKept(Acknowledged message) {}

  /** A message will be answered anew. */
  default void regenerating(Acknowledged request) {}

  /** A request got an error. */
  default void refused(ErrorCode code) {}

  /** We have closed a connection. */
  default void closed(CloseCode why) {}

  /** There were too many connections for one more, in all or from one address. */
  default void turnedAway() {}

  /** Both hear the same; this one first. */
  default EdgeEvents and(EdgeEvents other) {
    EdgeEvents first = this;
    return new EdgeEvents() {
      @Override
      public void messageKept(Acknowledged message) {
        first.messageKept(message);
        other.messageKept(message);
      }

      @Override
      public void regenerating(Acknowledged request) {
        first.regenerating(request);
        other.regenerating(request);
      }

      @Override
      public void refused(ErrorCode code) {
        first.refused(code);
        other.refused(code);
      }

      @Override
      public void closed(CloseCode why) {
        first.closed(why);
        other.closed(why);
      }

      @Override
      public void turnedAway() {
        first.turnedAway();
        other.turnedAway();
      }
    };
  }
}
