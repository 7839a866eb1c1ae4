package life.avai.testkit.contract;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.UUID;
import life.avai.domain.conversation.ConversationStore;
import life.avai.domain.conversation.MessageDraft;
import life.avai.domain.conversation.SaveOutcome;
import life.avai.domain.conversation.SaveOutcome.Busy;
import life.avai.domain.conversation.SaveOutcome.Conflict;
import life.avai.domain.conversation.SaveOutcome.Duplicate;
import life.avai.domain.conversation.SaveOutcome.IdempotencyConflict;
import life.avai.domain.conversation.SaveOutcome.Saved;
import life.avai.domain.conversation.SaveOutcome.ThreadNotFound;
import life.avai.domain.conversation.TurnStart;
import life.avai.domain.conversation.WhileBusy;
import life.avai.domain.identity.Caller;
import life.avai.domain.message.ContentType;
import life.avai.domain.message.Message.UserMessage;
import life.avai.domain.thread.ChatThread;
import life.avai.domain.thread.ThreadId;
import life.avai.domain.turn.FailureCode;
import life.avai.domain.turn.TurnState;
import life.avai.testkit.fixture.DraftBuilder;
import life.avai.testkit.fixture.Fixtures;
import org.junit.jupiter.api.Test;

/** What {@link ConversationStore#save} must do. */
abstract class SavingContract extends StoreContract {
  @Test
  void save_keepsTheMessageAsItCame() {
    ThreadId thread = thread();
    String hostile = "'; drop table messages; -- <b>\\u0000</b> \uD83D\uDE00\t\r\n ";
    MessageDraft draft =
        draft(thread)
            .content(hostile)
            .contentType(ContentType.CODE)
            .clientMessageId(UUID.randomUUID())
            .build();

    SaveOutcome.Receipt receipt = saved(draft).receipt();

    assertThat(receipt)
        .isEqualTo(new SaveOutcome.Receipt(draft.id(), thread, draft.requestId(), 1, draft.at()));
    assertThat(history(thread).messages())
        .containsExactly(
            new UserMessage(
                draft.id(),
                thread,
                1,
                owner.userId(),
                hostile,
                ContentType.CODE,
                draft.tokenCount(),
                draft.clientMessageId(),
                draft.at()));
  }

  @Test
  void save_numbersMessagesDenselyAndKeepsTheThreadsCounters() {
    ThreadId thread = thread();
    Instant later = Fixtures.NOON.plusSeconds(60);

    assertThat(saved(draft(thread)).receipt().position()).isEqualTo(1);
    assertThat(saved(draft(thread).at(later)).receipt().position()).isEqualTo(2);
    assertThat(saved(draft(thread)).receipt().position()).isEqualTo(3);

    ChatThread found = found(thread);
    assertThat(found.messageCount()).isEqualTo(3);
    // The newest moment, although the last one's clock stood behind.
    assertThat(found.lastMessageAt()).isEqualTo(later);
    assertThat(history(thread).lastPosition()).isEqualTo(3);
  }

  @Test
  void save_repeatedAfterItsThreadWasDeleted_isNotFound() {
    ThreadId thread = thread();
    UUID name = UUID.randomUUID();
    DraftBuilder draft = draft(thread).clientMessageId(name);
    saved(draft);

    assertThat(stores.threads().delete(owner.userId(), thread)).isTrue();

    assertThat(store.save(draft.build())).isEqualTo(new ThreadNotFound());
    assertThat(store.save(Fixtures.opening(owner.userId()).clientMessageId(name).build()))
        .isEqualTo(new ThreadNotFound());
  }

  @Test
  void save_intoANewThread_makesItWithItsTitle() {
    DraftBuilder draft = Fixtures.opening(owner.userId());

    ThreadId thread = saved(draft).receipt().threadId();

    ChatThread found = found(thread);
    assertThat(found.title()).isEqualTo("A new thread");
    assertThat(found.messageCount()).isEqualTo(1);
    assertThat(found.createdAt()).isEqualTo(Fixtures.NOON);
    assertThat(found.lastMessageAt()).isEqualTo(Fixtures.NOON);
  }

