package life.avai.testkit.contract;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.OptionalInt;
import java.util.stream.Stream;
import life.avai.domain.identity.Caller;
import life.avai.domain.thread.ThreadId;
import life.avai.domain.turn.ClaimedTurn;
import life.avai.domain.turn.FailureCode;
import life.avai.domain.turn.Lease;
import life.avai.domain.turn.RequestId;
import life.avai.domain.turn.TurnSnapshot;
import life.avai.domain.turn.TurnState;
import life.avai.testkit.fixture.Fixtures;
import org.junit.jupiter.api.Test;

/** What taking up turns, keeping them and letting go of them must do. */
abstract class ClaimingContract extends StoreContract {
  private final Lease other = Fixtures.lease(LONG);

  private List<RequestId> claim(int limit) {
    return store.claim(lease, limit, null).stream().map(ClaimedTurn::id).toList();
  }

  private RequestId waitingAt(Caller author, int second) {
    Instant at = Fixtures.NOON.plusSeconds(second);
    return waiting(Fixtures.draft(author.userId(), thread(author)).at(at));
  }

  /** A running turn whose lease has run out, and which another owner has taken over. */
  private ClaimedTurn takenOver(ClaimedTurn[] former, ThreadId thread) {
    former[0] = running(draft(thread));
    assertThat(store.renew(new Lease(lease.owner(), SHORT), List.of(former[0].id())).held())
        .containsExactly(former[0].id());
    return claimedEventually(other, thread);
  }

  @Test
  void claim_takesTheOldestFirstUpToTheLimit() {
    RequestId third = waitingAt(owner, 3);
    RequestId first = waitingAt(owner, 1);
    RequestId second = waitingAt(owner, 2);

    assertThat(claim(2)).containsExactlyInAnyOrder(first, second);
    assertThat(claim(2)).containsExactly(third);
    assertThat(claim(2)).isEmpty();
  }

  @Test
  void claim_takesTurnsBetweenUsers() {
    RequestId mine = waitingAt(owner, 1);
    RequestId alsoMine = waitingAt(owner, 2);
    Stream.of(3, 4, 5).forEach(second -> waitingAt(owner, second));
    RequestId theirs = waitingAt(Fixtures.signedIn(stores.users()), 6);

    assertThat(claim(2)).containsExactlyInAnyOrder(mine, theirs);
    assertThat(claim(1)).containsExactly(alsoMine);
  }

  @Test
  void claim_takesOnlyTheOldestUnfinishedTurnOfAThread() {
    ThreadId thread = thread();
    RequestId first = waiting(draft(thread));
    RequestId second = waiting(draft(thread));

    List<ClaimedTurn> claimed = store.claim(lease, 10, null);

    assertThat(claimed).extracting(ClaimedTurn::id).containsExactly(first);
    assertThat(claim(10)).isEmpty();
    assertThat(answered(claimed.getFirst(), "Yes.").moreWaiting()).isTrue();
    assertThat(claim(10)).containsExactly(second);
  }

  @Test
  void claim_inOneThread_leavesTheOthers() {
    ThreadId thread = thread();
    RequestId elsewhere = waitingAt(owner, -1);
    RequestId here = waiting(draft(thread));

    assertThat(store.claim(lease, 10, thread)).extracting(ClaimedTurn::id).containsExactly(here);
    assertThat(turn(elsewhere).state()).isEqualTo(TurnState.WAITING);
  }

  @Test
  void claim_ofAWaitingTurn_isItsFirstAttempt() {
    RequestId id = waitingAt(owner, 0);

    ClaimedTurn claimed = store.claim(lease, 1, null).getFirst();

    assertThat(claimed.attempt()).isEqualTo(1);
    assertThat(claimed.tries()).isZero();
    assertThat(turn(id).state()).isEqualTo(TurnState.RUNNING);
    assertThat(turn(id).attempt()).isEqualTo(1);
    assertThat(store.waitingTurns()).isZero();
  }

