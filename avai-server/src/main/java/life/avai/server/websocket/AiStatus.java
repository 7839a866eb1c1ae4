package life.avai.server.websocket;

import life.avai.domain.StoreUnavailableException;
import life.avai.domain.assistant.Assistant;
import life.avai.domain.conversation.ConversationStore;
import life.avai.server.wire.ServerFrame;
import life.avai.server.wire.ServerFrames;

/**
 * How the assistant does, for whoever asks, also while the store is away: then the number of turns
 * that wait is the one that was last known.
 *
 * <p>Safe for use by many threads at once; blocks on the store.
 */
public final class AiStatus {
  private final Assistant assistant;
  private final ConversationStore store;
  private volatile long queuedTurns;

  public AiStatus(Assistant assistant, ConversationStore store) {
    this.assistant = assistant;
    this.store = store;
  }

  ServerFrame frame() {
    return ServerFrames.aiStatus(assistant.status(), waitingTurns());
  }

  /** How many turns wait, on all servers. */
  public long waitingTurns() {
    try {
      queuedTurns = store.waitingTurns();
    } catch (StoreUnavailableException e) {
      // The number of a moment ago is better than no answer.
    }
    return queuedTurns;
  }
}
