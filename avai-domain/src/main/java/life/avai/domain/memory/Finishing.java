package life.avai.domain.memory;

import java.util.Objects;
import life.avai.domain.conversation.ConversationStore.FinishOutcome;
import life.avai.domain.message.Message.AssistantMessage;
import life.avai.domain.message.MessageId;
import life.avai.domain.turn.FailureCode;
import life.avai.domain.turn.TurnEnd;
import life.avai.domain.turn.TurnEnd.ReplyDraft;
import life.avai.domain.turn.TurnEnd.Result;
import life.avai.domain.turn.TurnState;
import org.jspecify.annotations.Nullable;

/** Ends turns. Called under the store's lock. */
final class Finishing {
  private final Tables tables;

  Finishing(Tables tables) {
    this.tables = tables;
  }

  FinishOutcome finish(TurnEnd end) {
    Conversation conversation = tables.conversationOf(end.id());
    Turn turn = tables.turn(end.id());
    if (conversation == null || turn == null) {
      return new FinishOutcome.Fenced();
    }
    if (isRepeat(end, conversation, turn)) {
      return finished(conversation, turn);
    }
    if (!turn.isHeldBy(end.owner(), end.attempt())) {
      return new FinishOutcome.Fenced();
    }
    ReplyDraft reply = reply(end.result());
    if (reply != null) {
      turn.replyPosition = conversation.nextPosition();
      conversation.add(message(reply, end, conversation, turn));
    }
    turn.attempt = end.finalAttempt();
    turn.usage = end.usage();
    turn.end(state(end.result()), failure(end.result()));
    return finished(conversation, turn);
  }

  private static boolean isRepeat(TurnEnd end, Conversation conversation, Turn turn) {
    ReplyDraft reply = reply(end.result());
    MessageId kept = turn.replyPosition == 0 ? null : conversation.at(turn.replyPosition).id();
    return turn.state == state(end.result())
        && turn.attempt == end.finalAttempt()
        && end.owner().equals(turn.owner)
        && Objects.equals(kept, reply == null ? null : reply.id());
  }

  private static FinishOutcome finished(Conversation conversation, Turn turn) {
    return new FinishOutcome.Finished(
        conversation.snapshot(turn).reply(), conversation.oldestUnfinished().isPresent());
  }

  private static @Nullable ReplyDraft reply(Result result) {
    return switch (result) {
      case Result.Answered(var reply) -> reply;
      case Result.Cancelled(var partial) -> partial;
      case Result.Failed ignored -> null;
    };
  }

  private static TurnState state(Result result) {
    return switch (result) {
      case Result.Answered ignored -> TurnState.COMPLETED;
      case Result.Cancelled ignored -> TurnState.CANCELLED;
      case Result.Failed ignored -> TurnState.FAILED;
    };
  }

  private static @Nullable FailureCode failure(Result result) {
    return result instanceof Result.Failed(var code) ? code : null;
  }

  private static AssistantMessage message(
      ReplyDraft reply, TurnEnd end, Conversation conversation, Turn turn) {
    return new AssistantMessage(
        reply.id(),
        conversation.thread.id(),
        turn.replyPosition,
        turn.messageId,
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
