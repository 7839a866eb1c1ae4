package life.avai.domain.memory;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import life.avai.domain.conversation.ThreadContext.Exchange;
import life.avai.domain.identity.UserId;
import life.avai.domain.message.Message;
import life.avai.domain.message.Message.AssistantMessage;
import life.avai.domain.message.Message.UserMessage;
import life.avai.domain.message.MessageId;
import life.avai.domain.thread.ChatThread;
import life.avai.domain.turn.TurnSnapshot;
import org.jspecify.annotations.Nullable;

/** One thread with its messages and turns. Guarded by the store's lock. */
final class Conversation {
  // The message at index i has position i + 1.
  final List<Message> messages = new ArrayList<>();
  // In the order of their messages, and then of their making.
  final List<Turn> turns = new ArrayList<>();
  // The message that the thread was made for; null when it was made empty.
  final @Nullable MessageId opener;
  ChatThread thread;

  Conversation(ChatThread thread, @Nullable MessageId opener) {
    this.thread = thread;
    this.opener = opener;
  }

  boolean isOf(UserId owner) {
    return thread.owner().equals(owner);
  }

  long nextPosition() {
    return messages.size() + 1L;
  }

  Message at(long position) {
    return messages.get(Math.toIntExact(position - 1));
  }

  UserMessage question(Turn turn) {
    return (UserMessage) at(turn.position);
  }

  void add(Message message) {
    messages.add(message);
    Instant at = later(thread.lastMessageAt(), message.createdAt());
    thread =
        new ChatThread(
            thread.id(),
            thread.owner(),
            thread.title(),
            thread.description(),
            thread.status(),
            thread.pinned(),
            messages.size(),
            at,
            thread.createdAt(),
            later(thread.updatedAt(), message.createdAt()));
  }

  static Instant later(@Nullable Instant a, Instant b) {
    return a == null || a.isBefore(b) ? b : a;
  }

  List<Turn> unfinished() {
    return turns.stream().filter(Turn::isUnfinished).toList();
  }

  Optional<Turn> oldestUnfinished() {
    return turns.stream().filter(Turn::isUnfinished).findFirst();
  }

  Turn newestTurnOf(MessageId message) {
    return turns.reversed().stream()
        .filter(turn -> turn.messageId.equals(message))
        .findFirst()
        .orElseThrow();
  }

  Turn firstTurnOf(MessageId message) {
    return turns.stream().filter(turn -> turn.messageId.equals(message)).findFirst().orElseThrow();
  }

  Optional<UserMessage> lastQuestion() {
    return messages.reversed().stream()
        .filter(UserMessage.class::isInstance)
        .map(UserMessage.class::cast)
        .findFirst();
  }

  /** The reply that counts. */
  @Nullable AssistantMessage replyTo(UserMessage question) {
    for (Message message : messages) {
      if (message instanceof AssistantMessage reply
          && reply.supersededAt() == null
          && reply.replyTo().equals(question.id())) {
        return reply;
      }
    }
    return null;
  }

  /** The latest exchanges before a position, oldest first. */
  List<Exchange> exchangesBefore(long position, int atMost) {
    List<UserMessage> questions =
        messages.stream()
            .filter(message -> message.position() < position)
            .filter(UserMessage.class::isInstance)
            .map(UserMessage.class::cast)
            .toList();
    return questions.subList(Math.max(0, questions.size() - atMost), questions.size()).stream()
        .map(question -> new Exchange(question, replyTo(question)))
        .toList();
  }

  void supersede(UserMessage question, Instant now) {
    messages.replaceAll(message ->
        message instanceof AssistantMessage reply
                && reply.replyTo().equals(question.id())
                && reply.supersededAt() == null
            ? superseded(reply, now)
            : message);
  }

  private static AssistantMessage superseded(AssistantMessage reply, Instant now) {
    return new AssistantMessage(
        reply.id(),
        reply.threadId(),
        reply.position(),
        reply.replyTo(),
        reply.content(),
        reply.contentType(),
        reply.tokenCount(),
        reply.model(),
        reply.confidence(),
        reply.processingTime(),
        reply.metadata(),
        reply.finishReason(),
        now,
        reply.createdAt());
  }

  TurnSnapshot snapshot(Turn turn) {
    return new TurnSnapshot(
        turn.id,
        thread.id(),
        turn.messageId,
        turn.state,
        turn.attempt,
        turn.failure,
        turn.replyPosition == 0 ? null : (AssistantMessage) at(turn.replyPosition),
        turn.usage);
  }
}
