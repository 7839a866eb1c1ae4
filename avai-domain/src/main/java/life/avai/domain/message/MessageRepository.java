package life.avai.domain.message;

import java.util.Optional;
import life.avai.domain.identity.UserId;
import life.avai.domain.thread.ThreadId;

/**
 * Where messages are read back. They are written by {@link
 * life.avai.domain.conversation.ConversationStore}, together with what hangs on them.
 *
 * <p>Safe for use by many threads at once. Calls block: make them on a virtual thread. When the
 * store cannot be reached they throw {@link life.avai.domain.StoreUnavailableException}.
 */
public interface MessageRepository {
  /**
   * Reads from one consistent state of the thread.
   *
   * @return empty when the owner has no such thread, whether or not somebody else has
   */
  Optional<HistoryPage> history(UserId owner, ThreadId thread, HistoryQuery query);
}
