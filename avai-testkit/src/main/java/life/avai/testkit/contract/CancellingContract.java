package life.avai.testkit.contract;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import life.avai.domain.conversation.ConversationStore.CancelReport;
import life.avai.domain.thread.ThreadId;
import life.avai.domain.turn.ClaimedTurn;
import life.avai.domain.turn.FailureCode;
import life.avai.domain.turn.Lease;
import life.avai.domain.turn.RequestId;
import life.avai.domain.turn.TurnEnd;
import life.avai.domain.turn.TurnState;
import life.avai.testkit.fixture.Fixtures;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What cancelling must do. */
abstract class CancellingContract extends StoreContract {
  private CancelReport cancel(
      ThreadId thread, @Nullable RequestId only, @Nullable RequestId except) {
    return store.cancel(owner.userId(), thread, only, except, Fixtures.NOON).orElseThrow();
  }

  @Test
  void cancel_endsThoseThatWaitAndMarksThoseThatRun() {
    ThreadId thread = thread();
    ClaimedTurn running = running(thread);
    RequestId second = waiting(draft(thread));
    RequestId third = waiting(draft(thread));
    RequestId elsewhere = waiting(draft(thread()));

    CancelReport report = cancel(thread, null, null);

    assertThat(report.ended()).containsExactly(second, third);
    assertThat(report.running()).containsExactly(running.id());
    assertThat(turn(second).state()).isEqualTo(TurnState.CANCELLED);
    assertThat(turn(running.id()).state()).isEqualTo(TurnState.RUNNING);
    assertThat(turn(elsewhere).state()).isEqualTo(TurnState.WAITING);
    assertThat(store.renew(lease, List.of(running.id())).cancelRequested())
        .containsExactly(running.id());
  }

  @Test
  void cancel_twiceIsTheSameAsOnce() {
    ThreadId thread = thread();
    ClaimedTurn running = running(thread);
    RequestId waiting = waiting(draft(thread));

    assertThat(cancel(thread, null, null).ended()).containsExactly(waiting);
    CancelReport again = cancel(thread, null, null);

    assertThat(again.ended()).isEmpty();
    assertThat(again.running()).containsExactly(running.id());
  }

  @Test
  void cancel_ofOneTurn_leavesTheOthers() {
    ThreadId thread = thread();
    ClaimedTurn running = running(thread);
    RequestId second = waiting(draft(thread));
    RequestId third = waiting(draft(thread));

    assertThat(cancel(thread, second, null))
        .isEqualTo(new CancelReport(List.of(second), List.of()));
    assertThat(turn(third).state()).isEqualTo(TurnState.WAITING);
    assertThat(store.renew(lease, List.of(running.id())).cancelRequested()).isEmpty();
  }

  @Test
  void cancel_ofATurnOfAnotherThread_endsNothing() {
    RequestId elsewhere = waiting(draft(thread()));

    assertThat(cancel(thread(), elsewhere, null)).isEqualTo(new CancelReport(List.of(), List.of()));
    assertThat(turn(elsewhere).state()).isEqualTo(TurnState.WAITING);
  }

  @Test
  void cancel_sparesATurnAndAllAfterIt() {
    ThreadId thread = thread();
    ClaimedTurn running = running(thread);
    RequestId second = waiting(draft(thread));
    RequestId spared = waiting(draft(thread));
    RequestId after = waiting(draft(thread));

    CancelReport report = cancel(thread, null, spared);

    assertThat(report.running()).containsExactly(running.id());
    assertThat(report.ended()).containsExactly(second);
    assertThat(turn(spared).state()).isEqualTo(TurnState.WAITING);
    assertThat(turn(after).state()).isEqualTo(TurnState.WAITING);
  }

  @Test
  void cancel_leavesEndedTurnsAsTheyAre() {
    ThreadId thread = thread();
    ClaimedTurn done = running(thread);
    var unused = answered(done, "Yes.");

    assertThat(cancel(thread, done.id(), null)).isEqualTo(new CancelReport(List.of(), List.of()));
    assertThat(turn(done.id()).state()).isEqualTo(TurnState.COMPLETED);
  }

  @Test
  void cancel_inSomebodyElsesThread_isEmptyAndChangesNothing() {
    ThreadId thread = thread();
    RequestId waiting = waiting(draft(thread));
    var stranger = Fixtures.signedIn(stores.users()).userId();

    assertThat(store.cancel(stranger, thread, null, null, Fixtures.NOON)).isEmpty();
    assertThat(store.cancel(owner.userId(), Fixtures.threadId(), null, null, Fixtures.NOON))
        .isEmpty();
    assertThat(turn(waiting).state()).isEqualTo(TurnState.WAITING);
  }

  @Test
  void cancel_endsARunningTurnWhoseLeaseHasRunOut() {
    ThreadId thread = thread();
    ClaimedTurn turn = running(thread);
    Lease brief = new Lease(lease.owner(), SHORT);
    assertThat(store.renew(brief, List.of(turn.id())).held()).hasSize(1);

    RequestId ended =
        Eventually.found(() -> cancel(thread, null, null).ended().stream().findFirst());

    assertThat(ended).isEqualTo(turn.id());
    assertThat(turn(turn.id()).state()).isEqualTo(TurnState.CANCELLED);
    TurnEnd late = end(turn, new TurnEnd.Result.Failed(FailureCode.TIMEOUT));
    assertThat(store.finish(late)).isEqualTo(FinishingContract.FENCED);
  }

  @Test
  void cancel_ofATurnThatIsGivenBackThen_isKnownToWhoClaimsIt() {
    ThreadId thread = thread();
    ClaimedTurn turn = running(thread);
    assertThat(cancel(thread, null, null).running()).containsExactly(turn.id());
    assertThat(store.giveBack(turn.id(), lease.owner(), 1, Duration.ZERO)).isTrue();

    assertThat(claimedEventually(Fixtures.lease(LONG), thread).cancelRequested()).isTrue();
  }

  @Test
  void cancel_ofAnEmptyThread_reportsNothing() {
    assertThat(store.cancel(owner.userId(), thread(), null, null, Fixtures.NOON))
        .isEqualTo(Optional.of(new CancelReport(List.of(), List.of())));
  }
}
