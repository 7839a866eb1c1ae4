package life.avai.domain.turn;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.time.Instant;
import life.avai.domain.message.ContentType;
import life.avai.domain.message.FinishReason;
import life.avai.domain.message.MessageId;
import org.jspecify.annotations.Nullable;

/**
 * The one outcome of a turn, as its owner wants it kept.
 *
 * @param owner who worked on it
 * @param attempt the attempt that the owner holds; when it is no longer the turn's, nothing is kept
 * @param finalAttempt the attempt to leave in the turn; one more than {@code attempt} when the
 *     whole text took the place of what had been streamed
 * @param at when; the reply's {@code created_at}
 * @param usage what it cost; null when nobody was asked
 */
public record TurnEnd(
    RequestId id,
    TurnOwner owner,
    int attempt,
    int finalAttempt,
    Instant at,
    Result result,
    @Nullable TurnUsage usage) {
  public TurnEnd {
    requireNonNull(id, "id");
    requireNonNull(owner, "owner");
    requireNonNull(at, "at");
    requireNonNull(result, "result");
  }

  /** The end of a turn in which nobody was asked. */
  public TurnEnd(
      RequestId id, TurnOwner owner, int attempt, int finalAttempt, Instant at, Result result) {
    this(id, owner, attempt, finalAttempt, at, result, null);
  }

  /** What the outcome is. */
  public sealed interface Result {
    /** A reply: the turn is completed. */
    record Answered(ReplyDraft reply) implements Result {}

    /**
     * Somebody cancelled it.
     *
     * @param partial the text that had arrived; null when there was none
     */
    record Cancelled(@Nullable ReplyDraft partial) implements Result {}

    /** There is no reply. */
    record Failed(FailureCode code) implements Result {}
  }

  /**
   * An assistant message that has no position yet. See {@link
   * life.avai.domain.message.Message.AssistantMessage} for its parts.
   */
  public record ReplyDraft(
      MessageId id,
      String content,
      ContentType contentType,
      @Nullable Integer tokenCount,
      @Nullable String model,
      @Nullable Double confidence,
      @Nullable Duration processingTime,
      @Nullable String metadata,
      FinishReason finishReason) {
    public ReplyDraft {
      requireNonNull(id, "id");
      requireNonNull(content, "content");
      requireNonNull(contentType, "contentType");
      requireNonNull(finishReason, "finishReason");
    }
  }
}
