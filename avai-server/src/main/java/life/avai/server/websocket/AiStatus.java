package life.avai.server.websocket;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import life.avai.domain.assistant.Assistant;
import life.avai.domain.conversation.ConversationStore;
import life.avai.server.wire.ServerFrame;
import life.avai.server.wire.ServerFrames;

/**
 * How the assistant does, for whoever asks, also while the store is away: then the number of turns
 * that wait is the one that was last known. What is told later is never older.
 *
 * <p>Safe for use by many threads at once; blocks on the store.
 */
public final class AiStatus {
  private final Assistant assistant;
  private final WaitingTurns waiting;
  private final ReentrantLock telling = new ReentrantLock();
  private final AtomicBoolean announcing = new AtomicBoolean();

  public AiStatus(Assistant assistant, ConversationStore store) {
    this.assistant = assistant;
    this.waiting = new WaitingTurns(store::waitingTurns);
  }

  /**
   * Tells how things stand now.
   *
   * @param to must not block
   */
  void tell(Consumer<ServerFrame> to) {
    long queued = waiting.count();
    // The state is asked for and told under one lock, so that nobody overtakes with an older one.
    telling.lock();
    try {
      to.accept(ServerFrames.aiStatus(assistant.status(), queued));
    } finally {
      telling.unlock();
    }
  }

  /** How many turns wait, on all servers. */
  public long waitingTurns() {
    return waiting.count();
  }

  /**
   * Tells everybody who wants to know that something has changed, soon and on another thread;
   * changes in between are told as one.
   */
  public void changed(SessionRegistry registry) {
    if (announcing.compareAndSet(false, true)) {
      Thread unused =
          Thread.ofVirtual()
              .name("status")
              .start(() -> {
                announcing.set(false);
                // Nobody needs to know it of a server that goes down, and its store may be closed.
                if (!registry.isClosing()) {
                  tell(registry::announceStatus);
                }
              });
    }
  }
}
