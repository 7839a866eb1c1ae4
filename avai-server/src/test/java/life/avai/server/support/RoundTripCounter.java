package life.avai.server.support;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Stands between a server and its PostgreSQL and counts round trips: the messages of the frontend
 * that ask for an answer (Sync, and Query of the simple protocol).
 */
public final class RoundTripCounter implements AutoCloseable {
  private static final int STARTUP_HEADER = 8;

  private final ServerSocket listener;
  private final int target;
  private final AtomicLong trips = new AtomicLong();

  /** Passes on to a PostgreSQL on the loopback. */
  public RoundTripCounter(int target) {
    this.target = target;
    try {
      listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    Thread.ofVirtual().start(this::accept);
  }

  public int port() {
    return listener.getLocalPort();
  }

  /** How many there were so far. */
  public long count() {
    return trips.get();
  }

  private void accept() {
    try {
      while (true) {
        Socket client = listener.accept();
        Socket server = new Socket(InetAddress.getLoopbackAddress(), target);
        client.setTcpNoDelay(true);
        server.setTcpNoDelay(true);
        Thread.ofVirtual().start(() -> pass(client, server, this::frontend));
        Thread.ofVirtual().start(() -> pass(server, client, InputStream::transferTo));
      }
    } catch (IOException e) {
      // Closed.
    }
  }

  private interface Passing {
    void pass(InputStream from, OutputStream to) throws IOException;
  }

  private static void pass(Socket from, Socket to, Passing how) {
    try (from;
        to) {
      how.pass(from.getInputStream(), to.getOutputStream());
    } catch (IOException e) {
      // One side is gone, and now both are.
    }
  }

  /** The first message has no type; each after it has one, and then its length. */
  private void frontend(InputStream from, OutputStream to) throws IOException {
    DataInputStream in = new DataInputStream(new BufferedInputStream(from));
    BufferedOutputStream out = new BufferedOutputStream(to);
    int length = in.readInt();
    byte[] rest = in.readNBytes(length - Integer.BYTES);
    if (length <= STARTUP_HEADER) {
      throw new IOException("expected sslmode=disable");
    }
    write(out, length, rest);
    while (true) {
      int type = in.read();
      if (type < 0) {
        return;
      }
      length = in.readInt();
      rest = in.readNBytes(length - Integer.BYTES);
      out.write(type);
      write(out, length, rest);
      if (type == 'S' || type == 'Q') {
        trips.incrementAndGet();
      }
    }
  }

  private static void write(BufferedOutputStream out, int length, byte[] rest) throws IOException {
    out.write(
        new byte[] {
          (byte) (length >>> 24), (byte) (length >>> 16), (byte) (length >>> 8), (byte) length
        });
    out.write(rest);
    out.flush();
  }

  @Override
  public void close() throws IOException {
    listener.close();
  }
}
