package life.avai.testkit.websocket;

import java.io.IOException;
import java.io.Serial;
import java.util.Collections;
import java.util.Map;

/** Thrown when a server answers the upgrade request with anything but 101. */
public final class UpgradeRefusedException extends IOException {
  @Serial private static final long serialVersionUID = 1;

  private final int status;
  private final transient Map<String, String> headers;
  private final String body;

  UpgradeRefusedException(int status, Map<String, String> headers, String body) {
    super("upgrade refused: " + status + " " + body);
    this.status = status;
    this.headers = Collections.unmodifiableMap(headers);
    this.body = body;
  }

  /**
   * The HTTP status.
   *
   * @return the status, such as 403
   */
  public int status() {
    return status;
  }

  /**
   * The header fields of the answer, {@code Retry-After} for one.
   *
   * @return an unmodifiable map; names in any case
   */
  public Map<String, String> headers() {
    return headers;
  }

  /**
   * The body of the answer.
   *
   * @return the text; empty if its length was not told
   */
  public String body() {
    return body;
  }
}
