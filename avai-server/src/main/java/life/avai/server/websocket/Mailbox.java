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

  private final Consumer<String> handler;
  private final Consumer<Boolean> reading;
  // Guarded by this.
  private @Nullable ArrayDeque<String> frames;
  private int characters;
  private boolean draining;
  private boolean paused;
  private boolean closed;

  /**
   * An empty mailbox.
   *
   * @param handler takes one frame at a time, on a virtual thread; may block
   * @param reading told false when no more should be read, and true when it may go on
   */
  Mailbox(Consumer<String> handler, Consumer<Boolean> reading) {
    this.handler = handler;
    this.reading = reading;
  }

  /** Puts a frame in. Never blocks. */
  void offer(String frame) {
    boolean full = false;
    synchronized (this) {
      if (closed) {
        return;
      }
      if (frames == null) {
        frames = new ArrayDeque<>(4);
      }
      frames.addLast(frame);
      characters += frame.length();
      if (!paused && (frames.size() >= MAX_FRAMES || characters >= MAX_CHARACTERS)) {
        paused = true;
        full = true;
      }
      if (!draining) {
        draining = true;
        Thread unused = Thread.ofVirtual().name("mailbox").start(this::drain);
      }
    }
    if (full) {
      reading.accept(false);
    }
  }

  /** Forgets what nobody has looked at; nothing more is taken. */
  synchronized void close() {
    closed = true;
    frames = null;
    characters = 0;
  }

  private void drain() {
    String frame;
    while ((frame = next()) != null) {
      handler.accept(frame);
    }
  }

  private @Nullable String next() {
    boolean resume = false;
    String frame;
    synchronized (this) {
      frame = frames == null ? null : frames.pollFirst();
      if (frame == null) {
        draining = false;
        frames = null;
      } else {
        characters -= frame.length();
        if (paused && characters < MAX_CHARACTERS / 2 && pending() < MAX_FRAMES / 2) {
          paused = false;
          resume = true;
        }
      }
    }
    if (resume) {
      reading.accept(true);
    }
    return frame;
  }

  private int pending() {
    return frames == null ? 0 : frames.size();
  }
}
