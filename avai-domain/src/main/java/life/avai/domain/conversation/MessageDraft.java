package life.avai.domain.conversation;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.time.Instant;
import java.util.UUID;
import life.avai.domain.identity.UserId;
import life.avai.domain.message.ContentType;
import life.avai.domain.message.MessageId;
import life.avai.domain.thread.ThreadId;
import life.avai.domain.turn.RequestId;
import org.jspecify.annotations.Nullable;

/**
 * A user's message that is to be kept, with its turn.
 *
 * @param id the id that it gets, if it is not a repeat
 * @param requestId the id that its turn gets, if it is not a repeat
 * @param target the thread that it goes into
 * @param tokenCount estimated
 * @param clientMessageId makes the send idempotent, for ever, per author; null when the client gave
 *     none
 * @param expectedPosition the newest position that the client knows of; null when it does not care
 * @param expiry how long its turn may wait for a canister
 * @param at when it arrived; its {@code created_at}
 */
public record MessageDraft(
    MessageId id,
    RequestId requestId,
    Target target,
    UserId author,
    String content,
    ContentType contentType,
    int tokenCount,
    @Nullable UUID clientMessageId,
    @Nullable Long expectedPosition,
    WhileBusy whileBusy,
    TurnStart start,
    Duration expiry,
    Instant at) {
  public MessageDraft {
    requireNonNull(id, "id");
    requireNonNull(requestId, "requestId");
    requireNonNull(target, "target");
    requireNonNull(author, "author");
    requireNonNull(content, "content");
    requireNonNull(contentType, "contentType");
    requireNonNull(whileBusy, "whileBusy");
    requireNonNull(start, "start");
    requireNonNull(expiry, "expiry");
    requireNonNull(at, "at");
  }

  /** Where a message goes. */
  public sealed interface Target {
    ThreadId threadId();

    /** A thread of the author's. */
    record Existing(ThreadId threadId) implements Target {}

    /** A thread that is made with the message, under this id and title, if it is not a repeat. */
    record New(ThreadId threadId, String title) implements Target {}
  }
}
