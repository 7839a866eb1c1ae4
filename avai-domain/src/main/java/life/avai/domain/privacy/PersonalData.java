package life.avai.domain.privacy;

import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import life.avai.domain.identity.Tier;
import life.avai.domain.identity.UserId;
import life.avai.domain.message.Message;
import life.avai.domain.thread.ChatThread;
import life.avai.domain.thread.ThreadId;
import org.jspecify.annotations.Nullable;

/**
 * All that is kept about users, to be read through and to be deleted.
 *
 * <p>Safe for use by many threads at once. Calls block: make them on a virtual thread. When the
 * store cannot be reached they throw {@link life.avai.domain.StoreUnavailableException}; every call
 * may be repeated.
 */
public interface PersonalData {
  /** The user whom the identity provider calls so. */
  Optional<UserId> find(String subject);

  /** What is kept about a user besides threads. */
  Optional<Profile> profile(UserId user);

  /**
   * The user's threads in the order of their ids, archived ones too.
   *
   * @param after the last one of the page before; null for the first page
   * @param limit how many at most; positive
   */
  List<ChatThread> threads(UserId owner, @Nullable ThreadId after, int limit);

  /**
   * The messages of a thread, oldest first, superseded ones too; none when the owner has no such
   * thread.
   *
   * @param after the position of the last one of the page before; 0 for the first page
   * @param limit how many at most; positive
   */
  List<Message> messages(UserId owner, ThreadId thread, long after, int limit);

  /**
   * Deletes a user with everything that is theirs, in one step: threads, messages, turns and what
   * they cost, session tokens, links, and the names of sends. Turns that run are no longer
   * anybody's.
   *
   * @return whether there was such a user
   */
  boolean delete(UserId user);

  /**
   * Deletes some users of a tier who have not been seen and of whose threads none has changed for a
   * while. Never one who has an unfinished turn. Servers that do this at once do not wait for one
   * another.
   *
   * @param since who was seen at this moment or later stays
   * @param limit how many at most; positive
   * @return how many were deleted; fewer than the limit: there are no more now
   */
  int deleteIdle(Tier tier, Instant since, int limit);

  /**
   * Notes that users are here. Being signed in or taking an anonymous session up is noted without
   * it, to the hour.
   *
   * @param precision how much older a note must be for a new one to be written
   * @return those of the users who are kept here: the others have been deleted
   */
  Set<UserId> seen(Collection<UserId> users, Instant now, Duration precision);
}
