package life.avai.domain.thread;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Some of a user's threads: pinned ones first, then those with the latest activity.
 *
 * @param threads in that order
 * @param total how many there are in all
 * @param next where the next page begins; null when this is the last
 */
public record ThreadPage(List<ChatThread> threads, long total, @Nullable Cursor next) {
  public ThreadPage {
    threads = List.copyOf(threads);
  }

  /** The last thread of a page, as the list is sorted: pinned, activity, id. */
  public record Cursor(boolean pinned, Instant lastActivity, ThreadId id) {}
}
