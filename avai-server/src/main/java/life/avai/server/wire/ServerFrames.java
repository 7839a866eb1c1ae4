package life.avai.server.wire;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import life.avai.domain.assistant.AssistantStatus;
import life.avai.domain.conversation.ConversationEvent.ReplyProgress;
import life.avai.domain.conversation.ConversationEvent.TurnAnswered;
import life.avai.domain.conversation.ConversationEvent.TurnCancelled;
import life.avai.domain.conversation.ConversationEvent.TurnFailed;
import life.avai.domain.conversation.ConversationEvent.TurnWaits;
import life.avai.domain.conversation.ConversationStore.RegenerateOutcome.Regenerating;
import life.avai.domain.conversation.SaveOutcome.Receipt;
import life.avai.domain.identity.Caller;
import life.avai.domain.identity.SessionToken;
import life.avai.domain.message.HistoryPage;
import life.avai.domain.message.Message;
import life.avai.domain.message.Message.AssistantMessage;
import life.avai.domain.privacy.ExportData;
import life.avai.domain.reply.ReplyStream;
import life.avai.domain.thread.ChatThread;
import life.avai.domain.thread.ThreadId;
import life.avai.domain.thread.ThreadPage;
import life.avai.domain.turn.FailureCode;
import life.avai.domain.turn.RequestId;
import life.avai.domain.turn.TurnSnapshot;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;

/** The frames that the server sends. Fields: docs/protocol.md, section 3. */
public final class ServerFrames {
  private ServerFrames() {}

  public static ServerFrame welcome(
      UUID connectionId,
      String version,
      Duration heartbeat,
      int maxContentChars,
      int maxFrameBytes) {
    return new ServerFrame(
        "welcome",
        out -> {
          out.writeStringProperty("message", "Welcome to AVAI.");
          out.writeStringProperty("connection_id", connectionId.toString());
          out.writeStringProperty("server_version", version);
          out.writeNumberProperty("protocol_version", 1);
          out.writeNumberProperty("heartbeat_seconds", Math.max(1, heartbeat.toSeconds()));
          out.writeObjectPropertyStart("limits");
          out.writeNumberProperty("max_content_chars", maxContentChars);
          out.writeNumberProperty("max_frame_bytes", maxFrameBytes);
          out.writeEndObject();
        });
  }

  /**
   * The end of a sign-in.
   *
   * @param session the identity provider's; null when it did not tell
   */
  public static ServerFrame signedIn(
      Caller.SignedIn caller, Instant expiresAt, @Nullable String session) {
    return new ServerFrame(
        "auth_success",
        out -> {
          writeUser(out, caller, session);
          out.writeStringProperty("expires_at", WireTime.format(expiresAt));
        });
  }

  public static ServerFrame anonymous(Caller.Anonymous caller, SessionToken token) {
    return new ServerFrame(
        "auth_success",
        out -> {
          writeUser(out, caller, caller.sessionId().toString());
          out.writeStringProperty("session_token", token.reveal());
        });
  }

  private static void writeUser(JsonGenerator out, Caller caller, @Nullable String sessionId) {
    boolean anonymous = caller instanceof Caller.Anonymous;
    out.writeObjectPropertyStart("user");
    out.writeStringProperty("id", caller.userId().toString());
    out.writeStringProperty("name", caller.name());
    out.writeBooleanProperty("is_anonymous", anonymous);
    out.writeBooleanProperty("isAnonymous", anonymous);
    out.writeStringProperty("tier", caller.tier().wireName());
    if (sessionId != null) {
      out.writeStringProperty("session_id", sessionId);
      out.writeStringProperty("sessionId", sessionId);
    }
    out.writeEndObject();
    // Older clients look for these two beside the user.
    out.writeBooleanProperty("isAnonymous", anonymous);
    if (sessionId != null) {
      out.writeStringProperty("sessionId", sessionId);
    }
  }

  public static ServerFrame messageSent(
      Receipt receipt, @Nullable String clientMessageId, boolean duplicate) {
    return new ServerFrame(
        "message_sent",
        out -> {
          out.writeStringProperty("message_id", receipt.messageId().toString());
          out.writeStringProperty("thread_id", receipt.threadId().toString());
          out.writeStringProperty("request_id", receipt.requestId().toString());
          out.writeNumberProperty("position", receipt.position());
          out.writeStringProperty("saved_at", WireTime.format(receipt.savedAt()));
          if (clientMessageId != null) {
            out.writeStringProperty("client_message_id", clientMessageId);
          }
          if (duplicate) {
            out.writeBooleanProperty("duplicate", true);
          }
        });
  }

