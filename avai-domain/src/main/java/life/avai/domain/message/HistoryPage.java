package life.avai.domain.message;

import java.util.List;

/**
 * Some messages of a thread.
 *
 * @param messages oldest first
 * @param total how many the same query without a limit would show
 * @param lastPosition the newest position in the thread, shown or not; 0 when it is empty
 */
public record HistoryPage(List<Message> messages, long total, long lastPosition) {
  public HistoryPage {
    messages = List.copyOf(messages);
  }

  /** Whether the limit cut something off. */
  public boolean hasMore() {
    return total > messages.size();
  }
}