  @Test
  void claim_leavesARunningTurnWhileItsLeaseLasts() {
    ThreadId thread = thread();
    var unused = running(thread);

    assertThat(store.claim(other, 10, null)).isEmpty();
    assertThat(store.claim(other, 10, thread)).isEmpty();
  }

  @Test
  void claim_takesOverATurnWhoseLeaseHasRunOut() {
    ClaimedTurn[] former = new ClaimedTurn[1];

    ClaimedTurn taken = takenOver(former, thread());

    assertThat(taken.id()).isEqualTo(former[0].id());
    assertThat(taken.attempt()).isEqualTo(2);
    assertThat(taken.tries()).isEqualTo(1);
  }

  @Test
  void aFormerOwner_changesNothing() {
    ThreadId thread = thread();
    ClaimedTurn[] former = new ClaimedTurn[1];
    ClaimedTurn taken = takenOver(former, thread);
    ClaimedTurn stale = former[0];

    assertThat(FinishingContract.everyEnd(this, stale))
        .allSatisfy(end -> assertThat(store.finish(end)).isEqualTo(FinishingContract.FENCED));
    assertThat(store.beginAttempt(stale.id(), lease, stale.attempt())).isEmpty();
    assertThat(store.giveBack(stale.id(), lease.owner(), stale.attempt(), Duration.ZERO)).isFalse();
    assertThat(store.renew(lease, List.of(stale.id())).held()).isEmpty();

    assertThat(turn(stale.id()).state()).isEqualTo(TurnState.RUNNING);
    assertThat(turn(stale.id()).attempt()).isEqualTo(taken.attempt());
    assertThat(contents(thread)).hasSize(1);
  }

  @Test
  void anotherOwnerWithTheRightAttempt_changesNothing() {
    ClaimedTurn turn = running(thread());

    assertThat(store.beginAttempt(turn.id(), other, turn.attempt())).isEmpty();
    assertThat(store.giveBack(turn.id(), other.owner(), turn.attempt(), Duration.ZERO)).isFalse();
    assertThat(store.renew(other, List.of(turn.id())).held()).isEmpty();
    assertThat(turn(turn.id()).state()).isEqualTo(TurnState.RUNNING);
  }

  @Test
  void anOwnerWhoseLeaseHasRunOut_keepsATurnThatNobodyTook() {
    ClaimedTurn turn = running(draft(thread()).runNow(lease));
    assertThat(
            store.renew(new Lease(lease.owner(), Duration.ofMillis(1)), List.of(turn.id())).held())
        .hasSize(1);

    assertThat(store.renew(lease, List.of(turn.id())).held()).containsExactly(turn.id());
    assertThat(store.claim(other, 1, null)).isEmpty();
  }

  @Test
  void renew_holdsWhatIsTheOwnersAndTellsWhatIsToBeCancelled() {
    ThreadId thread = thread();
    ClaimedTurn mine = running(thread);
    ClaimedTurn alsoMine = running(thread());
    ClaimedTurn done = running(thread());
    var unused = answered(done, "Yes.");
    RequestId unknown = Fixtures.requestId();
    var cancelled = store.cancel(owner.userId(), thread, null, null, Fixtures.NOON);
    assertThat(cancelled).isPresent();

    var report = store.renew(lease, List.of(mine.id(), alsoMine.id(), done.id(), unknown));

    assertThat(report.held()).containsExactlyInAnyOrder(mine.id(), alsoMine.id());
    assertThat(report.cancelRequested()).containsExactly(mine.id());
    assertThat(store.renew(lease, List.of()).held()).isEmpty();
  }

  @Test
  void beginAttempt_countsOneUpAndFencesTheFormerAttempt() {
    ClaimedTurn turn = running(thread());

    assertThat(store.beginAttempt(turn.id(), lease, 1)).isEqualTo(OptionalInt.of(2));
    assertThat(store.beginAttempt(turn.id(), lease, 1)).isEmpty();
    assertThat(store.giveBack(turn.id(), lease.owner(), 1, Duration.ZERO)).isFalse();
    assertThat(turn(turn.id()).attempt()).isEqualTo(2);
  }

