package life.avai.server.websocket;

import java.util.ArrayDeque;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What a connection has sent and nobody has looked at yet, in order.
 *
 * <p>Each frame is handled on a virtual thread of its own, so an idle connection owns none, and
 * whoever sends much takes turns, frame by frame, with all who send little. When it is full the
 * connection is not read from until there is room: TCP tells the peer.
 */
final class Mailbox {
  private static final int MAX_FRAMES = 64;
  private static final int MAX_CHARACTERS = 1 << 20;

  private final Handler handler;
  private final Consumer<Boolean> reading;
  private final Executor queue;
  // Guarded by this.
  private @Nullable ArrayDeque<Arrived> frames;
  private int characters;
  private boolean busy;
  private boolean paused;
  private boolean closed;

  /** Takes one frame at a time, on a virtual thread; may block. */
  @FunctionalInterface
  interface Handler {
    /**
     * A frame.
     *
     * @param arrivedNanos when it came; System.nanoTime
     */
    void handle(String text, long arrivedNanos);
  }

  private record Arrived(String text, long nanos) {}

  /**
   * An empty mailbox.
   *
   * @param handler of the frames
   * @param reading told false when no more should be read, and true when it may go on; told in that
   *     order, within the lock, so it must not wait: told late, "no more" would undo "go on", and
   *     the connection be silent for ever
   * @param queue where the next frame is begun from. Not from a virtual thread: its carrier goes on
   *     with what was begun there for as long as there is any, and takes nothing that comes from
   *     elsewhere, so that two who send much would stop all others
   */
  Mailbox(Handler handler, Consumer<Boolean> reading, Executor queue) {
    this.handler = handler;
    this.reading = reading;
    this.queue = queue;
  }

  /**
   * Puts a frame in. Never blocks.
   *
   * @param nowNanos System.nanoTime
   */
  synchronized void offer(String frame, long nowNanos) {
    if (closed) {
      return;
    }
    if (frames == null) {
      frames = new ArrayDeque<>(4);
    }
    frames.addLast(new Arrived(frame, nowNanos));
    characters += frame.length();
    if (!paused && (frames.size() >= MAX_FRAMES || characters >= MAX_CHARACTERS)) {
      paused = true;
      reading.accept(false);
    }
    if (!busy) {
      busy = true;
      begin();
    }
  }

  /** Forgets what nobody has looked at; nothing more is taken. */
  synchronized void close() {
    closed = true;
    frames = null;
    characters = 0;
  }

  private void begin() {
    Thread unused = Thread.ofVirtual().name("mailbox").start(this::handleNext);
  }

  private void handleNext() {
    Arrived frame = next();
    if (frame != null) {
      handler.handle(frame.text(), frame.nanos());
      if (isMore()) {
        try {
          queue.execute(this::begin);
        } catch (RejectedExecutionException e) {
          close(); // The server is gone, and the connection with it.
        }
      }
    }
  }

  /** How much waits, in UTF-16 code units: for metrics. */
  synchronized int characters() {
    return characters;
  }

  private synchronized @Nullable Arrived next() {
    Arrived frame = frames == null ? null : frames.pollFirst();
    if (frame == null) {
      busy = false;
    } else {
      characters -= frame.text().length();
      if (paused && characters < MAX_CHARACTERS / 2 && pending() < MAX_FRAMES / 2) {
        paused = false;
        reading.accept(true);
      }
    }
    return frame;
  }

  /** Whether there is something to go on with; if not, whoever brings it begins. */
  private synchronized boolean isMore() {
    busy = pending() > 0;
    if (!busy) {
      frames = null;
    }
    return busy;
  }

  private int pending() {
    return frames == null ? 0 : frames.size();
  }
}
