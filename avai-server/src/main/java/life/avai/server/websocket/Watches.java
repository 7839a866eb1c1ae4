package life.avai.server.websocket;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import life.avai.domain.conversation.ConversationEvent.TurnEnded;
import life.avai.domain.conversation.ConversationEvents;
import life.avai.domain.conversation.ConversationEvents.Subscription;
import life.avai.domain.thread.ThreadId;
import life.avai.server.wire.ServerFrame;
import org.jspecify.annotations.Nullable;

/**
 * The threads that one socket watches.
 *
 * <p>However much happens in them while the socket's event loop is busy, it is woken once.
 */
final class Watches implements ClientSocket.Source {
  /** What may wait for a socket that does not read, in characters: beyond it, it is too slow. */
  private static final long MAX_LAG = 4L << 20;

  /** How many threads one socket may watch. */
  static final int MAX_WATCHED = 1_000;

  private final ClientSocket socket;
  private final ConversationEvents events;
  // Guarded by this; null while nothing is watched, because most idle sockets watch nothing.
  private @Nullable Map<ThreadId, ThreadWatch> watches;
  private boolean closed;

  Watches(ClientSocket socket, ConversationEvents events) {
    this.socket = socket;
    this.events = events;
    socket.newsFrom(this);
  }

  /** Begins to collect a thread's events; nothing is written before {@link #begin}. */
  Subscription open(ThreadId thread) {
    return events.subscribe(thread, socket::wake);
  }

  synchronized boolean isWatching(ThreadId thread) {
    return watches != null && watches.containsKey(thread);
  }

  synchronized int size() {
    return watches == null ? 0 : watches.size();
  }

  /**
   * Begins to write what is new in a thread, in place of an earlier watch of it. When there are too
   * many, the one that began first makes room.
   *
   * @return the thread that is no longer watched; null for none
   */
  @Nullable ThreadId begin(ThreadWatch watch) {
    ThreadWatch replaced;
    ThreadId crowdedOut = null;
    synchronized (this) {
      if (closed) {
        watch.subscription().close();
        return null;
      }
      if (watches == null) {
        watches = new LinkedHashMap<>(2);
      }
      replaced = watches.put(watch.subscription().threadId(), watch);
      if (watches.size() > MAX_WATCHED) {
        crowdedOut = watches.keySet().iterator().next();
      }
    }
    if (replaced != null) {
      replaced.subscription().close();
    }
    if (crowdedOut != null) {
      end(crowdedOut);
    }
    socket.wake();
    return crowdedOut;
  }

  /**
   * Stops writing from a place without giving it up, so that somebody can go on from there.
   *
   * @return null when the thread is not watched
   */
  @Nullable ThreadWatch take(ThreadId thread) {
    CompletableFuture<@Nullable ThreadWatch> taken = new CompletableFuture<>();
    // On the event loop, so that nothing is being written from it when it is handed over.
    socket
        .channel()
        .eventLoop()
        .execute(() -> {
          synchronized (this) {
            taken.complete(watches == null ? null : watches.remove(thread));
          }
        });
    return taken.join();
  }

  /**
   * Sends the outcome of a turn, unless the turn's reply is still being written from a place here:
   * that ends with the outcome by itself, and nothing must follow it.
   */
  void tellOutcome(TurnEnded ended, ServerFrame frame) {
    // On the event loop, where the places move.
    socket
        .channel()
        .eventLoop()
        .execute(() -> {
          if (!isWriting(ended)) {
            socket.write(frame);
            socket.flush();
          }
        });
  }

  private synchronized boolean isWriting(TurnEnded ended) {
    ThreadWatch watch = watches == null ? null : watches.get(ended.threadId());
    return watch != null && watch.isWriting(ended.requestId());
  }

  void end(ThreadId thread) {
    ThreadWatch ended;
    synchronized (this) {
      ended = watches == null ? null : watches.remove(thread);
    }
    if (ended != null) {
      ended.subscription().close();
    }
  }

  /** Ends them all; {@code forGood} when the connection is gone. */
  void endAll(boolean forGood) {
    Map<ThreadId, ThreadWatch> ended;
    synchronized (this) {
      closed |= forGood;
      ended = watches == null ? Map.of() : watches;
      watches = null;
    }
    ended.values().forEach(watch -> watch.subscription().close());
  }

  @Override
  public boolean writeNews() {
    boolean written = false;
    boolean tooSlow = false;
    for (ThreadWatch watch : snapshot()) {
      written |= watch.drainTo(socket);
      if (watch.isOver()) {
        end(watch.subscription().threadId());
        continue;
      }
      tooSlow |= !socket.isWritable() && watch.subscription().lag() > MAX_LAG;
    }
    if (tooSlow) {
      socket.close(CloseCode.SLOW_READER);
    }
    return written;
  }

  private synchronized ThreadWatch[] snapshot() {
    return watches == null ? new ThreadWatch[0] : watches.values().toArray(ThreadWatch[]::new);
  }
}
