package life.avai.testkit.fault;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/** One connection through the proxy: two sockets, and a virtual thread for each way. */
final class ProxiedConnection {
  private static final int PIECE = 16 * 1024;

  private final Socket near;
  private final Socket far;
  private final Faults faults;
  private final Consumer<ProxiedConnection> ended;
  private final AtomicBoolean over = new AtomicBoolean();
  private final AtomicInteger ways = new AtomicInteger(2);
  private volatile boolean deaf;

  ProxiedConnection(Socket near, Socket far, Faults faults, Consumer<ProxiedConnection> ended) {
    this.near = near;
    this.far = far;
    this.faults = faults;
    this.ended = ended;
  }

  void start() {
    Thread.ofVirtual().name("fault-proxy-forth").start(() -> carry(Direction.FORTH, near, far));
    Thread.ofVirtual().name("fault-proxy-back").start(() -> carry(Direction.BACK, far, near));
  }

  /** Ends both sides in order. */
  void cut() {
    end(false);
  }

  /** Ends both sides at once. */
  void reset() {
    end(true);
  }

  /** After bytes were lost the two sides could not understand each other any more. */
  void resetIfDeaf() {
    if (deaf) {
      reset();
    }
  }

  private void carry(Direction way, Socket from, Socket to) {
    byte[] piece = new byte[PIECE];
    try {
      InputStream in = from.getInputStream();
      OutputStream out = to.getOutputStream();
      while (true) {
        int length = in.read(piece);
        if (length < 0) {
          faults.await(way, over::get);
          endOfWay(to);
          return;
        }
        switch (faults.admit(way, length, over::get)) {
          case Faults.Verdict.Pass() -> {
            if (!deaf) {
              out.write(piece, 0, length);
            }
          }
          case Faults.Verdict.Swallow() -> deaf = true;
          case Faults.Verdict.Reset(var first) -> {
            out.write(piece, 0, first);
            reset();
            return;
          }
        }
      }
    } catch (IOException e) {
      // One side is gone, and the other has to know it.
      reset();
    }
  }

  /** One side has said all: the other may still answer. */
  private void endOfWay(Socket to) throws IOException {
    if (deaf || faults.swallows()) {
      // Not even the end arrives; pass() resets what is left.
      deaf = true;
      return;
    }
    to.shutdownOutput();
    if (ways.decrementAndGet() == 0) {
      cut();
    }
  }

  private void end(boolean abruptly) {
    if (over.compareAndSet(false, true)) {
      close(near, abruptly);
      close(far, abruptly);
      faults.wake();
      ended.accept(this);
    }
  }

  private static void close(Socket socket, boolean abruptly) {
    try {
      if (abruptly) {
        socket.setSoLinger(true, 0);
      }
      socket.close();
    } catch (IOException e) {
      // It is of no more use either way.
    }
  }
}
