package life.avai.domain.conversation;

import java.time.Duration;
import java.util.UUID;
import life.avai.domain.message.Message.AssistantMessage;
import life.avai.domain.message.Message.UserMessage;
import life.avai.domain.reply.ReplyStream;
import life.avai.domain.thread.ChatThread;
import life.avai.domain.thread.ThreadId;
import life.avai.domain.turn.FailureCode;
import life.avai.domain.turn.RequestId;
import org.jspecify.annotations.Nullable;

/** Something that everyone who watches a thread should see. Wire names: docs/protocol.md. */
public sealed interface ConversationEvent {
  ThreadId threadId();

  /**
   * A message was kept.
   *
   * @param origin the connection that it came by, which knows already; null when there is none
   */
  record MessageAdded(ThreadId threadId, UserMessage message, @Nullable UUID origin)
      implements ConversationEvent {}

  /** A reply begins; its text can be read from the stream as it grows. */
  record ReplyStarted(ThreadId threadId, ReplyStream stream) implements ConversationEvent {}

  /** The assistant began to work on a turn, or stopped. */
  record AssistantTyping(ThreadId threadId, RequestId requestId, boolean typing)
      implements ConversationEvent {}

  /**
   * A word on what the model is doing.
   *
   * @param percentage from 0 to 100, or null
   */
  record ReplyProgress(
      ThreadId threadId, RequestId requestId, @Nullable String step, @Nullable Double percentage)
      implements ConversationEvent {}

  /** A reply that had begun goes on elsewhere or later; its text so far counts for nothing. */
  record ReplyAbandoned(ThreadId threadId, RequestId requestId) implements ConversationEvent {}

  /** A turn waits for a canister; it will run when one is back. */
  record TurnWaits(ThreadId threadId, RequestId requestId, String reason, Duration retryAfter)
      implements ConversationEvent {}

  /** The one outcome of a turn. */
  sealed interface TurnEnded extends ConversationEvent {
    RequestId requestId();
  }

  /** A turn has its reply. */
  record TurnAnswered(ThreadId threadId, RequestId requestId, int attempt, AssistantMessage message)
      implements TurnEnded {}

  /** A turn has no reply and will have none. */
  record TurnFailed(
      ThreadId threadId, RequestId requestId, FailureCode code, String reason, Duration retryAfter)
      implements TurnEnded {}

  /**
   * A turn was cancelled.
   *
   * @param partial the text that had arrived; null when there was none
   */
  record TurnCancelled(ThreadId threadId, RequestId requestId, @Nullable AssistantMessage partial)
      implements TurnEnded {}

  /** The user began to type, or stopped, at one of their devices. */
  record UserTyping(ThreadId threadId, boolean typing, @Nullable UUID origin)
      implements ConversationEvent {}

  /**
   * A thread was renamed, pinned, archived or the like.
   *
   * @param origin the connection that asked for it, which is told otherwise; null when there is
   *     none
   */
  record ThreadChanged(ChatThread thread, @Nullable UUID origin) implements ConversationEvent {
    @Override
    public ThreadId threadId() {
      return thread.id();
    }
  }

  /** A thread is gone for good; nothing follows. */
  record ThreadDeleted(ThreadId threadId, @Nullable UUID origin) implements ConversationEvent {}
}
