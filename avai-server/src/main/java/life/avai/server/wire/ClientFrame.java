package life.avai.server.wire;

import java.util.UUID;
import life.avai.domain.conversation.WhileBusy;
import life.avai.domain.message.ContentType;
import life.avai.domain.message.HistoryQuery;
import life.avai.domain.message.MessageId;
import life.avai.domain.thread.ThreadChange;
import life.avai.domain.thread.ThreadId;
import life.avai.domain.thread.ThreadPage;
import life.avai.domain.turn.RequestId;
import org.jspecify.annotations.Nullable;

/** What a client can ask. Fields: docs/protocol.md, section 2. */
public sealed interface ClientFrame {
  /** Whether it is heard from somebody who has not said who they are. */
  default boolean needsAuthentication() {
    return true;
  }

  /**
   * Says who is talking.
   *
   * @param deltas whether replies are wanted piece by piece; null when not said
   */
  record Authenticate(
      @Nullable String token, @Nullable String sessionToken, @Nullable Boolean deltas)
      implements ClientFrame {
    @Override
    public boolean needsAuthentication() {
      return false;
    }
  }

  /**
   * A message.
   *
   * @param threadId null for a new thread
   */
  record SendMessage(
      @Nullable ThreadId threadId,
      String content,
      ContentType contentType,
      @Nullable UUID clientMessageId,
      @Nullable Long expectedPosition,
      WhileBusy whileBusy)
      implements ClientFrame {}

  record Cancel(ThreadId threadId, @Nullable RequestId requestId) implements ClientFrame {}

  record Regenerate(ThreadId threadId) implements ClientFrame {}

  /**
   * The user types, or stopped.
   *
   * @param answerType how the answer is named, which depends on how this frame was
   */
  record Typing(ThreadId threadId, boolean typing, String answerType) implements ClientFrame {}

  record CreateThread(String title, @Nullable String description) implements ClientFrame {}

  record GetThreads(int limit, ThreadPage.@Nullable Cursor before, boolean archived)
      implements ClientFrame {}

  record GetHistory(ThreadId threadId, HistoryQuery query) implements ClientFrame {}

  /**
   * Renames, pins, archives.
   *
   * @param answerType how the answer is named, which depends on how this frame was
   */
  record UpdateThread(ThreadId threadId, ThreadChange change, String answerType)
      implements ClientFrame {}

  record DeleteThread(ThreadId threadId) implements ClientFrame {}

  record Subscribe(ThreadId threadId, @Nullable Long afterPosition, @Nullable ReplyOffset reply)
      implements ClientFrame {}

  /** How far a client has read a reply. */
  record ReplyOffset(MessageId messageId, int attempt, int offset) {}

  record Unsubscribe(ThreadId threadId) implements ClientFrame {}

  /** Asks for a link to a copy of all that is the user's. */
  record ExportData() implements ClientFrame {}

  /** Deletes the user and all that is theirs. */
  record DeleteAccount() implements ClientFrame {}

  record GetAiStatus() implements ClientFrame {
    @Override
    public boolean needsAuthentication() {
      return false;
    }
  }

  /**
   * Asks for a sign of life.
   *
   * @param answerType how the answer is named, which depends on how this frame was
   */
  record Ping(String answerType) implements ClientFrame {
    @Override
    public boolean needsAuthentication() {
      return false;
    }
  }
}
