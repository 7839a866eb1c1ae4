package life.avai.testkit.load;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.CancelledKeyException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.util.Queue;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;

/** One thread for any number of sockets: everything about them happens there. */
final class Loop implements AutoCloseable {
  private static final int READ_BYTES = 256 << 10;

  private final Selector selector;
  private final Queue<Runnable> tasks = new ConcurrentLinkedQueue<>();
  private final Thread thread;
  private volatile boolean closed;
  private volatile @Nullable Throwable failure;

  /** What was read last, for whichever socket. Loop's thread only. */
  byte[] bytes = new byte[READ_BYTES];

  Loop() {
    try {
      selector = Selector.open();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    thread = Thread.ofPlatform().daemon().name("load").start(this::run);
  }

  Selector selector() {
    return selector;
  }

  /** Does something on the loop's thread, soon. */
  void execute(Runnable task) {
    tasks.add(task);
    if (Thread.currentThread() != thread) {
      selector.wakeup();
    }
  }

  /** Does something on the loop's thread and waits for what comes of it. */
  <T> T call(Callable<T> task) {
    var result = new CompletableFuture<T>();
    execute(() -> {
      try {
        result.complete(task.call());
      } catch (Exception e) {
        result.completeExceptionally(e);
      }
    });
    return result.join();
  }

  /** Does something on the loop's thread and waits until it is done. */
  void run(Runnable task) {
    boolean unused =
        call(() -> {
          task.run();
          return true;
        });
  }

  /** Throws when the loop has died, as it does when a peer sends what is no WebSocket frame. */
  void check() {
    if (failure != null) {
      throw new IllegalStateException("the load broke", failure);
    }
  }

  private void run() {
    try {
      while (!closed) {
        selector.select(this::ready, 1_000);
        Runnable task;
        while ((task = tasks.poll()) != null) {
          task.run();
        }
      }
    } catch (IOException | RuntimeException e) {
      failure = e;
    }
  }

  private void ready(SelectionKey key) {
    Peer peer = (Peer) key.attachment();
    try {
      peer.ready(key);
    } catch (IOException | CancelledKeyException e) {
      peer.ended();
    }
  }

  @Override
  public void close() {
    closed = true;
    selector.wakeup();
    try {
      thread.join();
      for (SelectionKey key : selector.keys()) {
        key.channel().close();
      }
      selector.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
