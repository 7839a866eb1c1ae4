package life.avai.persistence;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.UUID;
import life.avai.domain.identity.Tier;
import life.avai.domain.identity.UserId;
import life.avai.domain.message.ContentType;
import life.avai.domain.message.FinishReason;
import life.avai.domain.message.Message;
import life.avai.domain.message.Message.AssistantMessage;
import life.avai.domain.message.Message.UserMessage;
import life.avai.domain.message.MessageId;
import life.avai.domain.thread.ChatThread;
import life.avai.domain.thread.ThreadId;
import life.avai.domain.thread.ThreadStatus;
import life.avai.persistence.jooq.tables.records.MessagesRecord;
import life.avai.persistence.jooq.tables.records.ThreadsRecord;
import life.avai.persistence.jooq.udt.records.AnswerRowRecord;
import org.jspecify.annotations.Nullable;

/** Turns rows into what the domain knows. */
final class Rows {
  private Rows() {}

  static ChatThread thread(ThreadsRecord row) {
    return new ChatThread(
        new ThreadId(row.getId()),
        new UserId(row.getUserId()),
        row.getTitle(),
        row.getDescription(),
        ThreadStatus.valueOf(row.getStatus().toUpperCase(Locale.ROOT)),
        row.getIsPinned(),
        row.getMessageCount(),
        row.getLastMessageAt(),
        row.getCreatedAt(),
        row.getUpdatedAt());
  }

  static Message message(MessagesRecord row) {
    return row.getReplyTo() == null ? userMessage(row) : assistantMessage(row);
  }

  private static UserMessage userMessage(MessagesRecord row) {
    return new UserMessage(
        new MessageId(row.getId()),
        new ThreadId(row.getThreadId()),
        row.getPosition(),
        new UserId(row.getAuthorId()),
        row.getContent(),
        contentType(row.getContentType()),
        row.getTokenCount(),
        row.getClientMessageId(),
        row.getCreatedAt());
  }

  static AssistantMessage assistantMessage(MessagesRecord row) {
    Long millis = row.getProcessingTimeMs();
    return new AssistantMessage(
        new MessageId(row.getId()),
        new ThreadId(row.getThreadId()),
        row.getPosition(),
        new MessageId(row.getReplyTo()),
        row.getContent(),
        contentType(row.getContentType()),
        row.getTokenCount(),
        row.getModelUsed(),
        row.getConfidenceScore(),
        millis == null ? null : Duration.ofMillis(millis),
        row.getMetadata() == null ? null : row.getMetadata().data(),
        FinishReason.valueOf(row.getFinishReason().toUpperCase(Locale.ROOT)),
        row.getSupersededAt(),
        row.getCreatedAt());
  }

  /** A user's message in an answer of the functions. */
  static UserMessage question(AnswerRowRecord row) {
    return new UserMessage(
        new MessageId(row.getMessageId()),
        new ThreadId(row.getThreadId()),
        row.getPosition(),
        new UserId(row.getAuthorId()),
        row.getContent(),
        contentType(row.getContentType()),
        row.getTokenCount(),
        row.getClientMessageId(),
        row.getCreatedAt());
  }

  /** A reply in an answer of the functions: as much of it as the model is shown. */
  static AssistantMessage shownReply(AnswerRowRecord row) {
    return shownReply(
        row.getMessageId(),
        new ThreadId(row.getThreadId()),
        row.getPosition(),
        new MessageId(row.getReplyTo()),
        row.getContent(),
        contentType(row.getContentType()),
        row.getTokenCount(),
        FinishReason.valueOf(row.getFinishReason().toUpperCase(Locale.ROOT)),
        row.getCreatedAt());
  }

  private static AssistantMessage shownReply(
      UUID id,
      ThreadId thread,
      long position,
      MessageId replyTo,
      String content,
      ContentType contentType,
      @Nullable Integer tokenCount,
      FinishReason finishReason,
      Instant createdAt) {
    return new AssistantMessage(
        new MessageId(id),
        thread,
        position,
        replyTo,
        content,
        contentType,
        tokenCount,
        null,
        null,
        null,
        null,
        finishReason,
        null,
        createdAt);
  }

  static ContentType contentType(String name) {
    return ContentType.valueOf(name.toUpperCase(Locale.ROOT));
  }

  static Tier tier(@Nullable String name) {
    return Tier.ofWireName(requireNonNull(name, "a user has a tier"));
  }
}
