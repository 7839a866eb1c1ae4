package life.avai.server.websocket;

import java.util.List;
import life.avai.domain.message.HistoryPage;
import life.avai.domain.message.HistoryQuery;
import life.avai.domain.message.HistoryQuery.From;
import life.avai.domain.message.Message;

/** Keeps one answer within a size that a browser, and our memory, can bear. */
final class HistoryCut {
  /** In UTF-16 code units of content. */
  private static final int MAX_CONTENT = 2 << 20;

  private HistoryCut() {}

  /**
   * The page, or as much of it as is near to where the query looks; {@code has_more} then tells
   * that there is more, and at least one message is always left.
   */
  static HistoryPage cut(HistoryPage page, HistoryQuery query) {
    boolean fromTheEnd = query.from() instanceof From.Latest || query.from() instanceof From.Before;
    List<Message> messages = page.messages();
    long size = 0;
    int kept = 0;
    while (kept < messages.size()) {
      Message next = messages.get(fromTheEnd ? messages.size() - 1 - kept : kept);
      size += next.content().length();
      if (kept > 0 && size > MAX_CONTENT) {
        break;
      }
      kept++;
    }
    return kept == messages.size()
        ? page
        : new HistoryPage(
            fromTheEnd
                ? messages.subList(messages.size() - kept, messages.size())
                : messages.subList(0, kept),
            page.total(),
            page.lastPosition());
  }
}
