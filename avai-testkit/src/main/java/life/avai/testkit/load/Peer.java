package life.avai.testkit.load;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.util.Arrays;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/** A client's WebSocket on a {@link Loop}. Loop's thread only. */
final class Peer {
  private static final int TEXT = 1;
  private static final int CLOSE = 8;
  private static final int PING = 9;
  private static final int PONG = 10;

  /** Connections from one address of the loopback: well below the ports that it has. */
  private static final int PER_ADDRESS = 10_000;

  private static int opened;

  /** Hears what a peer reads. */
  interface Listener {
    /** The handshake is done. */
    void opened(Peer peer);

    /** A text message, which is in the array only until this returns. */
    void text(Peer peer, byte[] array, int from, int to);

    /** The connection is gone; told once. */
    void ended(Peer peer);
  }

  private final Loop loop;
  private final URI url;
  private final Listener listener;
  private final SocketChannel channel;
  private final SelectionKey key;
  private boolean upgraded;
  private boolean over;
  private byte @Nullable [] rest;
  private @Nullable ByteBuffer unsent;

  private Peer(Loop loop, URI url, Listener listener) throws IOException {
    this.loop = loop;
    this.url = url;
    this.listener = listener;
    channel = SocketChannel.open();
    channel.configureBlocking(false);
    channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
    InetSocketAddress to = new InetSocketAddress(url.getHost(), url.getPort());
    if (to.getAddress().isLoopbackAddress()) {
      // An address has too few ports for very many connections to one server.
      channel.bind(new InetSocketAddress("127.0.0." + (1 + opened++ / PER_ADDRESS % 200), 0));
    }
    boolean connected = channel.connect(to);
    key = channel.register(loop.selector(), SelectionKey.OP_CONNECT, this);
    if (connected) {
      begin();
    }
  }

  /** Begins to connect. Loop's thread only. */
  static Peer connect(Loop loop, URI url, Listener listener) {
    try {
      return new Peer(loop, url, listener);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  void ready(SelectionKey selected) throws IOException {
    if (selected.isConnectable() && channel.finishConnect()) {
      begin();
    }
    if (selected.isWritable()) {
      flush();
    }
    if (selected.isReadable()) {
      read();
    }
  }

  private void begin() throws IOException {
    key.interestOps(SelectionKey.OP_READ);
    String request =
        "GET "
            + url.getPath()
            + " HTTP/1.1\r\nHost: "
            + url.getHost()
            + ":"
            + url.getPort()
            + "\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
            + "Sec-WebSocket-Key: bG9hZCBmb3Igc2VydmVycw==\r\n\r\n";
    write(ByteBuffer.wrap(request.getBytes(ISO_8859_1)));
  }

  private void read() throws IOException {
    int kept = rest == null ? 0 : rest.length;
    if (kept > loop.bytes.length / 2) {
      loop.bytes = new byte[loop.bytes.length * 2];
    }
    byte[] bytes = loop.bytes;
    if (rest != null) {
      System.arraycopy(rest, 0, bytes, 0, kept);
      rest = null;
    }
    int count = channel.read(ByteBuffer.wrap(bytes, kept, bytes.length - kept));
    if (count < 0) {
      ended();
      return;
    }
    int end = kept + count;
    int used = upgraded ? frames(bytes, 0, end) : upgrade(bytes, end);
    if (used < end && !over) {
      rest = Arrays.copyOfRange(bytes, used, end);
    }
  }

  private int upgrade(byte[] bytes, int to) throws IOException {
    String head = new String(bytes, 0, to, ISO_8859_1);
    int end = head.indexOf("\r\n\r\n");
    if (end < 0) {
      return 0;
    }
    if (!head.startsWith("HTTP/1.1 101 ")) {
      throw new IllegalStateException("no upgrade: " + head.lines().findFirst().orElse(""));
    }
    upgraded = true;
    listener.opened(this);
    return frames(bytes, end + 4, to);
  }

  /** Takes whole frames; the server never splits a message. Gives where the next one begins. */
  private int frames(byte[] bytes, int from, int to) throws IOException {
    int at = from;
    while (to - at >= 2 && !over) {
      int length = bytes[at + 1] & 0x7f;
      int header = length == 126 ? 4 : length == 127 ? 10 : 2;
      if (to - at < header) {
        break;
      }
      if (length == 126) {
        length = ((bytes[at + 2] & 0xff) << 8) | (bytes[at + 3] & 0xff);
      } else if (length == 127) {
        length = ByteBuffer.wrap(bytes).getInt(at + 6);
      }
      if (to - at - header < length) {
        break;
      }
      int begin = at + header;
      at = begin + length;
      switch (bytes[begin - header] & 0xff) {
        case 0x80 | TEXT -> listener.text(this, bytes, begin, at);
        case 0x80 | PING -> send(PONG, Arrays.copyOfRange(bytes, begin, at));
        case 0x80 | CLOSE -> ended();
        default -> throw new IOException("unexpected frame " + bytes[begin - header]);
      }
    }
    return at;
  }

  /** Sends a text. */
  void send(byte[] text) {
    try {
      send(TEXT, text);
    } catch (IOException e) {
      ended();
    }
  }

  private void send(int opcode, byte[] payload) throws IOException {
    int length = payload.length;
    ByteBuffer frame = ByteBuffer.allocate(14 + length);
    frame.put((byte) (0x80 | opcode));
    if (length < 126) {
      frame.put((byte) (0x80 | length));
    } else if (length < 65_536) {
      frame.put((byte) (0x80 | 126)).putShort((short) length);
    } else {
      frame.put((byte) (0x80 | 127)).putLong(length);
    }
    int mask = ThreadLocalRandom.current().nextInt();
    frame.putInt(mask);
    for (int i = 0; i < length; i++) {
      frame.put((byte) (payload[i] ^ (mask >> (24 - 8 * (i & 3)))));
    }
    write(frame.flip());
  }

  private void write(ByteBuffer bytes) throws IOException {
    if (over) {
      return;
    }
    if (unsent == null) {
      channel.write(bytes);
    }
    if (bytes.hasRemaining()) {
      ByteBuffer before = unsent == null ? ByteBuffer.allocate(0) : unsent;
      unsent =
          ByteBuffer.allocate(before.remaining() + bytes.remaining()).put(before).put(bytes).flip();
      key.interestOps(SelectionKey.OP_READ | SelectionKey.OP_WRITE);
    }
  }

  private void flush() throws IOException {
    if (unsent != null) {
      channel.write(unsent);
      if (unsent.hasRemaining()) {
        return;
      }
      unsent = null;
    }
    key.interestOps(SelectionKey.OP_READ);
  }

  /** Ends the TCP connection, without a goodbye: like a network that goes away. */
  void cut() {
    if (!over) {
      over = true;
      try {
        channel.close();
      } catch (IOException e) {
        // It is of no more use either way.
      }
    }
  }

  void ended() {
    if (!over) {
      cut();
      listener.ended(this);
    }
  }
}
