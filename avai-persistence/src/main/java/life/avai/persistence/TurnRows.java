package life.avai.persistence;

import life.avai.domain.message.MessageId;
import life.avai.domain.thread.ThreadId;
import life.avai.domain.turn.FailureCode;
import life.avai.domain.turn.RequestId;
import life.avai.domain.turn.TurnSnapshot;
import life.avai.domain.turn.TurnState;
import life.avai.persistence.jooq.tables.records.MessagesRecord;
import life.avai.persistence.jooq.tables.records.TurnsRecord;
import org.jspecify.annotations.Nullable;

/** Turns rows of {@code turns} into what the domain knows. */
final class TurnRows {
  private TurnRows() {}

  static TurnSnapshot snapshot(TurnsRecord turn, MessagesRecord reply) {
    return new TurnSnapshot(
        new RequestId(turn.getId()),
        new ThreadId(turn.getThreadId()),
        new MessageId(turn.getMessageId()),
        TurnState.ofWireName(turn.getState()),
        turn.getAttempt(),
        failure(turn.getOutcomeCode()),
        turn.getReplyId() == null ? null : Rows.assistantMessage(reply));
  }

  static TurnSnapshot withoutReply(TurnsRecord turn, TurnState state, FailureCode failure) {
    return new TurnSnapshot(
        new RequestId(turn.getId()),
        new ThreadId(turn.getThreadId()),
        new MessageId(turn.getMessageId()),
        state,
        turn.getAttempt(),
        failure,
        null);
  }

  private static @Nullable FailureCode failure(@Nullable String code) {
    return code == null ? null : FailureCode.valueOf(code);
  }
}
