package life.avai.testkit.contract;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;
import life.avai.domain.conversation.ConversationStore.FinishOutcome;
import life.avai.domain.conversation.ConversationStore.FinishOutcome.Fenced;
import life.avai.domain.conversation.ConversationStore.FinishOutcome.Finished;
import life.avai.domain.message.Message.AssistantMessage;
import life.avai.domain.thread.ThreadId;
import life.avai.domain.turn.ClaimedTurn;
import life.avai.domain.turn.FailureCode;
import life.avai.domain.turn.Lease;
import life.avai.domain.turn.RequestId;
import life.avai.domain.turn.TurnEnd;
import life.avai.domain.turn.TurnEnd.ReplyDraft;
import life.avai.domain.turn.TurnEnd.Result;
import life.avai.domain.turn.TurnState;
import life.avai.domain.turn.TurnUsage;
import life.avai.testkit.fixture.Fixtures;
import org.junit.jupiter.api.Test;

/** What ending turns must do. */
abstract class FinishingContract extends StoreContract {
  static final FinishOutcome FENCED = new Fenced();

  /** A turn's end in every kind. */
  static List<TurnEnd> everyEnd(StoreContract in, ClaimedTurn turn) {
    return List.of(
        in.end(turn, new Result.Answered(Fixtures.reply("Yes."))),
        in.end(turn, new Result.Cancelled(Fixtures.partialReply("Ye"))),
        in.end(turn, new Result.Cancelled(null)),
        in.end(turn, new Result.Failed(FailureCode.TIMEOUT)));
  }

  @Test
  void finish_answered_keepsTheReplyAndTheThreadsCounters() {
    ThreadId thread = thread();
    ClaimedTurn turn = running(thread);
    ReplyDraft draft = Fixtures.reply("It is not. \uD83D\uDE00");
    var at = Fixtures.NOON.plusSeconds(5);

    var outcome =
        store.finish(new TurnEnd(turn.id(), lease.owner(), 1, 1, at, new Result.Answered(draft)));

    AssistantMessage reply =
        new AssistantMessage(
            draft.id(),
            thread,
            2,
            turn.context().question().id(),
            draft.content(),
            draft.contentType(),
            draft.tokenCount(),
            draft.model(),
            draft.confidence(),
            draft.processingTime(),
            draft.metadata(),
            draft.finishReason(),
            null,
            at);
    assertThat(outcome).isEqualTo(new Finished(reply, false));
    assertThat(history(thread).messages().getLast()).isEqualTo(reply);
    assertThat(turn(turn.id()).state()).isEqualTo(TurnState.COMPLETED);
    assertThat(turn(turn.id()).reply()).isEqualTo(reply);
    assertThat(found(thread).messageCount()).isEqualTo(2);
    assertThat(found(thread).lastMessageAt()).isEqualTo(at);
  }

  @Test
  void finish_cancelledWithText_keepsIt() {
    ThreadId thread = thread();
    ClaimedTurn turn = running(thread);

    var outcome = store.finish(end(turn, new Result.Cancelled(Fixtures.partialReply("Ye"))));

    assertThat(outcome)
        .isInstanceOfSatisfying(
            Finished.class, finished -> assertThat(finished.reply()).isNotNull());
    assertThat(contents(thread)).containsExactly("Is this safe?", "Ye");
    assertThat(turn(turn.id()).state()).isEqualTo(TurnState.CANCELLED);
    assertThat(turn(turn.id()).reply()).isEqualTo(history(thread).messages().getLast());
  }

  @Test
  void finish_withoutText_keepsNoReply() {
    ThreadId cancelled = thread();
    ThreadId failed = thread();
    ClaimedTurn first = running(cancelled);
    ClaimedTurn second = running(failed);

    assertThat(store.finish(end(first, new Result.Cancelled(null))))
        .isEqualTo(new Finished(null, false));
    assertThat(store.finish(end(second, new Result.Failed(FailureCode.TIMEOUT))))
        .isEqualTo(new Finished(null, false));

    assertThat(turn(first.id()).state()).isEqualTo(TurnState.CANCELLED);
    assertThat(turn(first.id()).failure()).isNull();
    assertThat(turn(second.id()).state()).isEqualTo(TurnState.FAILED);
    assertThat(turn(second.id()).failure()).isEqualTo(FailureCode.TIMEOUT);
    assertThat(contents(cancelled)).hasSize(1);
    assertThat(found(failed).messageCount()).isEqualTo(1);
  }

  @Test
  void finish_keepsWhatTheTurnCost_whateverBecameOfIt() {
    TurnUsage usage =
        new TurnUsage("test-model", 120, 7, true, Duration.ofMillis(40), Duration.ofMillis(900));
    TurnUsage silent = new TurnUsage(null, 120, 0, false, null, Duration.ofMillis(900));
    List<Supplier<Result>> results =
        List.of(
            () -> new Result.Answered(Fixtures.reply("Yes.")),
            () -> new Result.Cancelled(Fixtures.partialReply("Ye")),
            () -> new Result.Cancelled(null),
            () -> new Result.Failed(FailureCode.TIMEOUT));
    for (Supplier<Result> result : results) {
      for (TurnUsage cost : Arrays.asList(usage, silent, null)) {
        ClaimedTurn turn = running(thread());
        assertThat(turn(turn.id()).usage()).isNull();
        TurnEnd end =
            new TurnEnd(turn.id(), lease.owner(), 1, 1, Fixtures.NOON, result.get(), cost);

        assertThat(store.finish(end)).isInstanceOf(Finished.class);

        assertThat(turn(turn.id()).usage()).as("%s", end).isEqualTo(cost);
      }
    }
  }

