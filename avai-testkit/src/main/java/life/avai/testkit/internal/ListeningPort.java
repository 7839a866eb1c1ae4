package life.avai.testkit.internal;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * A TCP port that one program keeps for itself, whether it listens there or refuses connections.
 *
 * <p>While it refuses, a socket that is bound but does not listen holds the port. So nobody else
 * gets it, and a client that dials it cannot be given the same port for its own end and connect to
 * itself, which does happen with a free port of the ephemeral range.
 *
 * <p>Safe for use by many threads at once.
 */
public final class ListeningPort implements AutoCloseable {
  private static final int BACKLOG = 1024;
  private static final int MAX_ATTEMPTS = 2000; // a millisecond apart

  private final InetSocketAddress address;
  private @Nullable ServerSocket listener; // guarded by this
  private @Nullable Socket holder; // guarded by this

  private ListeningPort(InetSocketAddress address, ServerSocket listener) {
    this.address = address;
    this.listener = listener;
  }

  /**
   * Listens on a port.
   *
   * @param host the address to listen at
   * @param port the port; 0 for a free one
   * @return the port, listening
   * @throws UncheckedIOException if the port is taken
   */
  public static ListeningPort open(InetAddress host, int port) {
    var listener = bind(new InetSocketAddress(host, port));
    return new ListeningPort(new InetSocketAddress(host, listener.getLocalPort()), listener);
  }

  /**
   * The port's number.
   *
   * @return the number, from 1
   */
  public int number() {
    return address.getPort();
  }

  /**
   * Where connections are accepted.
   *
   * @return the listening socket; null while connections are refused
   */
  public synchronized @Nullable ServerSocket listener() {
    return listener;
  }

  /**
   * Refuses new connections from now on; those that were accepted are not touched.
   *
   * @throws UncheckedIOException if the port cannot be held
   */
  public synchronized void refuse() {
    if (listener == null) {
      return;
    }
    try {
      listener.close();
      listener = null;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    hold();
  }

  /**
   * Keeps the port for a listener that is not this one's, and that was closed a moment ago.
   *
   * @throws UncheckedIOException if the port cannot be held
   */
  public synchronized void hold() {
    try {
      holder = bindHolder();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot hold " + address, e);
    }
  }

  /**
   * Listens again.
   *
   * @return the listening socket
   * @throws UncheckedIOException if the port cannot be had
   */
  public synchronized ServerSocket listen() {
    try {
      if (holder != null) {
        holder.close();
        holder = null;
      }
      if (listener == null) {
        listener = bind(address);
      }
      return listener;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Gives the port back: whoever dials it from now on is refused. */
  @Override
  public synchronized void close() {
    try {
      if (listener != null) {
        listener.close();
        listener = null;
        holder = bindHolder(); // for as long as the listener is alive
      }
      if (holder != null) {
        holder.close();
        holder = null;
      }
    } catch (BindException e) {
      // Somebody else has it by now.
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Binds without listening. A thread that is in {@code accept} keeps the closed listener alive for
   * a moment longer, and only then is the port free: so this tries for a while.
   */
  private Socket bindHolder() throws IOException {
    for (int attempt = 1; ; attempt++) {
      var socket = new Socket();
      try {
        socket.setReuseAddress(true);
        socket.bind(address);
        return socket;
      } catch (BindException e) {
        socket.close();
        if (attempt == MAX_ATTEMPTS) {
          throw e;
        }
        LockSupport.parkNanos(1_000_000);
      }
    }
  }

  private static ServerSocket bind(InetSocketAddress address) {
    try {
      var socket = new ServerSocket();
      try {
        socket.setReuseAddress(true);
        socket.bind(address, BACKLOG);
        return socket;
      } catch (IOException e) {
        socket.close();
        throw e;
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot listen at " + address, e);
    }
  }
}