  @Test
  void save_ofARepeat_isADuplicateAndKeepsNothing() {
    ThreadId thread = thread();
    DraftBuilder draft = draft(thread).clientMessageId(UUID.randomUUID());
    Saved first = saved(draft);

    SaveOutcome second = store.save(draft.again().build());

    assertThat(second).isInstanceOf(Duplicate.class);
    assertThat(((Duplicate) second).receipt()).isEqualTo(first.receipt());
    assertThat(((Duplicate) second).turn().state()).isEqualTo(TurnState.WAITING);
    assertThat(contents(thread)).hasSize(1);
    assertThat(found(thread).messageCount()).isEqualTo(1);
    assertThat(store.unfinished(thread)).hasSize(1);
  }

  @Test
  void save_ofARepeatIntoANewThread_findsTheThreadThatTheFirstMade() {
    UUID id = UUID.randomUUID();
    Saved first = saved(Fixtures.opening(owner.userId()).clientMessageId(id));

    MessageDraft elsewhere = Fixtures.opening(owner.userId()).clientMessageId(id).build();

    assertThat(store.save(elsewhere))
        .isInstanceOfSatisfying(
            Duplicate.class, repeat -> assertThat(repeat.receipt()).isEqualTo(first.receipt()));
    assertThat(stores.threads().list(owner.userId(), 10, null, false).total()).isEqualTo(1);
  }

  @Test
  void save_underAUsedIdButOtherwise_isAnIdempotencyConflict() {
    ThreadId thread = thread();
    UUID id = UUID.randomUUID();
    DraftBuilder draft = draft(thread).clientMessageId(id);
    Saved unused = saved(draft);
    MessageDraft opening = Fixtures.opening(owner.userId()).clientMessageId(id).build();

    assertThat(store.save(draft.again().content("Other").build()))
        .isEqualTo(new IdempotencyConflict());
    assertThat(store.save(draft.again().contentType(ContentType.JSON).build()))
        .isEqualTo(new IdempotencyConflict());
    assertThat(store.save(draft.again(owner.userId(), thread()).build()))
        .isEqualTo(new IdempotencyConflict());
    assertThat(store.save(opening)).isEqualTo(new IdempotencyConflict());
    assertThat(contents(thread)).hasSize(1);
  }

  @Test
  void save_intoTheOpenedThreadUnderTheOpenersId_isADuplicateOfIt() {
    DraftBuilder draft = Fixtures.opening(owner.userId()).clientMessageId(UUID.randomUUID());
    ThreadId thread = saved(draft).receipt().threadId();

    assertThat(store.save(draft.again(owner.userId(), thread).build()))
        .isInstanceOf(Duplicate.class);
  }

  @Test
  void save_byAnotherAuthorUnderTheSameId_isAMessageOfItsOwn() {
    UUID id = UUID.randomUUID();
    Saved mine = saved(draft(thread()).clientMessageId(id));
    Caller other = Fixtures.anonymous(stores.users());

    Saved theirs = saved(Fixtures.draft(other.userId(), thread(other)).clientMessageId(id));

    assertThat(theirs.receipt().messageId()).isNotEqualTo(mine.receipt().messageId());
  }

  @Test
  void save_ofTheSameCallOnceMore_findsOutWhatBecameOfIt() {
    ThreadId thread = thread();
    MessageDraft draft = draft(thread).clientMessageId(UUID.randomUUID()).build();
    Saved first = saved(draft);

    SaveOutcome.Receipt again =
        switch (store.save(draft)) {
          case Saved saved -> saved.receipt();
          case Duplicate duplicate -> duplicate.receipt();
          default -> throw new AssertionError("neither saved nor a duplicate");
        };

    assertThat(again).isEqualTo(first.receipt());
    assertThat(contents(thread)).hasSize(1);
  }

  @Test
  void save_intoNoThreadOrSomebodyElses_isNotFound() {
    Caller other = Fixtures.signedIn(stores.users());
    ThreadId theirs = thread(other);

    assertThat(store.save(draft(theirs).build())).isEqualTo(new ThreadNotFound());
    assertThat(store.save(draft(Fixtures.threadId()).build())).isEqualTo(new ThreadNotFound());
    assertThat(stores.threads().find(other.userId(), theirs).orElseThrow().messageCount()).isZero();
  }

