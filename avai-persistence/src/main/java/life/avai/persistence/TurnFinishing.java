package life.avai.persistence;

import static life.avai.persistence.MessageSaving.column;
import static life.avai.persistence.jooq.Tables.FINISH_TURNS;

import java.time.OffsetDateTime;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import java.util.function.Function;
import java.util.function.IntFunction;
import life.avai.domain.conversation.ConversationStore.FinishOutcome;
import life.avai.domain.message.Message.AssistantMessage;
import life.avai.domain.message.MessageId;
import life.avai.domain.thread.ThreadId;
import life.avai.domain.turn.TurnEnd;
import life.avai.domain.turn.TurnEnd.ReplyDraft;
import life.avai.domain.turn.TurnEnd.Result;
import life.avai.domain.turn.TurnUsage;
import life.avai.persistence.jooq.udt.records.AnswerRowRecord;
import org.jooq.DSLContext;
import org.jspecify.annotations.Nullable;

/** Ends groups of turns: one call of {@code finish_turns}, one round trip. */
final class TurnFinishing {
  private final FunctionCall finishTurns;
  private final ContextCache cache;

  TurnFinishing(DSLContext jooq, ContextCache cache) {
    this.finishTurns = new FunctionCall(jooq, FINISH_TURNS);
    this.cache = cache;
  }

  List<@Nullable FinishOutcome> write(List<TurnEnd> ends, boolean waitForLock) {
    // In the order of the function's parameters.
    List<AnswerRowRecord> rows =
        finishTurns.rows(
            List.of(
                column(ends, UUID[]::new, end -> end.id().value()),
                column(ends, UUID[]::new, end -> end.owner().value()),
                column(ends, Integer[]::new, TurnEnd::attempt),
                column(ends, Integer[]::new, TurnEnd::finalAttempt),
                column(ends, String[]::new, end -> state(end.result())),
                column(
                    ends,
                    String[]::new,
                    end -> end.result() instanceof Result.Failed(var code) ? code.name() : null),
                ofReply(ends, UUID[]::new, reply -> reply.id().value()),
                ofReply(ends, String[]::new, ReplyDraft::content),
                ofReply(ends, String[]::new, reply -> reply.contentType().wireName()),
                ofReply(ends, Integer[]::new, ReplyDraft::tokenCount),
                ofReply(ends, String[]::new, ReplyDraft::model),
                ofReply(
                    ends,
                    Long[]::new,
                    reply ->
                        reply.processingTime() == null ? null : reply.processingTime().toMillis()),
                ofReply(ends, Double[]::new, ReplyDraft::confidence),
                ofReply(ends, String[]::new, ReplyDraft::metadata),
                ofReply(ends, String[]::new, reply -> reply.finishReason().wireName()),
                column(ends, OffsetDateTime[]::new, end -> MessageSaving.offset(end.at())),
                ofUsage(ends, String[]::new, TurnUsage::model),
                ofUsage(ends, Integer[]::new, TurnUsage::promptTokens),
                ofUsage(ends, Integer[]::new, TurnUsage::replyTokens),
                ofUsage(ends, Boolean[]::new, TurnUsage::counted),
                ofUsage(
                    ends,
                    Long[]::new,
                    usage -> usage.firstDelta() == null ? null : usage.firstDelta().toMillis()),
                ofUsage(ends, Long[]::new, usage -> usage.took().toMillis()),
                waitForLock));
    @Nullable FinishOutcome[] outcomes = new FinishOutcome[ends.size()];
    for (AnswerRowRecord row : rows) {
      outcomes[row.getOrd() - 1] = outcome(row, ends.get(row.getOrd() - 1));
    }
    return Arrays.asList(outcomes);
  }

  private static <V> @Nullable V[] ofReply(
      List<TurnEnd> ends,
      IntFunction<@Nullable V[]> array,
      Function<ReplyDraft, @Nullable V> value) {
    return column(
        ends,
        array,
        end -> {
          ReplyDraft reply = reply(end.result());
          return reply == null ? null : value.apply(reply);
        });
  }

  private static <V> @Nullable V[] ofUsage(
      List<TurnEnd> ends,
      IntFunction<@Nullable V[]> array,
      Function<TurnUsage, @Nullable V> value) {
    return column(ends, array, end -> end.usage() == null ? null : value.apply(end.usage()));
  }

  static @Nullable ReplyDraft reply(Result result) {
    return switch (result) {
      case Result.Answered(var reply) -> reply;
      case Result.Cancelled(var partial) -> partial;
      case Result.Failed ignored -> null;
    };
  }

  private static String state(Result result) {
    return switch (result) {
      case Result.Answered ignored -> "completed";
      case Result.Cancelled ignored -> "cancelled";
      case Result.Failed ignored -> "failed";
    };
  }

  private @Nullable FinishOutcome outcome(AnswerRowRecord row, TurnEnd end) {
    return switch (row.getKind()) {
      case "finished" -> {
        ReplyDraft reply = reply(end.result());
        AssistantMessage message = reply == null ? null : message(row, end, reply);
        if (message != null && row.getRevision() != null) {
          cache.answered(message, row.getRevision());
        }
        yield new FinishOutcome.Finished(message, row.getFlag());
      }
      case "fenced" -> new FinishOutcome.Fenced();
      case "locked" -> null;
      default -> throw new IllegalStateException("finish_turns answered " + row.getKind());
    };
  }

  private static AssistantMessage message(AnswerRowRecord row, TurnEnd end, ReplyDraft reply) {
    return new AssistantMessage(
        reply.id(),
        new ThreadId(row.getThreadId()),
        row.getPosition(),
        new MessageId(row.getMessageId()),
        reply.content(),
        reply.contentType(),
        reply.tokenCount(),
        reply.model(),
        reply.confidence(),
        reply.processingTime(),
        reply.metadata(),
        reply.finishReason(),
        null,
        end.at());
  }
}
