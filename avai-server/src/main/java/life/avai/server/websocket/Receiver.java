package life.avai.server.websocket;

import io.netty.buffer.ByteBuf;

/** What becomes of that which a peer sends. Called on the connection's event loop only. */
interface Receiver {
  /** The handshake is answered: from now on frames can be sent. */
  void opened();

  /** A frame of any kind has come. */
  void sawLife();

  /** A whole text message has come; it is valid UTF-8. */
  void text(String message);

  /** Whether binary messages are taken; where they are not, the first frame of one is the last. */
  default boolean takesBinary() {
    return false;
  }

  /**
   * A whole binary message has come.
   *
   * @param message not to be kept beyond the call
   */
  default void binary(ByteBuf message) {}

  /** The peer takes frames again, or no longer does. */
  void writabilityChanged();

  /** The connection is gone. */
  void closed();
}
