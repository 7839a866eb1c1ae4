package life.avai.persistence;

import java.time.Duration;
import life.avai.domain.message.MessageId;
import life.avai.domain.thread.ThreadId;
import life.avai.domain.turn.FailureCode;
import life.avai.domain.turn.RequestId;
import life.avai.domain.turn.TurnSnapshot;
import life.avai.domain.turn.TurnState;
import life.avai.domain.turn.TurnUsage;
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
        turn.getReplyId() == null ? null : Rows.assistantMessage(reply),
        usage(turn));
  }

  static TurnSnapshot withoutReply(TurnsRecord turn, TurnState state, FailureCode failure) {
    return new TurnSnapshot(
        new RequestId(turn.getId()),
        new ThreadId(turn.getThreadId()),
        new MessageId(turn.getMessageId()),
        state,
        turn.getAttempt(),
        failure,
        null,
        null);
  }

  private static @Nullable TurnUsage usage(TurnsRecord turn) {
    Long took = turn.getTookMs();
    Long firstDelta = turn.getFirstDeltaMs();
    return took == null
        ? null
        : new TurnUsage(
            turn.getUsageModel(),
            turn.getPromptTokens(),
            turn.getReplyTokens(),
            turn.getTokensCounted(),
            firstDelta == null ? null : Duration.ofMillis(firstDelta),
            Duration.ofMillis(took));
  }

  private static @Nullable FailureCode failure(@Nullable String code) {
    return code == null ? null : FailureCode.valueOf(code);
  }
}
