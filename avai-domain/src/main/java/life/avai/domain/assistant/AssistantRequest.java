package life.avai.domain.assistant;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import life.avai.domain.identity.Tier;
import life.avai.domain.message.Role;
import life.avai.domain.thread.ThreadId;
import life.avai.domain.turn.RequestId;
import org.jspecify.annotations.Nullable;

/**
 * One question with all that the model is told.
 *
 * @param attempt how often this turn's reply was begun, from 1
 * @param subject the identity provider's name for the user; null for the anonymous
 * @param messages the turns before this one, oldest first, each question followed by its reply when
 *     it has one, then the message to answer; never empty
 * @param timeLeft how long the whole turn may still take; positive
 */
public record AssistantRequest(
    RequestId requestId,
    int attempt,
    ThreadId threadId,
    @Nullable String subject,
    String systemPrompt,
    List<ContextMessage> messages,
    String threadTitle,
    Tier tier,
    Instant timestamp,
    int estimatedTokens,
    Duration timeLeft) {
  public AssistantRequest {
    requireNonNull(requestId, "requestId");
    requireNonNull(threadId, "threadId");
    requireNonNull(systemPrompt, "systemPrompt");
    requireNonNull(threadTitle, "threadTitle");
    requireNonNull(tier, "tier");
    requireNonNull(timestamp, "timestamp");
    requireNonNull(timeLeft, "timeLeft");
    messages = List.copyOf(messages);
    if (messages.isEmpty()) {
      throw new IllegalArgumentException("messages: empty (expected: at least the question)");
    }
  }

  /** A message as the model sees it. */
  public record ContextMessage(Role role, String content, Instant timestamp) {
    public ContextMessage {
      requireNonNull(role, "role");
      requireNonNull(content, "content");
      requireNonNull(timestamp, "timestamp");
    }
  }
}
