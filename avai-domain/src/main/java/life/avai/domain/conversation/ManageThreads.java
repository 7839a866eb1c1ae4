package life.avai.domain.conversation;

import static java.util.Objects.requireNonNull;

import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import java.util.UUID;
import life.avai.domain.Ids;
import life.avai.domain.conversation.ConversationEvent.ThreadChanged;
import life.avai.domain.conversation.ConversationEvent.ThreadDeleted;
import life.avai.domain.identity.UserId;
import life.avai.domain.thread.ChatThread;
import life.avai.domain.thread.ThreadChange;
import life.avai.domain.thread.ThreadId;
import life.avai.domain.thread.ThreadRepository;
import org.jspecify.annotations.Nullable;

/** Makes, changes and deletes threads, and tells everyone who watches them. */
public final class ManageThreads {
  private final ThreadRepository threads;
  private final ConversationEvents events;
  private final TurnDispatcher turns;
  private final InstantSource clock;
  private final Ids ids;

  public ManageThreads(
      ThreadRepository threads,
      ConversationEvents events,
      TurnDispatcher turns,
      InstantSource clock,
      Ids ids) {
    this.threads = requireNonNull(threads, "threads");
    this.events = requireNonNull(events, "events");
    this.turns = requireNonNull(turns, "turns");
    this.clock = requireNonNull(clock, "clock");
    this.ids = requireNonNull(ids, "ids");
  }

  /** Makes an empty thread. */
  public ChatThread create(UserId owner, String title, @Nullable String description) {
    ChatThread thread =
        ChatThread.empty(new ThreadId(ids.next()), owner, title, description, now());
    threads.create(thread);
    return thread;
  }

  /**
   * Changes a thread.
   *
   * @param origin the connection that asks; null when there is none
   * @return the thread as it then is; empty when the owner has no such thread
   */
  public Optional<ChatThread> change(
      UserId owner, ThreadId id, ThreadChange change, @Nullable UUID origin) {
    Optional<ChatThread> changed = threads.update(owner, id, change, now());
    changed.ifPresent(thread -> events.publish(new ThreadChanged(thread, origin)));
    return changed;
  }

  /**
   * Deletes a thread for good, with its messages; what runs in it is stopped.
   *
   * @return whether the owner had such a thread
   */
  public boolean delete(UserId owner, ThreadId id, @Nullable UUID origin) {
    boolean deleted = threads.delete(owner, id);
    if (deleted) {
      turns.forget(id);
      events.publish(new ThreadDeleted(id, origin));
    }
    return deleted;
  }

  private Instant now() {
    return clock.instant().truncatedTo(ChronoUnit.MILLIS);
  }
}
