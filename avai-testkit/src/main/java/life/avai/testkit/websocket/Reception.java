package life.avai.testkit.websocket;

/** What a {@link WebSocketServer} does with a TCP connection that it has just accepted. */
public enum Reception {
  /** Goes on with TLS, if the server has a certificate, and the upgrade request. */
  UPGRADE,

  /** Never says anything, and keeps the connection open. */
  HANG,

  /**
   * Answers the first bytes with a TLS alert, {@code handshake_failure}, and ends the connection.
   */
  TLS_ALERT
}
