package life.avai.server.websocket;

import java.util.ArrayDeque;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What a connection has sent and nobody has looked at yet, in order.
 *
 * <p>A virtual thread empties it and is gone when it is empty, so an idle connection owns no
 * thread. When it is full the connection is not read from until there is room: TCP tells the peer.
 */
final class Mailbox {
  private static final int MAX_FRAMES = 64;
  private static final int MAX_CHARACTERS = 1 << 20;

  private final Handler handler;
  private final Consumer<Boolean> reading;
  // Guarded by this.
  private @Nullable ArrayDeque<Arrived> frames;
  private int characters;
  private boolean draining;
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
   */
  Mailbox(Handler handler, Consumer<Boolean> reading) {
    this.handler = handler;
    this.reading = reading;
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
    if (!draining) {
      draining = true;
      Thread unused = Thread.ofVirtual().name("mailbox").start(this::drain);
    }
  }

  /** Forgets what nobody has looked at; nothing more is taken. */
  synchronized void close() {
    closed = true;
    frames = null;
    characters = 0;
  }

  @SuppressWarnings("ThreadPriorityCheck") // Nothing is right or wrong by it: it is fairness only.
  private void drain() {
    Arrived frame = next();
    while (frame != null) {
      handler.handle(frame.text(), frame.nanos());
      frame = next();
      if (frame != null) {
        // Whoever sends much takes turns, frame by frame, with all who send little.
        Thread.yield();
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
      draining = false;
      frames = null;
    } else {
      characters -= frame.text().length();
      if (paused && characters < MAX_CHARACTERS / 2 && pending() < MAX_FRAMES / 2) {
        paused = false;
        reading.accept(true);
      }
    }
    return frame;
  }

  private int pending() {
    return frames == null ? 0 : frames.size();
  }
}
