package life.avai.domain.thread;

import static java.util.Objects.requireNonNull;

import java.time.Instant;
import life.avai.domain.identity.UserId;
import org.jspecify.annotations.Nullable;

/**
 * One conversation of one user.
 *
 * @param title 1 to 200 characters
 * @param messageCount how many messages it holds, superseded ones too; also the newest position
 * @param lastMessageAt when its newest message was made; null while it is empty
 */
public record ChatThread(
    ThreadId id,
    UserId owner,
    String title,
    @Nullable String description,
    ThreadStatus status,
    boolean pinned,
    long messageCount,
    @Nullable Instant lastMessageAt,
    Instant createdAt,
    Instant updatedAt) {
  /** The longest title and description, in code points. */
  public static final int MAX_TITLE = 200;

  public static final int MAX_DESCRIPTION = 2_000;

  public ChatThread {
    requireNonNull(id, "id");
    requireNonNull(owner, "owner");
    requireNonNull(title, "title");
    requireNonNull(status, "status");
    requireNonNull(createdAt, "createdAt");
    requireNonNull(updatedAt, "updatedAt");
  }

  /** A thread with nothing in it yet. */
  public static ChatThread empty(
      ThreadId id, UserId owner, String title, @Nullable String description, Instant now) {
    return new ChatThread(
        id, owner, title, description, ThreadStatus.ACTIVE, false, 0, null, now, now);
  }

  /** When something last happened in it: what the list is sorted by. */
  public Instant lastActivity() {
    return lastMessageAt == null ? createdAt : lastMessageAt;
  }
}