  @Test
  void finish_leavesTheFinalAttempt() {
    ClaimedTurn turn = running(thread());
    var end =
        new TurnEnd(
            turn.id(), lease.owner(), 1, 2, Fixtures.NOON, new Result.Failed(FailureCode.INTERNAL));

    assertThat(store.finish(end)).isInstanceOf(Finished.class);
    assertThat(turn(turn.id()).attempt()).isEqualTo(2);
  }

  @Test
  void finish_ofTheSameEndOnceMore_isFinishedAgainAndKeepsNothingMore() {
    ThreadId thread = thread();
    ClaimedTurn turn = running(thread);
    TurnEnd end = end(turn, new Result.Answered(Fixtures.reply("Yes.")));

    FinishOutcome first = store.finish(end);
    FinishOutcome second = store.finish(end);

    assertThat(first).isInstanceOf(Finished.class);
    assertThat(second).isEqualTo(first);
    assertThat(contents(thread)).hasSize(2);
    assertThat(found(thread).messageCount()).isEqualTo(2);
  }

  @Test
  void finish_ofAnEndedTurn_changesNothing() {
    ThreadId thread = thread();
    ClaimedTurn turn = running(thread);
    var unused = answered(turn, "Yes.");
    var before = turn(turn.id());

    assertThat(everyEnd(this, turn))
        .allSatisfy(end -> assertThat(store.finish(end)).isEqualTo(FENCED));
    assertThat(turn(turn.id())).isEqualTo(before);
    assertThat(contents(thread)).hasSize(2);
  }

  @Test
  void finish_byAnotherOwnerOrOfAnotherAttempt_isFenced() {
    ClaimedTurn turn = running(thread());
    Lease other = Fixtures.lease(LONG);
    Result result = new Result.Failed(FailureCode.TIMEOUT);

    assertThat(store.finish(end(turn, other, result))).isEqualTo(FENCED);
    assertThat(store.finish(new TurnEnd(turn.id(), lease.owner(), 2, 2, Fixtures.NOON, result)))
        .isEqualTo(FENCED);
    assertThat(turn(turn.id()).state()).isEqualTo(TurnState.RUNNING);
  }

  @Test
  void finish_ofATurnThatIsWaitingOrUnknown_isFenced() {
    RequestId waiting = waiting(draft(thread()));
    Result result = new Result.Failed(FailureCode.TIMEOUT);

    assertThat(store.finish(new TurnEnd(waiting, lease.owner(), 0, 0, Fixtures.NOON, result)))
        .isEqualTo(FENCED);
    assertThat(
            store.finish(
                new TurnEnd(Fixtures.requestId(), lease.owner(), 1, 1, Fixtures.NOON, result)))
        .isEqualTo(FENCED);
  }

  @Test
  void finish_inADeletedThread_isFenced() {
    ThreadId thread = thread();
    ClaimedTurn turn = running(thread);
    assertThat(stores.threads().delete(owner.userId(), thread)).isTrue();

    assertThat(store.finish(end(turn, new Result.Answered(Fixtures.reply("Yes.")))))
        .isEqualTo(FENCED);
    assertThat(store.turns(List.of(turn.id()))).isEmpty();
  }

  @Test
  void refuse_failsATurnThatWaitsAndNoOther() {
    RequestId waiting = waiting(draft(thread()));
    ClaimedTurn running = running(thread());

    assertThat(store.refuse(waiting, FailureCode.OVERLOADED, Fixtures.NOON)).isTrue();
    assertThat(store.refuse(waiting, FailureCode.OVERLOADED, Fixtures.NOON)).isFalse();
    assertThat(store.refuse(running.id(), FailureCode.OVERLOADED, Fixtures.NOON)).isFalse();
    assertThat(store.refuse(Fixtures.requestId(), FailureCode.OVERLOADED, Fixtures.NOON)).isFalse();

    assertThat(turn(waiting).state()).isEqualTo(TurnState.FAILED);
    assertThat(turn(waiting).failure()).isEqualTo(FailureCode.OVERLOADED);
    assertThat(turn(running.id()).state()).isEqualTo(TurnState.RUNNING);
    assertThat(store.claim(lease, 10, null)).isEmpty();
  }

  @Test
  void finish_tellsWhetherTheThreadHasMoreToDo() {
    ThreadId thread = thread();
    ClaimedTurn turn = running(thread);
    RequestId elsewhere = waiting(draft(thread()));
    assertThat(turn(elsewhere).state()).isEqualTo(TurnState.WAITING);
    RequestId next = waiting(draft(thread));

    assertThat(answered(turn, "Yes.").moreWaiting()).isTrue();
    ClaimedTurn claimed = store.claim(lease, 1, thread).getFirst();
    assertThat(claimed.id()).isEqualTo(next);
    assertThat(answered(claimed, "No.").moreWaiting()).isFalse();
  }
}
