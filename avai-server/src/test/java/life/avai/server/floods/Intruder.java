package life.avai.server.floods;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.io.InputStream;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.concurrent.ThreadLocalRandom;
import life.avai.testkit.websocket.Frame;

/** A connection from an address of the loopback of its own, which does as little as it must. */
final class Intruder implements AutoCloseable {
  private static final int PATIENCE_MILLIS = 30_000;
  private static final String UPGRADE =
      "GET /ws HTTP/1.1\r\n%s\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
          + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n";

  private final Socket socket = new Socket();

  /**
   * Connects.
   *
   * @param host the last part of 127.0.0.x
   */
  Intruder(int port, int host) throws IOException {
    try {
      socket.bind(new InetSocketAddress(InetAddress.getByName("127.0.0." + host), 0));
    } catch (BindException e) {
      // Not every system gives the whole of 127/8 away: then they all come from one address.
    }
    socket.setSoTimeout(PATIENCE_MILLIS);
    socket.connect(new InetSocketAddress("127.0.0.1", port), PATIENCE_MILLIS);
  }

  void write(String text) throws IOException {
    socket.getOutputStream().write(text.getBytes(ISO_8859_1));
  }

  /** Asks for a WebSocket; gives the HTTP status, 0 when there is no answer. */
  int upgrade() throws IOException {
    return upgrade("Host: localhost");
  }

  /**
   * Asks for a WebSocket.
   *
   * @param headers lines that say where it is, and whose page asks
   */
  int upgrade(String headers) throws IOException {
    write(UPGRADE.formatted(headers));
    StringBuilder head = new StringBuilder();
    InputStream in = socket.getInputStream();
    int next;
    while (!head.toString().endsWith("\r\n\r\n") && (next = in.read()) >= 0) {
      head.append((char) next);
    }
    return head.length() < 12 ? 0 : Integer.parseInt(head.substring(9, 12));
  }

  void send(Frame frame) throws IOException {
    socket.getOutputStream().write(frame.toMaskedBytes(ThreadLocalRandom.current().nextInt()));
  }

  void sendUnmasked(Frame frame) throws IOException {
    socket.getOutputStream().write(frame.toBytes());
  }

  /** Reads whatever comes until the server ends the connection. */
  void awaitEnd() throws IOException {
    var unused = socket.getInputStream().skip(Long.MAX_VALUE);
    while (socket.getInputStream().read() >= 0) {
      unused = socket.getInputStream().skip(Long.MAX_VALUE);
    }
  }

  void reset() throws IOException {
    socket.setSoLinger(true, 0);
    socket.close();
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
