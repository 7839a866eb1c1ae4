package life.avai.testkit.websocket;

/**
 * How a WebSocket connection ended.
 *
 * @param code the code of the close frame; 1005 if the frame had none, 1006 if there was no close
 *     frame because the TCP connection ended first (RFC 6455, 7.4.1)
 * @param reason the reason in the close frame; empty if there was none
 */
public record CloseStatus(int code, String reason) {
  /** The TCP connection ended without a close frame. */
  public static final CloseStatus ABNORMAL = new CloseStatus(1006, "");

  /**
   * What a close frame says.
   *
   * @param close the frame
   * @return its code and reason
   */
  public static CloseStatus of(Frame close) {
    byte[] payload = close.payload();
    if (payload.length < 2) {
      return new CloseStatus(1005, "");
    }
    int code = (payload[0] & 0xff) << 8 | (payload[1] & 0xff);
    return new CloseStatus(code, Frame.decodeUtf8(payload, 2));
  }
}
