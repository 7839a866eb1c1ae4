package life.avai.testkit.websocket;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ProtocolException;
import java.net.Socket;
import java.net.URI;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ThreadLocalRandom;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/**
 * Opens WebSocket connections, each header of the handshake under the test's control.
 *
 * <p>Methods change the dialer and return it; one dialer may open many connections, from one thread
 * at a time.
 */
public final class WebSocketDialer {
  private final URI uri;
  private final List<Map.Entry<String, String>> headers = new ArrayList<>();
  private String method = "GET";
  private int receiveBuffer;
  private Duration timeout = Duration.ofSeconds(10);
  private @Nullable SSLContext tls;
  private @Nullable String rawRequest;

  private WebSocketDialer(URI uri) {
    this.uri = uri;
    header("Host", uri.getRawAuthority());
    header("Upgrade", "websocket");
    header("Connection", "Upgrade");
    header("Sec-WebSocket-Version", "13");
    byte[] key = new byte[16];
    ThreadLocalRandom.current().nextBytes(key);
    header("Sec-WebSocket-Key", Base64.getEncoder().encodeToString(key));
  }

  /**
   * A dialer with the headers that RFC 6455 asks for.
   *
   * @param uri where to connect: {@code ws} or {@code wss}
   * @return the dialer
   */
  public static WebSocketDialer to(URI uri) {
    return new WebSocketDialer(uri);
  }

  /**
   * Sets a header field in place of any of that name: {@code Origin}, {@code X-Forwarded-For}.
   *
   * @param name its name
   * @param value its value
   * @return this dialer
   */
  public WebSocketDialer header(String name, String value) {
    return without(name).addHeader(name, value);
  }

  /**
   * Adds a header field beside any of that name.
   *
   * @param name its name
   * @param value its value
   * @return this dialer
   */
  public WebSocketDialer addHeader(String name, String value) {
    headers.add(Map.entry(name, value));
    return this;
  }

  /**
   * Leaves a header field out, one that RFC 6455 asks for included.
   *
   * @param name its name
   * @return this dialer
   */
  public WebSocketDialer without(String name) {
    headers.removeIf(header -> header.getKey().equalsIgnoreCase(name));
    return this;
  }

  /**
   * Asks with another method than {@code GET}.
   *
   * @param name the HTTP method
   * @return this dialer
   */
  public WebSocketDialer method(String name) {
    this.method = name;
    return this;
  }

  /**
   * Sends this text instead of the whole HTTP head.
   *
   * @param text the bytes to send, as ISO 8859-1
   * @return this dialer
   */
  public WebSocketDialer rawRequest(String text) {
    this.rawRequest = text;
    return this;
  }

  /**
   * Asks for a small receive buffer, so that a client that does not read is felt soon.
   *
   * @param bytes the size of SO_RCVBUF; the system may give somewhat more
   * @return this dialer
   */
  public WebSocketDialer receiveBuffer(int bytes) {
    this.receiveBuffer = bytes;
    return this;
  }

  /**
   * The longest wait for the connection, and then for the answer to the handshake; 10 s at first.
   *
   * @param longest a positive time
   * @return this dialer
   */
  public WebSocketDialer timeout(Duration longest) {
    this.timeout = longest;
    return this;
  }

  /**
   * Trusts and identifies as this context says when the address is {@code wss}. The name in the
   * server's certificate is not checked.
   *
   * @param context the context; without one the JDK's default is used
   * @return this dialer
   */
  public WebSocketDialer tls(SSLContext context) {
    this.tls = context;
    return this;
  }

  /**
   * Opens a connection.
   *
   * @return the client's end
   * @throws UpgradeRefusedException if the server answers with another status than 101
   * @throws IOException if there is no connection, or no answer in time
   */
  public RawWebSocket connect() throws IOException {
    Socket socket = open();
    try {
      long deadline = System.nanoTime() + timeout.toNanos();
      socket.getOutputStream().write(request());
      var reader = new FrameReader(socket);
      HttpHead head = HttpHead.parse(reader.head(deadline));
      int status = Integer.parseInt(head.startLine().get(1));
      if (status != 101) {
        int length = Integer.parseInt(head.headers().getOrDefault("Content-Length", "0"));
        String body = new String(reader.bytes(length, deadline), UTF_8);
        throw new UpgradeRefusedException(status, head.headers(), body);
      }
      var request = handshake();
      String accept = HttpHead.accept(request.header("Sec-WebSocket-Key"));
      if (rawRequest == null && !accept.equals(head.headers().get("Sec-WebSocket-Accept"))) {
        throw new ProtocolException("wrong Sec-WebSocket-Accept");
      }
      return new RawWebSocket(socket, reader, true, request);
    } catch (NumberFormatException e) {
      socket.close();
      throw new IOException("no proper HTTP answer", e);
    } catch (IOException | RuntimeException e) {
      socket.close();
      throw e;
    }
  }

  /**
   * Asks for a connection only to see the answer.
   *
   * @return the HTTP status; 101 if the server agreed, and then the connection is closed again
   * @throws IOException if there is no connection, or no answer in time
   */
  public int status() throws IOException {
    try (var socket = connect()) {
      return socket.isOpen() ? 101 : 0;
    } catch (UpgradeRefusedException e) {
      return e.status();
    }
  }

  private Socket open() throws IOException {
    boolean secure = "wss".equals(uri.getScheme());
    int port = uri.getPort() >= 0 ? uri.getPort() : secure ? 443 : 80;
    var socket = new Socket();
    try {
      socket.setTcpNoDelay(true);
      if (receiveBuffer > 0) {
        socket.setReceiveBufferSize(receiveBuffer); // before connecting, or the window is too large
      }
      socket.connect(new InetSocketAddress(uri.getHost(), port), (int) timeout.toMillis());
      if (!secure) {
        return socket;
      }
      var context = tls == null ? SSLContext.getDefault() : tls;
      return context.getSocketFactory().createSocket(socket, uri.getHost(), port, true);
    } catch (NoSuchAlgorithmException e) {
      socket.close();
      throw new IOException(e);
    } catch (IOException e) {
      socket.close();
      throw e;
    }
  }

  private byte[] request() {
    return rawRequest == null
        ? HttpHead.write(method + " " + target() + " HTTP/1.1", headers)
        : rawRequest.getBytes(ISO_8859_1);
  }

  private UpgradeRequest handshake() {
    var map = new TreeMap<String, String>(String.CASE_INSENSITIVE_ORDER);
    headers.forEach(h -> map.merge(h.getKey(), h.getValue(), (a, b) -> a + ", " + b));
    return new UpgradeRequest(method, target(), map);
  }

  private String target() {
    String path = uri.getRawPath().isEmpty() ? "/" : uri.getRawPath();
    return uri.getRawQuery() == null ? path : path + "?" + uri.getRawQuery();
  }
}
