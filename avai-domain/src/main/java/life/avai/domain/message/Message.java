package life.avai.domain.message;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.time.Instant;
import java.util.UUID;
import life.avai.domain.identity.UserId;
import life.avai.domain.thread.ThreadId;
import org.jspecify.annotations.Nullable;

/** One message of a thread, as it is kept. */
public sealed interface Message {
  MessageId id();

  ThreadId threadId();

  /** Its place in the thread: dense, from 1; order never depends on a clock. */
  long position();

  Role role();

  /** The text, exactly as it came. */
  String content();

  ContentType contentType();

  /** How many tokens the text has, estimated or as the model reported; null when nobody said. */
  @Nullable Integer tokenCount();

  Instant createdAt();

  /**
   * What a user wrote.
   *
   * @param clientMessageId the client's own name for it; null when it gave none
   */
  record UserMessage(
      MessageId id,
      ThreadId threadId,
      long position,
      UserId author,
      String content,
      ContentType contentType,
      @Nullable Integer tokenCount,
      @Nullable UUID clientMessageId,
      Instant createdAt)
      implements Message {
    public UserMessage {
      requireNonNull(id, "id");
      requireNonNull(threadId, "threadId");
      requireNonNull(author, "author");
      requireNonNull(content, "content");
      requireNonNull(contentType, "contentType");
      requireNonNull(createdAt, "createdAt");
    }

    @Override
    public Role role() {
      return Role.USER;
    }
  }

  /**
   * What the assistant answered.
   *
   * @param replyTo the user message that it answers
   * @param model null when the text was cut off before the model told its name
   * @param confidence in [0, 1], or null when the model gave none
   * @param metadata a JSON object as text, or null
   * @param supersededAt when another reply took its place; null while it counts
   */
  record AssistantMessage(
      MessageId id,
      ThreadId threadId,
      long position,
      MessageId replyTo,
      String content,
      ContentType contentType,
      @Nullable Integer tokenCount,
      @Nullable String model,
      @Nullable Double confidence,
      @Nullable Duration processingTime,
      @Nullable String metadata,
      FinishReason finishReason,
      @Nullable Instant supersededAt,
      Instant createdAt)
      implements Message {
    public AssistantMessage {
      requireNonNull(id, "id");
      requireNonNull(threadId, "threadId");
      requireNonNull(replyTo, "replyTo");
      requireNonNull(content, "content");
      requireNonNull(contentType, "contentType");
      requireNonNull(finishReason, "finishReason");
      requireNonNull(createdAt, "createdAt");
      if (confidence != null && !(confidence >= 0 && confidence <= 1)) {
        throw new IllegalArgumentException("confidence: " + confidence + " (expected: 0..1)");
      }
    }

    @Override
    public Role role() {
      return Role.ASSISTANT;
    }
  }
}
