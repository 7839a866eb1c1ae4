package life.avai.domain.conversation;

import java.time.Duration;
import life.avai.domain.conversation.ConversationEvent.TurnAnswered;
import life.avai.domain.conversation.ConversationEvent.TurnCancelled;
import life.avai.domain.conversation.ConversationEvent.TurnEnded;
import life.avai.domain.conversation.ConversationEvent.TurnFailed;
import life.avai.domain.message.Message.AssistantMessage;
import life.avai.domain.thread.ThreadId;
import life.avai.domain.turn.FailureCode;
import life.avai.domain.turn.RequestId;
import life.avai.domain.turn.TurnSnapshot;
import org.jspecify.annotations.Nullable;

/** Tells a turn's outcome from what the store has kept of it. */
public final class TurnOutcomes {
  private static final Duration RETRY_AFTER = Duration.ofSeconds(30);

  private TurnOutcomes() {}

  /** The event that tells how a turn ended; null when it has not. */
  public static @Nullable TurnEnded event(TurnSnapshot turn) {
    return switch (turn.state()) {
      case WAITING, RUNNING -> null;
      case COMPLETED -> answered(turn);
      case CANCELLED -> new TurnCancelled(turn.threadId(), turn.id(), turn.reply());
      case FAILED, EXPIRED -> failed(turn);
    };
  }

  private static TurnEnded answered(TurnSnapshot turn) {
    AssistantMessage reply = turn.reply();
    if (reply == null) {
      throw new IllegalArgumentException("turn " + turn.id() + ": completed without a reply");
    }
    return new TurnAnswered(turn.threadId(), turn.id(), turn.attempt(), reply);
  }

  private static TurnEnded failed(TurnSnapshot turn) {
    FailureCode code = turn.failure() == null ? FailureCode.INTERNAL : turn.failure();
    return new TurnFailed(turn.threadId(), turn.id(), code, reason(code), RETRY_AFTER);
  }

  /** A turn that was ended when it was kept, because nobody is configured to answer. */
  static TurnFailed disabled(ThreadId thread, RequestId turn) {
    return new TurnFailed(
        thread, turn, FailureCode.AI_DISABLED, reason(FailureCode.AI_DISABLED), RETRY_AFTER);
  }

  /** What to tell people, when nothing more is known than the code. */
  public static String reason(FailureCode code) {
    return switch (code) {
      case TIMEOUT -> "the assistant took too long to answer";
      case CANISTER_ERROR -> "the assistant could not answer";
      case INVALID_RESPONSE -> "the assistant's answer could not be used";
      case EXPIRED -> "no assistant came in time to answer";
      case OVERLOADED -> "the assistant has too much to do";
      case INTERNAL -> "something went wrong here";
      case AI_DISABLED -> "no assistant is configured on this server";
    };
  }
}