  public static ServerFrame messageAdded(ThreadId thread, Message message) {
    return new ServerFrame(
        "message_added",
        out -> {
          out.writeStringProperty("thread_id", thread.toString());
          out.writeName("message");
          MessageJson.write(out, message);
        });
  }

  public static ServerFrame aiTyping(ThreadId thread, RequestId request, boolean typing) {
    return new ServerFrame(
        "ai_typing",
        out -> {
          writeTurn(out, thread, request);
          out.writeBooleanProperty("is_typing", typing);
        });
  }

  public static ServerFrame delta(ThreadId thread, ReplyStream stream, ReplyStream.Piece piece) {
    return new ServerFrame(
        "ai_response_delta",
        out -> {
          writeTurn(out, thread, stream.requestId());
          out.writeStringProperty("message_id", stream.messageId().toString());
          out.writeNumberProperty("attempt", piece.attempt());
          out.writeNumberProperty("offset", piece.offset());
          out.writeStringProperty("delta", piece.text());
        });
  }

  public static ServerFrame aiProgress(ReplyProgress progress) {
    return new ServerFrame(
        "ai_progress",
        out -> {
          writeTurn(out, progress.threadId(), progress.requestId());
          if (progress.step() != null) {
            out.writeStringProperty("step", progress.step());
          }
          if (progress.percentage() != null) {
            MessageJson.writeNumber(out, "percentage", progress.percentage());
          }
        });
  }

  public static ServerFrame aiResponse(TurnAnswered answered) {
    AssistantMessage message = answered.message();
    return new ServerFrame(
        "ai_response",
        out -> {
          writeTurn(out, answered.threadId(), answered.requestId());
          out.writeNumberProperty("attempt", answered.attempt());
          out.writeStringProperty("message_id", message.id().toString());
          out.writeStringProperty("reply_to", message.replyTo().toString());
          out.writeNumberProperty("position", message.position());
          out.writeStringProperty("content", message.content());
          out.writeStringProperty("content_type", message.contentType().wireName());
          MessageJson.writeReport(out, message);
          out.writeStringProperty("finish_reason", message.finishReason().wireName());
          MessageJson.writeMetadata(out, message.metadata());
          out.writeStringProperty("created_at", WireTime.format(message.createdAt()));
        });
  }

  public static ServerFrame aiUnavailable(TurnWaits waits) {
    return unavailable(
        waits.threadId(), waits.requestId(), waits.reason(), waits.retryAfter(), false);
  }

  /** The frame that tells of a turn without a reply. */
  public static ServerFrame aiFailed(TurnFailed failed) {
    if (failed.code() == FailureCode.AI_DISABLED) {
      return unavailable(
          failed.threadId(), failed.requestId(), failed.reason(), failed.retryAfter(), true);
    }
    return new ServerFrame(
        "ai_error",
        out -> {
          writeTurn(out, failed.threadId(), failed.requestId());
          out.writeStringProperty("error", failed.reason());
          out.writeStringProperty("code", failed.code().name());
          out.writeNumberProperty("retry_after", seconds(failed.retryAfter()));
        });
  }

  private static ServerFrame unavailable(
      ThreadId thread, RequestId request, String reason, Duration retryAfter, boolean last) {
    return new ServerFrame(
        "ai_unavailable",
        out -> {
          writeTurn(out, thread, request);
          out.writeStringProperty("reason", reason);
          out.writeNumberProperty("retry_after", seconds(retryAfter));
          out.writeBooleanProperty("final", last);
        });
  }

  public static ServerFrame aiCancelled(TurnCancelled cancelled) {
    AssistantMessage partial = cancelled.partial();
    return new ServerFrame(
        "ai_cancelled",
        out -> {
          writeTurn(out, cancelled.threadId(), cancelled.requestId());
          if (partial != null) {
            out.writeStringProperty("message_id", partial.id().toString());
            out.writeNumberProperty("position", partial.position());
            out.writeStringProperty("content", partial.content());
          }
        });
  }

