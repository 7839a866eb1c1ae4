package life.avai.testkit.websocket;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import javax.net.ssl.SSLContext;
import life.avai.testkit.internal.ListeningPort;
import org.jspecify.annotations.Nullable;

/**
 * A WebSocket server for tests: each connection on a virtual thread, no extensions.
 *
 * <p>Safe for use by many threads at once.
 */
public final class WebSocketServer implements AutoCloseable {
  private static final Duration HANDSHAKE = Duration.ofSeconds(10);

  /** A record of type alert: fatal, handshake_failure (RFC 8446, 6). */
  private static final byte[] TLS_ALERT = {21, 3, 3, 0, 2, 2, 40};

  private final ListeningPort port;
  private final InetAddress host;
  private final @Nullable SSLContext tls;
  private final WebSocketHandler handler;
  private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
  private volatile Reception reception = Reception.UPGRADE;

  private WebSocketServer(
      InetAddress host, int port, @Nullable SSLContext tls, WebSocketHandler handler) {
    this.host = host;
    this.port = ListeningPort.open(host, port);
    this.tls = tls;
    this.handler = handler;
  }

  /**
   * Starts a server on a free port of the loopback.
   *
   * @param handler what to do with connections
   * @return the server, accepting
   */
  public static WebSocketServer start(WebSocketHandler handler) {
    return start(InetAddress.getLoopbackAddress(), 0, null, handler);
  }

  /**
   * Starts a server.
   *
   * @param host the address to listen at
   * @param port the port; 0 for a free one
   * @param tls the certificate to serve {@code wss} with; null for {@code ws}
   * @param handler what to do with connections
   * @return the server, accepting
   * @throws UncheckedIOException if the port is taken
   */
  public static WebSocketServer start(
      InetAddress host, int port, @Nullable SSLContext tls, WebSocketHandler handler) {
    var server = new WebSocketServer(host, port, tls, handler);
    server.accept();
    return server;
  }

  /**
   * The server's port, which stays the same while it refuses connections.
   *
   * @return the number
   */
  public int port() {
    return port.number();
  }

  /**
   * The server's address.
   *
   * @param path path and query, from the slash
   * @return a {@code ws} or {@code wss} address
   */
  public URI uri(String path) {
    String scheme = tls == null ? "ws://" : "wss://";
    return URI.create(scheme + host.getHostAddress() + ":" + port() + path);
  }

  /** Refuses TCP connections from now on; open ones go on. */
  public void refuse() {
    port.refuse();
  }

  /** Accepts connections, again or still. */
  public void accept() {
    ServerSocket listener = port.listen();
    Thread.ofVirtual().name("websocket-accept").start(() -> acceptFrom(listener));
  }

  /**
   * Does so with the TCP connections to come; {@link Reception#UPGRADE} at first.
   *
   * @param how what to do
   */
  public void receive(Reception how) {
    this.reception = how;
  }

  /** Cuts every connection without a close frame. */
  public void dropConnections() {
    sockets.forEach(WebSocketServer::cut);
  }

  /** Refuses connections, cuts those that are open, and gives the port back. */
  @Override
  public void close() {
    port.close();
    dropConnections();
  }

  private void acceptFrom(ServerSocket listener) {
    try {
      while (true) {
        Socket socket = listener.accept();
        sockets.add(socket);
        if (listener.isClosed()) { // closed while this one came in: nobody else would cut it
          sockets.remove(socket);
          cut(socket);
          return;
        }
        Thread.ofVirtual().name("websocket-", socket.getPort()).start(() -> serve(socket));
      }
    } catch (IOException e) {
      // The listener was closed.
    }
  }

  private void serve(Socket plain) {
    try {
      plain.setTcpNoDelay(true);
      switch (reception) {
        case UPGRADE -> upgrade(plain);
        case HANG -> drain(plain.getInputStream());
        case TLS_ALERT -> alert(plain);
      }
    } catch (IOException e) {
      // The peer is gone, or never was a WebSocket client.
    } finally {
      sockets.remove(plain);
      cut(plain);
    }
  }

  /** Reads to the end: closing with something unread would reset the connection. */
  private static void drain(InputStream in) throws IOException {
    in.transferTo(OutputStream.nullOutputStream());
  }

  private static void alert(Socket plain) throws IOException {
    if (plain.getInputStream().read() >= 0) {
      plain.getOutputStream().write(TLS_ALERT);
      plain.shutdownOutput();
      plain.setSoTimeout((int) HANDSHAKE.toMillis());
      drain(plain.getInputStream());
    }
  }

  private void upgrade(Socket plain) throws IOException {
    Socket socket = plain;
    if (tls != null) {
      socket = tls.getSocketFactory().createSocket(plain, null, false); // false: as a server
    }
    var reader = new FrameReader(socket);
    HttpHead head = HttpHead.parse(reader.head(System.nanoTime() + HANDSHAKE.toNanos()));
    var request =
        new UpgradeRequest(head.startLine().get(0), head.startLine().get(1), head.headers());
    int status = request.headers().containsKey("Sec-WebSocket-Key") ? handler.admit(request) : 400;
    socket.getOutputStream().write(answer(status, request));
    if (status == 101) {
      handler.handle(new RawWebSocket(socket, reader, false, request));
    }
  }

  private static byte[] answer(int status, UpgradeRequest request) {
    if (status != 101) {
      return HttpHead.write(
          "HTTP/1.1 " + status + " Refused",
          List.of(Map.entry("Content-Length", "0"), Map.entry("Connection", "close")));
    }
    return HttpHead.write(
        "HTTP/1.1 101 Switching Protocols",
        List.of(
            Map.entry("Upgrade", "websocket"),
            Map.entry("Connection", "Upgrade"),
            Map.entry(
                "Sec-WebSocket-Accept", HttpHead.accept(request.header("Sec-WebSocket-Key")))));
  }

  private static void cut(Socket socket) {
    try {
      socket.close();
    } catch (IOException e) {
      // It is of no more use either way.
    }
  }
}
