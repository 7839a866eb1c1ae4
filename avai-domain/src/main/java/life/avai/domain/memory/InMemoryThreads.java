package life.avai.domain.memory;

import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import life.avai.domain.identity.UserId;
import life.avai.domain.thread.ChatThread;
import life.avai.domain.thread.ThreadChange;
import life.avai.domain.thread.ThreadId;
import life.avai.domain.thread.ThreadPage;
import life.avai.domain.thread.ThreadPage.Cursor;
import life.avai.domain.thread.ThreadRepository;
import life.avai.domain.thread.ThreadStatus;
import org.jspecify.annotations.Nullable;

/** Threads in memory. */
final class InMemoryThreads implements ThreadRepository {
  private static final Comparator<Cursor> LISTED =
      Comparator.comparing(Cursor::pinned)
          .thenComparing(Cursor::lastActivity)
          .thenComparing(cursor -> cursor.id().value(), InMemoryThreads::compareUnsigned)
          .reversed();

  private final Tables tables;

  InMemoryThreads(Tables tables) {
    this.tables = tables;
  }

  /** As databases compare them; UUID's own order takes the halves for signed numbers. */
  static int compareUnsigned(UUID a, UUID b) {
    int high = Long.compareUnsigned(a.getMostSignificantBits(), b.getMostSignificantBits());
    return high != 0
        ? high
        : Long.compareUnsigned(a.getLeastSignificantBits(), b.getLeastSignificantBits());
  }

  private static Cursor place(ChatThread thread) {
    return new Cursor(thread.pinned(), thread.lastActivity(), thread.id());
  }

  @Override
  public void create(ChatThread thread) {
    boolean ignored =
        tables.atomically(() -> {
          tables.add(new Conversation(thread, null));
          return true;
        });
  }

  @Override
  public Optional<ChatThread> find(UserId owner, ThreadId id) {
    return tables.atomically(() -> tables.owned(owner, id).map(found -> found.thread));
  }

  @Override
  public ThreadPage list(UserId owner, int limit, @Nullable Cursor after, boolean archived) {
    ThreadStatus status = archived ? ThreadStatus.ARCHIVED : ThreadStatus.ACTIVE;
    List<ChatThread> listed =
        tables.atomically(() ->
            tables.conversations().stream()
                .filter(conversation -> conversation.isOf(owner))
                .map(conversation -> conversation.thread)
                .filter(thread -> thread.status() == status)
                .sorted(Comparator.comparing(InMemoryThreads::place, LISTED))
                .toList());
    List<ChatThread> rest =
        listed.stream()
            .filter(thread -> after == null || LISTED.compare(place(thread), after) > 0)
            .toList();
    List<ChatThread> shown = rest.subList(0, Math.min(limit, rest.size()));
    return new ThreadPage(
        shown, listed.size(), shown.size() < rest.size() ? place(shown.getLast()) : null);
  }

  @Override
  public Optional<ChatThread> update(UserId owner, ThreadId id, ThreadChange change, Instant now) {
    return tables.atomically(() -> {
      Optional<Conversation> found = tables.owned(owner, id);
      found.ifPresent(
          conversation -> conversation.thread = changed(conversation.thread, change, now));
      return found.map(conversation -> conversation.thread);
    });
  }

  private static ChatThread changed(ChatThread thread, ThreadChange change, Instant now) {
    return new ChatThread(
        thread.id(),
        thread.owner(),
        change.title() == null ? thread.title() : change.title(),
        thread.description(),
        change.archived() == null
            ? thread.status()
            : change.archived() ? ThreadStatus.ARCHIVED : ThreadStatus.ACTIVE,
        change.pinned() == null ? thread.pinned() : change.pinned(),
        thread.messageCount(),
        thread.lastMessageAt(),
        thread.createdAt(),
        Conversation.later(thread.updatedAt(), now));
  }

  @Override
  public boolean delete(UserId owner, ThreadId id) {
    return tables.atomically(() -> {
      Optional<Conversation> found = tables.owned(owner, id);
      found.ifPresent(tables::remove);
      return found.isPresent();
    });
  }
}
