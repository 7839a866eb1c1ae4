package life.avai.persistence;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.util.ArrayList;
import java.util.List;
import life.avai.domain.conversation.ThreadContext.Exchange;
import life.avai.domain.message.Message.AssistantMessage;
import life.avai.domain.message.Message.UserMessage;
import life.avai.domain.thread.ThreadId;
import org.jspecify.annotations.Nullable;

/**
 * The latest exchanges of threads in which something happened lately.
 *
 * <p>An entry is never invalidated, by us or by other servers. Positions are dense and revisions
 * grow, so an entry that ends at position n with revision r is right exactly when the store gives
 * the next message position n+1 and says revision r; otherwise it is read again.
 *
 * <p>Safe for use by many threads at once.
 */
final class ContextCache {
  private static final int ENTRY_OVERHEAD = 512;
  private static final int MESSAGE_OVERHEAD = 256;

  private final Cache<ThreadId, Window> windows;
  private final int maxExchanges;

  /**
   * An empty cache.
   *
   * @param maxCharacters how much text it holds at most, roughly
   * @param maxExchanges how many exchanges of a thread are of use
   */
  ContextCache(long maxCharacters, int maxExchanges) {
    this.maxExchanges = maxExchanges;
    this.windows =
        Caffeine.newBuilder()
            .maximumWeight(maxCharacters)
            .weigher((ThreadId id, Window window) -> window.weight())
            .executor(Runnable::run)
            .build();
  }

  /**
   * A thread's latest exchanges up to a position.
   *
   * @param exchanges oldest first; all messages up to the position belong to one of them, or are
   *     older
   */
  record Window(long position, int revision, List<Exchange> exchanges) {
    Window {
      exchanges = List.copyOf(exchanges);
    }

    int weight() {
      long characters = ENTRY_OVERHEAD;
      for (Exchange exchange : exchanges) {
        characters += MESSAGE_OVERHEAD + exchange.question().content().length();
        if (exchange.reply() != null) {
          characters += MESSAGE_OVERHEAD + exchange.reply().content().length();
        }
      }
      return (int) Math.min(characters, Integer.MAX_VALUE);
    }
  }

  @Nullable Window get(ThreadId thread) {
    return windows.getIfPresent(thread);
  }

  /** Remembers a question that was kept at the position after those exchanges. */
  void asked(int revision, List<Exchange> earlier, UserMessage question) {
    List<Exchange> exchanges = new ArrayList<>(earlier);
    exchanges.add(new Exchange(question, null));
    put(question.threadId(), question.position(), revision, exchanges);
  }

  /** Adds a reply to the exchange that it belongs to, if nothing else was kept in between. */
  void answered(AssistantMessage reply, int revision) {
    Window window = windows.getIfPresent(reply.threadId());
    if (window == null
        || window.position() != reply.position() - 1
        || window.revision() != revision) {
      return;
    }
    List<Exchange> exchanges = new ArrayList<>(window.exchanges());
    for (int i = exchanges.size() - 1; i >= 0; i--) {
      UserMessage question = exchanges.get(i).question();
      if (question.id().equals(reply.replyTo())) {
        exchanges.set(i, new Exchange(question, reply));
        put(reply.threadId(), reply.position(), revision, exchanges);
        return;
      }
    }
  }

  private void put(ThreadId thread, long position, int revision, List<Exchange> exchanges) {
    int surplus = Math.max(0, exchanges.size() - maxExchanges);
    windows.put(
        thread, new Window(position, revision, exchanges.subList(surplus, exchanges.size())));
  }
}