  /** How the assistant does, and how many turns wait for it. */
  public static ServerFrame aiStatus(AssistantStatus status, long queuedTurns) {
    return new ServerFrame(
        "ai_status",
        out -> {
          out.writeStringProperty("state", status.state().wireName());
          out.writeObjectPropertyStart("canisters");
          out.writeNumberProperty("connected", status.connected());
          out.writeNumberProperty("configured", status.configured());
          out.writeEndObject();
          out.writeNumberProperty("queued_turns", queuedTurns);
        });
  }

  public static ServerFrame cancelAck(ThreadId thread, List<RequestId> ended) {
    return new ServerFrame(
        "cancel_ack",
        out -> {
          out.writeStringProperty("thread_id", thread.toString());
          out.writeArrayPropertyStart("request_ids");
          ended.forEach(id -> out.writeString(id.toString()));
          out.writeEndArray();
        });
  }

  public static ServerFrame regenerateAck(ThreadId thread, Regenerating regenerating) {
    return new ServerFrame(
        "regenerate_ack",
        out -> {
          writeTurn(out, thread, regenerating.requestId());
          out.writeStringProperty("reply_to", regenerating.replyTo().toString());
        });
  }

  public static ServerFrame typingConfirmed(String type, ThreadId thread, boolean typing) {
    return new ServerFrame(
        type,
        out -> {
          out.writeStringProperty("thread_id", thread.toString());
          out.writeBooleanProperty("is_typing", typing);
        });
  }

  public static ServerFrame userTyping(ThreadId thread, boolean typing) {
    return typingConfirmed("user_typing", thread, typing);
  }

  /** {@code thread_created} or {@code thread_updated}. */
  public static ServerFrame thread(String type, ChatThread thread) {
    return new ServerFrame(
        type,
        out -> {
          out.writeStringProperty("thread_id", thread.id().toString());
          out.writeName("thread");
          ThreadJson.write(out, thread);
        });
  }

  public static ServerFrame threadArchived(ChatThread thread) {
    return new ServerFrame(
        "thread_archived",
        out -> {
          out.writeStringProperty("thread_id", thread.id().toString());
          out.writeStringProperty("status", thread.status().wireName());
          out.writeStringProperty("updated_at", WireTime.format(thread.updatedAt()));
        });
  }

  public static ServerFrame threadDeleted(ThreadId thread) {
    return ofThread("thread_deleted", thread);
  }

  /** A link that works once. */
  public static ServerFrame exportReady(ExportData.Link link) {
    return new ServerFrame(
        "export_ready",
        out -> {
          out.writeStringProperty("url", ExportLines.PATH + link.secret().reveal());
          out.writeStringProperty("expires_at", WireTime.format(link.expiresAt()));
        });
  }

  public static ServerFrame accountDeleted() {
    return new ServerFrame("account_deleted", out -> {});
  }

  public static ServerFrame unsubscribed(ThreadId thread) {
    return ofThread("unsubscribed", thread);
  }

  public static ServerFrame caughtUp(ThreadId thread) {
    return ofThread("caught_up", thread);
  }

  private static ServerFrame ofThread(String type, ThreadId thread) {
    return new ServerFrame(type, out -> out.writeStringProperty("thread_id", thread.toString()));
  }

  public static ServerFrame threadsList(ThreadPage page) {
    return new ServerFrame(
        "threads_list",
        out -> {
          out.writeArrayPropertyStart("threads");
          page.threads().forEach(thread -> ThreadJson.write(out, thread));
          out.writeEndArray();
          out.writeNumberProperty("total", page.total());
          if (page.next() == null) {
            out.writeNullProperty("next");
          } else {
            out.writeStringProperty("next", ThreadCursor.encode(page.next()));
          }
        });
  }

  public static ServerFrame threadHistory(ThreadId thread, HistoryPage page) {
    return new ServerFrame(
        "thread_history",
        out -> {
          out.writeStringProperty("thread_id", thread.toString());
          out.writeArrayPropertyStart("messages");
          page.messages().forEach(message -> MessageJson.write(out, message));
          out.writeEndArray();
          out.writeNumberProperty("total", page.total());
          out.writeBooleanProperty("has_more", page.hasMore());
        });
  }

