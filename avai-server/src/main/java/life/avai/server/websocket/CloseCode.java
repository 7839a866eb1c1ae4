package life.avai.server.websocket;

/** Why a socket is closed; docs/protocol.md lists them. */
public enum CloseCode {
  NORMAL(1000, "goodbye"),
  PROTOCOL_ERROR(1002, "protocol error"),
  BINARY_FRAME(1003, "text frames only"),
  NOT_UTF8(1007, "not UTF-8"),
  POLICY(1008, "policy violation"),
  TOO_LARGE(1009, "message too large"),
  INTERNAL(1011, "internal error"),
  RESTART(1012, "server restart, reconnect"),
  OVERLOAD(1013, "overloaded, reconnect later"),
  SLOW_READER(4008, "too slow a reader, reconnect and subscribe again"),
  AUTHENTICATION_ENDED(4401, "authentication ended"),
  NOT_AUTHENTICATED(4408, "not authenticated in time"),
  TOO_MANY_SOCKETS(4429, "too many sockets of one user");

  /** Beyond this there are no codes, neither of the standard nor of anybody's own. */
  static final int LAST = 4_999;

  private final int code;
  private final String reason;

  CloseCode(int code, String reason) {
    this.code = code;
    this.reason = reason;
  }

  public int code() {
    return code;
  }

  public String reason() {
    return reason;
  }

  /** The code that the protocol of WebSockets has for a violation. */
  static CloseCode ofViolation(int status) {
    return switch (status) {
      case 1003 -> BINARY_FRAME;
      case 1007 -> NOT_UTF8;
      case 1008 -> POLICY;
      case 1009 -> TOO_LARGE;
      default -> PROTOCOL_ERROR;
    };
  }
}
