package life.avai.testkit.websocket;

import java.io.IOException;

/** What a {@link WebSocketServer} does with its connections. */
@FunctionalInterface
public interface WebSocketHandler {
  /**
   * Holds one connection from its beginning to its end, on a virtual thread of its own. The
   * connection is cut when this returns or throws.
   *
   * @param socket the server's end
   * @throws IOException if the connection is lost, which is no mistake
   */
  void handle(RawWebSocket socket) throws IOException;

  /**
   * Decides about an upgrade request.
   *
   * @param request what the client asked for
   * @return the HTTP status to answer with: 101 to accept it
   */
  default int admit(UpgradeRequest request) {
    return 101;
  }
}
