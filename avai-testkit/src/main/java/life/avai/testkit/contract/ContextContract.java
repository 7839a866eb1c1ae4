package life.avai.testkit.contract;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import life.avai.domain.conversation.ThreadContext;
import life.avai.domain.identity.Caller;
import life.avai.domain.identity.Tier;
import life.avai.domain.thread.ThreadChange;
import life.avai.domain.thread.ThreadId;
import life.avai.domain.turn.ClaimedTurn;
import life.avai.domain.turn.RequestId;
import life.avai.domain.turn.TurnEnd;
import life.avai.testkit.fixture.Fixtures;
import org.junit.jupiter.api.Test;

/** What a claimed turn must know of its thread. */
abstract class ContextContract extends StoreContract {
  private static List<String> shown(ClaimedTurn turn) {
    List<String> shown = new ArrayList<>();
    for (ThreadContext.Exchange exchange : turn.context().earlier()) {
      shown.add(exchange.question().content());
      if (exchange.reply() != null) {
        shown.add(exchange.reply().content());
      }
    }
    shown.add(turn.context().question().content());
    return shown;
  }

  private ClaimedTurn claimed(ThreadId thread) {
    List<ClaimedTurn> claimed = store.claim(lease, 1, thread);
    assertThat(claimed).hasSize(1);
    return claimed.getFirst();
  }

  @Test
  void context_tellsTitleSubjectAndTierOfTheOwner() {
    ThreadContext context = running(thread()).context();

    assertThat(context.title()).isEqualTo("A title");
    assertThat(context.subject()).isEqualTo(owner.subject());
    assertThat(context.tier()).isEqualTo(owner.tier());
  }

  @Test
  void context_ofAnAnonymousOwner_hasNoSubject() {
    Caller guest = Fixtures.anonymous(stores.users());

    ThreadContext context = running(Fixtures.draft(guest.userId(), thread(guest))).context();

    assertThat(context.subject()).isNull();
    assertThat(context.tier()).isEqualTo(Tier.ANONYMOUS);
  }

  @Test
  void context_holdsTheExchangesOldestFirstAndTheQuestionLast() {
    ThreadId thread = thread();
    exchange(thread, "one?", "one.");
    exchange(thread, "two?", "two.");

    assertThat(shown(running(draft(thread).content("three?"))))
        .containsExactly("one?", "one.", "two?", "two.", "three?");
  }

  @Test
  void context_isInTheOrderOfTurnsAlsoWherePositionsInterleave() {
    ThreadId thread = thread();
    ClaimedTurn first = running(draft(thread).content("one?"));
    RequestId second = waiting(draft(thread).content("two?"));
    RequestId third = waiting(draft(thread).content("three?"));
    var unused = answered(first, "one.");

    ClaimedTurn next = claimed(thread);
    assertThat(next.id()).isEqualTo(second);
    assertThat(shown(next)).containsExactly("one?", "one.", "two?");
    var ignored = answered(next, "two.");

    ClaimedTurn last = claimed(thread);
    assertThat(last.id()).isEqualTo(third);
    assertThat(shown(last)).containsExactly("one?", "one.", "two?", "two.", "three?");
    assertThat(contents(thread)).containsExactly("one?", "two?", "three?", "one.", "two.");
  }

  @Test
  void context_showsAQuestionWithoutAReplyAlone() {
    ThreadId thread = thread();
    var unused =
        store.finish(
            end(running(draft(thread).content("one?")), new TurnEnd.Result.Cancelled(null)));

    assertThat(shown(running(draft(thread).content("two?")))).containsExactly("one?", "two?");
  }

  @Test
  void context_showsWhatHadArrivedOfACancelledReply() {
    ThreadId thread = thread();
    var unused =
        store.finish(
            end(
                running(draft(thread).content("one?")),
                new TurnEnd.Result.Cancelled(Fixtures.partialReply("on"))));

    assertThat(shown(running(draft(thread).content("two?")))).containsExactly("one?", "on", "two?");
  }

  @Test
  void context_leavesSupersededRepliesOut() {
    ThreadId thread = thread();
    exchange(thread, "one?", "bad.");
    var regenerating = RegenerationContract.regenerated(this, thread);
    assertThat(shown(regenerating)).containsExactly("one?");
    var unused = answered(regenerating, "good.");

    assertThat(shown(running(draft(thread).content("two?"))))
        .containsExactly("one?", "good.", "two?");
  }

  @Test
  void context_holdsNothingOfOtherThreads() {
    exchange(thread(), "other?", "other.");
    ThreadId thread = thread();
    exchange(thread, "one?", "one.");
    exchange(thread(), "more?", "more.");

    assertThat(shown(running(draft(thread).content("two?"))))
        .containsExactly("one?", "one.", "two?");
  }

  @Test
  void context_holdsTheLatestExchangesAndNoMoreThanTheWindow() {
    ThreadId thread = thread();
    int window = stores.contextMessages();
    List<String> all = new ArrayList<>();
    for (int i = 0; i < window + 2; i++) {
      exchange(thread, i + "?", i + ".");
      all.add(i + "?");
      all.add(i + ".");
    }
    all.add("now?");

    List<String> shown = shown(running(draft(thread).content("now?")));

    assertThat(shown).hasSizeBetween(window, 2 * window + 1);
    assertThat(all.subList(all.size() - shown.size(), all.size())).isEqualTo(shown);
  }

  @Test
  void context_followsTheThreadsNewTitle() {
    ThreadId thread = thread();
    exchange(thread, "one?", "one.");
    var unused =
        stores
            .threads()
            .update(owner.userId(), thread, new ThreadChange("Renamed", null, null), Fixtures.NOON);

    assertThat(running(thread).context().title()).isEqualTo("Renamed");
  }
}