  @Test
  void save_withAnotherPositionThanExpected_isAConflictThatTellsThePosition() {
    ThreadId thread = thread();
    Saved unused = saved(draft(thread).expectedPosition(0));

    assertThat(store.save(draft(thread).expectedPosition(0).build())).isEqualTo(new Conflict(1));
    assertThat(store.save(draft(thread).expectedPosition(2).build())).isEqualTo(new Conflict(1));
    assertThat(saved(draft(thread).expectedPosition(1)).receipt().position()).isEqualTo(2);
  }

  @Test
  void save_thatMustNotWait_isBusyWhileATurnIsUnfinished() {
    ThreadId thread = thread();
    var running = running(thread);

    assertThat(store.save(draft(thread).whileBusy(WhileBusy.REJECT).build())).isEqualTo(new Busy());
    assertThat(contents(thread)).hasSize(1);

    var unused = answered(running, "Yes.");
    assertThat(store.save(draft(thread).whileBusy(WhileBusy.REJECT).build()))
        .isInstanceOf(Saved.class);
  }

  @Test
  void save_beyondTheMostUnfinishedTurns_isBusy() {
    ThreadId thread = thread();
    for (int i = 0; i < ConversationStore.MAX_UNFINISHED_PER_THREAD; i++) {
      Saved unused = saved(draft(thread));
    }

    assertThat(store.save(draft(thread).build())).isEqualTo(new Busy());
    assertThat(saved(draft(thread())).receipt().position()).isEqualTo(1);
  }

  @Test
  void save_whereSeveralThingsApply_answersTheFirst() {
    ThreadId thread = thread();
    DraftBuilder first = draft(thread).clientMessageId(UUID.randomUUID());
    Saved unused = saved(first);
    DraftBuilder hurried = first.again().expectedPosition(9).whileBusy(WhileBusy.REJECT);

    assertThat(store.save(hurried.build())).isInstanceOf(Duplicate.class);
    assertThat(store.save(hurried.content("Other").build())).isEqualTo(new IdempotencyConflict());
    assertThat(store.save(hurried.clientMessageId(UUID.randomUUID()).build()))
        .isEqualTo(new Conflict(1));
    assertThat(store.save(draft(Fixtures.threadId()).expectedPosition(9).build()))
        .isEqualTo(new ThreadNotFound());

    assertThat(stores.threads().delete(owner.userId(), thread)).isTrue();
    assertThat(store.save(hurried.clientMessageId(UUID.randomUUID()).build()))
        .isEqualTo(new ThreadNotFound());
  }

  @Test
  void save_runningNow_givesTheTurnUnlessTheThreadHasAnUnfinishedOne() {
    ThreadId thread = thread();

    var running = running(thread);
    Saved behind = saved(draft(thread).runNow(lease));

    assertThat(running.attempt()).isEqualTo(1);
    assertThat(running.tries()).isZero();
    assertThat(running.cancelRequested()).isFalse();
    assertThat(turn(running.id()).state()).isEqualTo(TurnState.RUNNING);
    assertThat(behind.turn()).isNull();
    assertThat(turn(behind.receipt().requestId()).state()).isEqualTo(TurnState.WAITING);
    assertThat(turn(behind.receipt().requestId()).attempt()).isZero();
  }

  @Test
  void save_waiting_givesNoTurn() {
    Saved saved = saved(draft(thread()));

    assertThat(saved.turn()).isNull();
    assertThat(turn(saved.receipt().requestId()).state()).isEqualTo(TurnState.WAITING);
    assertThat(store.waitingTurns()).isEqualTo(1);
  }

  @Test
  void save_withoutAnyCanister_hasFailedFromTheStart() {
    ThreadId thread = thread();

    Saved saved = saved(draft(thread).start(new TurnStart.FailDisabled()));

    var turn = turn(saved.receipt().requestId());
    assertThat(saved.turn()).isNull();
    assertThat(turn.state()).isEqualTo(TurnState.FAILED);
    assertThat(turn.failure()).isEqualTo(FailureCode.AI_DISABLED);
    assertThat(store.unfinished(thread)).isEmpty();
  }
}
