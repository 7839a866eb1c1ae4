package life.avai.domain.conversation;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import life.avai.domain.turn.RequestId;
import org.jspecify.annotations.Nullable;

/**
 * Keeps watchers' events in order: a turn is durable, and anybody's to claim or to end, before its
 * own server has told of the message that it answers. What is told of the turn itself waits here
 * for that.
 *
 * <p>Safe for use by many threads at once.
 */
final class Tellings {
  private final ConcurrentHashMap<RequestId, Telling> open = new ConcurrentHashMap<>();

  /** From before a turn is saved until the scope is closed, nothing of the turn is told here. */
  Telling before(RequestId turn) {
    Telling telling = new Telling(turn);
    open.put(turn, telling);
    return telling;
  }

  /** Waits until what comes before the turn has been told here. */
  void await(RequestId turn) {
    Telling telling = open.get(turn);
    if (telling != null) {
      telling.told.join();
    }
  }

  /** A moment at which the turn's lease had not begun, by {@link System#nanoTime}. */
  long since(RequestId turn) {
    Telling telling = open.get(turn);
    return telling == null ? System.nanoTime() : telling.since;
  }

  /** The time in which what comes before a turn is told. */
  final class Telling implements AutoCloseable {
    private final RequestId turn;
    private final long since = System.nanoTime();
    private final CompletableFuture<@Nullable Void> told = new CompletableFuture<>();

    private Telling(RequestId turn) {
      this.turn = turn;
    }

    @Override
    public void close() {
      open.remove(turn);
      told.complete(null);
    }
  }
}