  /**
   * The answer to {@code subscribe}.
   *
   * @param running the reply that is being written here, or null
   * @param unfinished the turns that run, here or elsewhere, or wait; oldest first
   */
  public static ServerFrame subscribed(
      ThreadId thread,
      long position,
      @Nullable ReplyStream running,
      List<TurnSnapshot> unfinished) {
    return new ServerFrame(
        "subscribed",
        out -> {
          out.writeStringProperty("thread_id", thread.toString());
          out.writeNumberProperty("position", position);
          if (running == null) {
            out.writeNullProperty("running");
          } else {
            out.writeObjectPropertyStart("running");
            out.writeStringProperty("request_id", running.requestId().toString());
            out.writeStringProperty("message_id", running.messageId().toString());
            out.writeNumberProperty("attempt", running.attempt());
            out.writeEndObject();
          }
          out.writeArrayPropertyStart("unfinished");
          for (TurnSnapshot turn : unfinished) {
            out.writeStartObject();
            out.writeStringProperty("request_id", turn.id().toString());
            out.writeStringProperty("reply_to", turn.messageId().toString());
            out.writeStringProperty("state", turn.state().wireName());
            out.writeEndObject();
          }
          out.writeEndArray();
        });
  }

  public static ServerFrame pong(String type, Instant now) {
    return new ServerFrame(type, out -> out.writeStringProperty("timestamp", WireTime.format(now)));
  }

  public static ServerFrame serverShutdown(Duration reconnectAfter) {
    return new ServerFrame(
        "server_shutdown",
        out -> out.writeNumberProperty("reconnect_after_ms", reconnectAfter.toMillis()));
  }

  /** An error with nothing but its code and words. */
  public static ServerFrame error(ErrorCode code, String message) {
    return error(code, message, null, null, RequestTag.NONE, out -> {});
  }

  /** Nobody can tell just now whether a token is good: the one failure of its kind that passes. */
  public static ServerFrame signInUndecided(String message, Duration retryAfter, RequestTag tag) {
    return error(ErrorCode.AUTH_FAILED, message, true, null, retryAfter, tag, out -> {});
  }

  /**
   * An error.
   *
   * @param field the field that is wrong; null when none is
   * @param retryAfter when the same request may succeed; null when that says nothing
   * @param more writes what else belongs to it
   */
  public static ServerFrame error(
      ErrorCode code,
      String message,
      @Nullable String field,
      @Nullable Duration retryAfter,
      RequestTag tag,
      ServerFrame.Body more) {
    return error(code, message, code.isRetryable(), field, retryAfter, tag, more);
  }

  private static ServerFrame error(
      ErrorCode code,
      String message,
      boolean retryable,
      @Nullable String field,
      @Nullable Duration retryAfter,
      RequestTag tag,
      ServerFrame.Body more) {
    return new ServerFrame(
        "error",
        out -> {
          out.writeStringProperty("code", code.name());
          out.writeStringProperty("error_type", code.name());
          out.writeStringProperty("message", message);
          out.writeBooleanProperty("success", false);
          out.writeBooleanProperty("retryable", retryable);
          if (field != null) {
            out.writeStringProperty("field", field);
          }
          if (retryAfter != null) {
            out.writeNumberProperty("retry_after", Math.max(1, seconds(retryAfter)));
          }
          if (tag.clientMessageId() != null) {
            out.writeStringProperty("client_message_id", tag.clientMessageId());
          }
          more.writeTo(out);
        });
  }

  /** The end of a {@code CONFLICT}: where the thread is, and what the client has not seen. */
  public static ServerFrame.Body conflict(long position, List<Message> missed) {
    return out -> {
      out.writeNumberProperty("position", position);
      out.writeArrayPropertyStart("messages");
      missed.forEach(message -> MessageJson.write(out, message));
      out.writeEndArray();
    };
  }

  private static void writeTurn(JsonGenerator out, ThreadId thread, RequestId request) {
    out.writeStringProperty("thread_id", thread.toString());
    out.writeStringProperty("request_id", request.toString());
  }

  /** Whole seconds, rounded up: nobody should come back too early. */
  private static long seconds(Duration duration) {
    return (duration.toMillis() + 999) / 1000;
  }
}
