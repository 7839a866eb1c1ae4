package life.avai.testkit.websocket;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.net.ProtocolException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The first line and the header fields of an HTTP message. */
record HttpHead(List<String> startLine, Map<String, String> headers) {
  private static final String GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"; // RFC 6455, 1.3

  static HttpHead parse(String text) throws ProtocolException {
    List<String> lines = text.lines().toList();
    List<String> start = List.of(lines.getFirst().split(" ", 3));
    if (start.size() < 2) {
      throw new ProtocolException("no HTTP: " + lines.getFirst());
    }
    var headers = new TreeMap<String, String>(String.CASE_INSENSITIVE_ORDER);
    for (String line : lines.subList(1, lines.size())) {
      int colon = line.indexOf(':');
      if (colon > 0) {
        headers.merge(
            line.substring(0, colon), line.substring(colon + 1).strip(), (a, b) -> a + ", " + b);
      }
    }
    return new HttpHead(start, headers);
  }

  static byte[] write(String startLine, List<Map.Entry<String, String>> headers) {
    var text = new StringBuilder(startLine).append("\r\n");
    headers.forEach(h -> text.append(h.getKey()).append(": ").append(h.getValue()).append("\r\n"));
    return text.append("\r\n").toString().getBytes(ISO_8859_1);
  }

  /** The value of {@code Sec-WebSocket-Accept} that proves that a key was read. */
  static String accept(String key) {
    try {
      byte[] hash = MessageDigest.getInstance("SHA-1").digest((key + GUID).getBytes(ISO_8859_1));
      return Base64.getEncoder().encodeToString(hash);
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError(e);
    }
  }
}
