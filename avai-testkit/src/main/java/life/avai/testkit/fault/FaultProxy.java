package life.avai.testkit.fault;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import life.avai.testkit.internal.ListeningPort;

/**
 * A TCP proxy that goes wrong when a test says so: between a client and a server, a server and its
 * database, a server and a canister.
 *
 * <pre>{@code
 * try (var proxy = FaultProxy.to(database)) {
 *   // ... let the program under test use proxy.port() ...
 *   proxy.hold(Direction.BACK);    // what it asks is done, and it does not hear of it
 *   proxy.reset();                 // now it never will
 *   proxy.pass();                  // all is well again
 * }
 * }</pre>
 *
 * <p>Faults of a kind replace each other and last until {@link #pass}; {@link #cut} and {@link
 * #reset} happen once, to the connections of that moment. Waits are bounded by 10 s unless {@link
 * #timeout} says otherwise, and then end with an {@link AssertionError}.
 *
 * <p>Safe for use by many threads at once.
 */
public final class FaultProxy implements AutoCloseable {
  private static final int CONNECT_MILLIS = 5_000;

  private final ListeningPort port;
  private final Faults faults = new Faults();
  private final Set<ProxiedConnection> open = ConcurrentHashMap.newKeySet();
  private volatile InetSocketAddress target;
  private volatile Duration timeout = Duration.ofSeconds(10);

  private FaultProxy(InetSocketAddress target) {
    this.target = requireNonNull(target, "target");
    this.port = ListeningPort.open(InetAddress.getLoopbackAddress(), 0);
  }

  /**
   * Starts a proxy on a free port of the loopback. The program behind it need not be there yet.
   *
   * @param target where connections go on to
   * @return the proxy, passing everything
   */
  public static FaultProxy to(InetSocketAddress target) {
    var proxy = new FaultProxy(target);
    proxy.accept();
    return proxy;
  }

  /**
   * Starts a proxy to a port of the loopback.
   *
   * @param port where connections go on to
   * @return the proxy, passing everything
   */
  public static FaultProxy to(int port) {
    return to(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
  }

  /**
   * Where to dial.
   *
   * @return a port of the loopback, the same for as long as the proxy lives
   */
  public int port() {
    return port.number();
  }

  /**
   * Sends the connections to come elsewhere: to a program that was started again on another port.
   *
   * @param newTarget where they go on to
   * @return this proxy
   */
  public FaultProxy target(InetSocketAddress newTarget) {
    target = requireNonNull(newTarget, "newTarget");
    return this;
  }

  /**
   * The longest wait of the {@code await} methods.
   *
   * @param longest a positive time
   * @return this proxy
   */
  public FaultProxy timeout(Duration longest) {
    timeout = longest;
    return this;
  }

  /**
   * Lets whatever passes wait, both ways. Bytes stay in order, and while some wait the next are not
   * read: a long delay also slows the stream.
   *
   * @param time how long
   */
  public void delay(Duration time) {
    faults.delay(time);
  }

  /**
   * Keeps what goes one way. Nothing is lost: it goes on after {@link #pass}, unless the connection
   * ends before.
   *
   * @param direction the way that is closed
   */
  public void hold(Direction direction) {
    faults.hold(direction);
  }

  /**
   * Waits until there is something that {@link #hold} keeps.
   *
   * @param direction the way that is closed
   */
  public void awaitHeld(Direction direction) {
    faults.awaitHeld(direction, timeout);
  }

  /**
   * Goes half open: accepts connections and takes bytes from both sides, and they never arrive, as
   * if the other machine had lost its power. Connections that this befell are reset by {@link
   * #pass}, as a machine does that is back and knows nothing of them.
   */
  public void swallow() {
    faults.swallow();
  }

  /**
   * Lets so many bytes more pass one way, over all connections together, and resets the connection
   * that carries the last of them: in the middle of a frame, for one. Only once.
   *
   * @param direction which bytes count
   * @param bytes how many; 0 resets the first connection that would carry one
   */
  public void resetAfter(Direction direction, long bytes) {
    if (bytes < 0) {
      throw new IllegalArgumentException("bytes: " + bytes + " (expected: 0 or more)");
    }
    faults.resetAfter(direction, bytes);
  }

  /** Waits until {@link #resetAfter} has happened. */
  public void awaitReset() {
    faults.awaitReset(timeout);
  }

  /** Refuses connections from now on; open ones go on. */
  public void refuse() {
    port.refuse();
  }

  /** Ends every connection in order, after what has passed. */
  public void cut() {
    open.forEach(ProxiedConnection::cut);
  }

  /** Resets every connection, on both sides; what was on its way is lost. */
  public void reset() {
    open.forEach(ProxiedConnection::reset);
  }

  /** Ends all faults: what was held goes on, and connections are accepted. */
  public void pass() {
    faults.pass();
    open.forEach(ProxiedConnection::resetIfDeaf);
    if (port.listener() == null) {
      accept();
    }
  }

  /**
   * How many connections are open.
   *
   * @return the number
   */
  public int connections() {
    return open.size();
  }

  /**
   * How many bytes have passed one way since the proxy was started.
   *
   * @param direction which bytes count
   * @return the number
   */
  public long passed(Direction direction) {
    return faults.passed(direction);
  }

  /**
   * Waits until so many bytes have passed one way since the proxy was started.
   *
   * @param direction which bytes count
   * @param bytes the number
   */
  public void awaitPassed(Direction direction, long bytes) {
    faults.awaitPassed(direction, bytes, timeout);
  }

  /** Ends every connection and gives the port back. */
  @Override
  public void close() {
    port.close();
    faults.pass();
    reset();
  }

  private void accept() {
    ServerSocket listener = port.listen();
    Thread.ofVirtual().name("fault-proxy-" + port()).start(() -> acceptFrom(listener));
  }

  private void acceptFrom(ServerSocket listener) {
    try {
      while (true) {
        Socket near = listener.accept();
        if (listener.isClosed()) {
          // Closed while this one came in: nobody else would end it.
          near.close();
          return;
        }
        Thread.ofVirtual().name("fault-proxy-connect").start(() -> connect(near));
      }
    } catch (IOException e) {
      // The listener was closed.
    }
  }

  private void connect(Socket near) {
    var far = new Socket();
    var connection = new ProxiedConnection(near, far, faults, open::remove);
    open.add(connection);
    try {
      near.setTcpNoDelay(true);
      far.setTcpNoDelay(true);
      far.connect(target, CONNECT_MILLIS);
      connection.start();
    } catch (IOException | UncheckedIOException e) {
      connection.reset();
    }
  }
}
