package life.avai.domain.thread;

import java.time.Instant;
import java.util.Optional;
import life.avai.domain.identity.UserId;
import org.jspecify.annotations.Nullable;

/**
 * Where threads are kept. Whose a thread is, is decided in the same step that touches it: somebody
 * else's thread looks exactly like one that does not exist.
 *
 * <p>Safe for use by many threads at once. Calls block: make them on a virtual thread. When the
 * store cannot be reached they throw {@link life.avai.domain.StoreUnavailableException}.
 */
public interface ThreadRepository {
  /** Keeps a new, empty thread. */
  void create(ChatThread thread);

  Optional<ChatThread> find(UserId owner, ThreadId id);

  /**
   * A page of the owner's threads.
   *
   * @param limit how many at most; positive
   * @param after the end of the page before, or null for the first
   * @param archived whether to list the archived ones instead of the active ones
   */
  ThreadPage list(UserId owner, int limit, ThreadPage.@Nullable Cursor after, boolean archived);

  /** Changes a thread and returns it as it then is; empty when the owner has no such thread. */
  Optional<ChatThread> update(UserId owner, ThreadId id, ThreadChange change, Instant now);

  /**
   * Deletes a thread with its messages and turns for good.
   *
   * @return whether the owner had such a thread
   */
  boolean delete(UserId owner, ThreadId id);
}