  @Test
  void beginAttempt_countsAsATry() {
    ThreadId thread = thread();
    ClaimedTurn turn = running(thread);
    OptionalInt second = store.beginAttempt(turn.id(), lease, turn.attempt());
    assertThat(store.giveBack(turn.id(), lease.owner(), second.getAsInt(), Duration.ZERO)).isTrue();

    ClaimedTurn again = claimedEventually(other, thread);

    assertThat(again.tries()).isEqualTo(1);
    assertThat(again.attempt()).isEqualTo(3);
  }

  @Test
  void giveBack_letsAnybodyClaimWithoutCountingATry() {
    ThreadId thread = thread();
    ClaimedTurn turn = running(thread);

    assertThat(store.giveBack(turn.id(), lease.owner(), turn.attempt(), Duration.ZERO)).isTrue();
    assertThat(turn(turn.id()).state()).isEqualTo(TurnState.WAITING);
    assertThat(store.giveBack(turn.id(), lease.owner(), turn.attempt(), Duration.ZERO)).isFalse();

    ClaimedTurn again = claimedEventually(other, thread);
    assertThat(again.id()).isEqualTo(turn.id());
    assertThat(again.tries()).isZero();
    assertThat(again.attempt()).isEqualTo(2);
  }

  @Test
  void giveBack_withATime_keepsTheTurnFromBeingClaimedForThatLong() {
    ThreadId thread = thread();
    ClaimedTurn turn = running(thread);
    assertThat(store.giveBack(turn.id(), lease.owner(), turn.attempt(), LONG)).isTrue();
    ThreadId soon = thread();
    ClaimedTurn brief = running(soon);
    assertThat(store.giveBack(brief.id(), lease.owner(), brief.attempt(), SHORT)).isTrue();

    assertThat(claimedEventually(other, soon).id()).isEqualTo(brief.id());
    assertThat(store.claim(other, 1, thread)).isEmpty();
  }

  @Test
  void expire_endsWaitingTurnsWhoseTimeIsOverAndOnlyThose() {
    ThreadId thread = thread();
    RequestId over = waiting(draft(thread).expiry(SHORT));
    RequestId patient = waiting(draft(thread));
    ClaimedTurn running = running(draft(thread()).expiry(Duration.ofMillis(1)));

    var expired = Eventually.found(() -> store.expire(Instant.now()).stream().findFirst());

    assertThat(expired.id()).isEqualTo(over);
    assertThat(expired.threadId()).isEqualTo(thread);
    assertThat(expired.state()).isEqualTo(TurnState.EXPIRED);
    assertThat(expired.failure()).isEqualTo(FailureCode.EXPIRED);
    assertThat(turn(over)).isEqualTo(expired);
    assertThat(store.expire(Instant.now())).isEmpty();
    assertThat(turn(patient).state()).isEqualTo(TurnState.WAITING);
    assertThat(turn(running.id()).state()).isEqualTo(TurnState.RUNNING);
  }

  @Test
  void unfinished_listsAThreadsOpenTurnsOldestFirst() {
    ThreadId thread = thread();
    ClaimedTurn first = running(thread);
    RequestId second = waiting(draft(thread));
    RequestId third = waiting(draft(thread));
    RequestId elsewhere = waiting(draft(thread()));

    assertThat(store.unfinished(thread))
        .extracting(TurnSnapshot::id)
        .containsExactly(first.id(), second, third);
    var unused = answered(first, "Yes.");
    assertThat(store.unfinished(thread))
        .extracting(TurnSnapshot::id)
        .containsExactly(second, third);
    assertThat(store.waitingTurns()).isEqualTo(3);
    assertThat(store.turns(List.of(second, elsewhere, Fixtures.requestId())))
        .extracting(TurnSnapshot::id)
        .containsExactlyInAnyOrder(second, elsewhere);
  }
}
