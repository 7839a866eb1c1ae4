package life.avai.testkit.contract;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.UUID;
import life.avai.domain.conversation.ConversationStore.RegenerateOutcome;
import life.avai.domain.conversation.ConversationStore.RegenerateOutcome.Busy;
import life.avai.domain.conversation.ConversationStore.RegenerateOutcome.NothingToAnswer;
import life.avai.domain.conversation.ConversationStore.RegenerateOutcome.Regenerating;
import life.avai.domain.conversation.ConversationStore.RegenerateOutcome.ThreadNotFound;
import life.avai.domain.conversation.SaveOutcome;
import life.avai.domain.conversation.TurnStart;
import life.avai.domain.message.Message.AssistantMessage;
import life.avai.domain.thread.ThreadId;
import life.avai.domain.turn.ClaimedTurn;
import life.avai.domain.turn.FailureCode;
import life.avai.domain.turn.RequestId;
import life.avai.domain.turn.TurnState;
import life.avai.testkit.fixture.Fixtures;
import org.junit.jupiter.api.Test;

/** What answering a question anew must do. */
abstract class RegenerationContract extends StoreContract {
  static ClaimedTurn regenerated(StoreContract in, ThreadId thread) {
    RegenerateOutcome outcome =
        regenerate(in, thread, Fixtures.requestId(), new TurnStart.RunNow(in.lease));
    if (outcome instanceof Regenerating regenerating && regenerating.turn() != null) {
      return regenerating.turn();
    }
    throw new AssertionError("no turn to run: " + outcome);
  }

  private static RegenerateOutcome regenerate(
      StoreContract in, ThreadId thread, RequestId id, TurnStart start) {
    return in.store.regenerate(
        in.owner.userId(), thread, id, start, StoreContract.LONG, Fixtures.NOON);
  }

  private RegenerateOutcome regenerate(ThreadId thread, TurnStart start) {
    return regenerate(this, thread, Fixtures.requestId(), start);
  }

  private List<Boolean> superseded(ThreadId thread) {
    return history(thread).messages().stream()
        .filter(AssistantMessage.class::isInstance)
        .map(message -> ((AssistantMessage) message).supersededAt() != null)
        .toList();
  }

  @Test
  void regenerate_runsANewTurnForTheLastQuestionAndSupersedesItsReply() {
    ThreadId thread = thread();
    exchange(thread, "one?", "one.");
    exchange(thread, "two?", "two.");
    var question = history(thread).messages().get(2);

    ClaimedTurn turn = regenerated(this, thread);

    assertThat(turn.context().question()).isEqualTo(question);
    assertThat(turn.attempt()).isEqualTo(1);
    assertThat(superseded(thread)).containsExactly(false, true);
    var finished = answered(turn, "Better.");
    assertThat(finished.reply()).isNotNull();
    assertThat(contents(thread)).containsExactly("one?", "one.", "two?", "two.", "Better.");
    assertThat(superseded(thread)).containsExactly(false, true, false);
    assertThat(found(thread).messageCount()).isEqualTo(5);
  }

  @Test
  void regenerate_waitingOrDisabled_givesNoTurn() {
    ThreadId first = thread();
    exchange(first, "one?", "one.");
    ThreadId second = thread();
    exchange(second, "one?", "one.");

    var waits = (Regenerating) regenerate(first, new TurnStart.Wait());
    var failed = (Regenerating) regenerate(second, new TurnStart.FailDisabled());

    assertThat(waits.turn()).isNull();
    assertThat(waits.replyTo()).isEqualTo(history(first).messages().getFirst().id());
    assertThat(turn(waits.requestId()).state()).isEqualTo(TurnState.WAITING);
    assertThat(failed.turn()).isNull();
    assertThat(turn(failed.requestId()).state()).isEqualTo(TurnState.FAILED);
    assertThat(turn(failed.requestId()).failure()).isEqualTo(FailureCode.AI_DISABLED);
  }

  @Test
  void regenerate_whileATurnIsUnfinished_isBusy() {
    ThreadId thread = thread();
    var unused = running(thread);

    assertThat(regenerate(thread, new TurnStart.Wait())).isEqualTo(new Busy());
    assertThat(store.unfinished(thread)).hasSize(1);
  }

  @Test
  void regenerate_ofAnEmptyThread_hasNothingToAnswer() {
    assertThat(regenerate(thread(), new TurnStart.Wait())).isEqualTo(new NothingToAnswer());
  }

  @Test
  void regenerate_inSomebodyElsesThread_isNotFound() {
    ThreadId theirs = thread(Fixtures.signedIn(stores.users()));

    assertThat(regenerate(theirs, new TurnStart.Wait())).isEqualTo(new ThreadNotFound());
  }

  @Test
  void regenerate_ofTheSameCallOnceMore_makesNoSecondTurn() {
    ThreadId thread = thread();
    exchange(thread, "one?", "one.");
    RequestId id = Fixtures.requestId();

    var first = (Regenerating) regenerate(this, thread, id, new TurnStart.Wait());
    var second = (Regenerating) regenerate(this, thread, id, new TurnStart.Wait());

    assertThat(second.replyTo()).isEqualTo(first.replyTo());
    assertThat(store.unfinished(thread)).hasSize(1);
  }

  @Test
  void regenerate_makesTheNewTurnTheOneThatARepeatIsTold() {
    ThreadId thread = thread();
    var draft = draft(thread).clientMessageId(UUID.randomUUID());
    ClaimedTurn first = running(draft);
    var unused = answered(first, "one.");
    ClaimedTurn anew = regenerated(this, thread);

    assertThat(store.save(draft.again().build()))
        .isInstanceOfSatisfying(
            SaveOutcome.Duplicate.class,
            repeat -> {
              assertThat(repeat.receipt().requestId()).isEqualTo(first.id());
              assertThat(repeat.turn().id()).isEqualTo(anew.id());
            });
  }
}
