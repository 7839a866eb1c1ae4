package life.avai.testkit.websocket;

import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;

/**
 * The HTTP request that opens a WebSocket connection.
 *
 * @param method the HTTP method, {@code GET} when all is well
 * @param target path and query, as sent
 * @param headers the header fields; names in any case, repeated ones joined with a comma
 */
public record UpgradeRequest(String method, String target, Map<String, String> headers) {
  /** Copies the headers. */
  public UpgradeRequest {
    var copy = new TreeMap<String, String>(String.CASE_INSENSITIVE_ORDER);
    copy.putAll(headers);
    headers = Collections.unmodifiableMap(copy);
  }

  /**
   * One header field.
   *
   * @param name its name, in any case
   * @return its value; empty if it is not there
   */
  public String header(String name) {
    return headers.getOrDefault(name, "");
  }
}
