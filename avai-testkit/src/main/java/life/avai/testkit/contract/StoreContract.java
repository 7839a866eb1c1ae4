package life.avai.testkit.contract;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import life.avai.domain.conversation.ConversationStore;
import life.avai.domain.conversation.ConversationStore.FinishOutcome;
import life.avai.domain.conversation.MessageDraft;
import life.avai.domain.conversation.SaveOutcome;
import life.avai.domain.identity.Caller;
import life.avai.domain.message.HistoryPage;
import life.avai.domain.message.HistoryQuery;
import life.avai.domain.message.Message;
import life.avai.domain.thread.ChatThread;
import life.avai.domain.thread.ThreadId;
import life.avai.domain.turn.ClaimedTurn;
import life.avai.domain.turn.Lease;
import life.avai.domain.turn.RequestId;
import life.avai.domain.turn.TurnEnd;
import life.avai.domain.turn.TurnSnapshot;
import life.avai.testkit.fixture.DraftBuilder;
import life.avai.testkit.fixture.Fixtures;
import org.junit.jupiter.api.BeforeEach;

/** An empty store with one user in it, and short words for what the contracts do to it. */
abstract class StoreContract {
  static final Duration LONG = Duration.ofMinutes(5);
  static final Duration SHORT = Duration.ofMillis(50);

  final Lease lease = Fixtures.lease(LONG);
  Stores stores;
  ConversationStore store;
  Caller.SignedIn owner;

  /** A store with nothing in it. */
  protected abstract Stores freshStores();

  @BeforeEach
  void open() {
    stores = freshStores();
    store = stores.conversations();
    owner = Fixtures.signedIn(stores.users());
  }

  ThreadId thread() {
    return thread(owner);
  }

  ThreadId thread(Caller of) {
    ThreadId id = Fixtures.threadId();
    stores.threads().create(ChatThread.empty(id, of.userId(), "A title", null, Fixtures.NOON));
    return id;
  }

  DraftBuilder draft(ThreadId thread) {
    return Fixtures.draft(owner.userId(), thread);
  }

  SaveOutcome.Saved saved(DraftBuilder draft) {
    return saved(draft.build());
  }

  SaveOutcome.Saved saved(MessageDraft draft) {
    SaveOutcome outcome = store.save(draft);
    assertThat(outcome).isInstanceOf(SaveOutcome.Saved.class);
    return (SaveOutcome.Saved) outcome;
  }

  /** A saved message whose turn runs under the lease. */
  ClaimedTurn running(ThreadId thread) {
    return running(draft(thread));
  }

  ClaimedTurn running(DraftBuilder draft) {
    ClaimedTurn turn = saved(draft.runNow(lease)).turn();
    if (turn == null) {
      throw new AssertionError("the turn does not run");
    }
    return turn;
  }

  RequestId waiting(DraftBuilder draft) {
    return saved(draft).receipt().requestId();
  }

  TurnEnd end(ClaimedTurn turn, TurnEnd.Result result) {
    return end(turn, lease, result);
  }

  TurnEnd end(ClaimedTurn turn, Lease by, TurnEnd.Result result) {
    return new TurnEnd(
        turn.id(), by.owner(), turn.attempt(), turn.attempt(), Fixtures.NOON, result);
  }

  FinishOutcome.Finished answered(ClaimedTurn turn, String content) {
    FinishOutcome outcome =
        store.finish(end(turn, new TurnEnd.Result.Answered(Fixtures.reply(content))));
    assertThat(outcome).isInstanceOf(FinishOutcome.Finished.class);
    return (FinishOutcome.Finished) outcome;
  }

  /** A question and its answer. */
  void exchange(ThreadId thread, String question, String answer) {
    answered(running(draft(thread).content(question)), answer);
  }

  TurnSnapshot turn(RequestId id) {
    List<TurnSnapshot> found = store.turns(List.of(id));
    assertThat(found).hasSize(1);
    return found.getFirst();
  }

  /** Waits until the turn of a thread can be claimed. */
  ClaimedTurn claimedEventually(Lease by, ThreadId thread) {
    return Eventually.found(() -> store.claim(by, 1, thread).stream().findFirst());
  }

  HistoryPage history(ThreadId thread) {
    return stores
        .messages()
        .history(
            owner.userId(), thread, new HistoryQuery(new HistoryQuery.From.Latest(), 1_000, true))
        .orElseThrow();
  }

  List<String> contents(ThreadId thread) {
    return history(thread).messages().stream().map(Message::content).toList();
  }

  ChatThread found(ThreadId thread) {
    return stores.threads().find(owner.userId(), thread).orElseThrow();
  }
}
