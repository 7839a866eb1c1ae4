package life.avai.domain.turn;

import static java.util.Objects.requireNonNull;

import life.avai.domain.message.Message.AssistantMessage;
import life.avai.domain.message.MessageId;
import life.avai.domain.thread.ThreadId;
import org.jspecify.annotations.Nullable;

/**
 * How a turn stands.
 *
 * @param messageId the user message that it answers
 * @param attempt how often its reply was begun; 0 before the first time
 * @param failure why it failed or expired; null in any other state
 * @param reply its reply, when it has one: completed, or cancelled after some text had arrived
 * @param usage what it cost; null until it has ended, and when nobody was asked
 */
public record TurnSnapshot(
    RequestId id,
    ThreadId threadId,
    MessageId messageId,
    TurnState state,
    int attempt,
    @Nullable FailureCode failure,
    @Nullable AssistantMessage reply,
    @Nullable TurnUsage usage) {
  public TurnSnapshot {
    requireNonNull(id, "id");
    requireNonNull(threadId, "threadId");
    requireNonNull(messageId, "messageId");
    requireNonNull(state, "state");
  }
}
