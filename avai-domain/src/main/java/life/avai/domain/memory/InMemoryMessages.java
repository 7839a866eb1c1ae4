package life.avai.domain.memory;

import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import life.avai.domain.identity.UserId;
import life.avai.domain.message.HistoryPage;
import life.avai.domain.message.HistoryQuery;
import life.avai.domain.message.HistoryQuery.From;
import life.avai.domain.message.Message;
import life.avai.domain.message.Message.AssistantMessage;
import life.avai.domain.message.MessageRepository;
import life.avai.domain.thread.ThreadId;

/** Messages in memory. */
final class InMemoryMessages implements MessageRepository {
  private final Tables tables;

  InMemoryMessages(Tables tables) {
    this.tables = tables;
  }

  @Override
  public Optional<HistoryPage> history(UserId owner, ThreadId thread, HistoryQuery query) {
    return tables.atomically(
        () -> tables.owned(owner, thread).map(conversation -> read(conversation, query)));
  }

  private static HistoryPage read(Conversation conversation, HistoryQuery query) {
    Stream<Message> shown =
        conversation.messages.stream()
            .filter(message -> query.includeSuperseded() || !isSuperseded(message));
    return switch (query.from()) {
      case From.Latest() -> newest(shown, query, conversation);
      case From.Before(var position) ->
          newest(shown.filter(message -> message.position() < position), query, conversation);
      case From.After(var position) ->
          oldest(shown.filter(message -> message.position() > position), query, conversation);
      case From.Offset(var skipped) -> oldest(shown.skip(skipped), query, conversation);
    };
  }

  private static boolean isSuperseded(Message message) {
    return message instanceof AssistantMessage reply && reply.supersededAt() != null;
  }

  private static HistoryPage newest(
      Stream<Message> matching, HistoryQuery query, Conversation conversation) {
    List<Message> all = matching.toList();
    return new HistoryPage(
        all.subList(Math.max(0, all.size() - query.limit()), all.size()),
        all.size(),
        conversation.messages.size());
  }

  private static HistoryPage oldest(
      Stream<Message> matching, HistoryQuery query, Conversation conversation) {
    List<Message> all = matching.toList();
    return new HistoryPage(
        all.subList(0, Math.min(all.size(), query.limit())),
        all.size(),
        conversation.messages.size());
  }
}
