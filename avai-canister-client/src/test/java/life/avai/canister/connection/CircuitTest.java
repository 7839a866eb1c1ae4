package life.avai.canister.connection;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import life.avai.canister.CanisterState;
import life.avai.canister.CircuitSettings;
import org.junit.jupiter.api.Test;

class CircuitTest {
  private static final Duration PAUSE = Duration.ofSeconds(1);

  private final AtomicLong now = new AtomicLong();
  private final Circuit circuit =
      new Circuit(new CircuitSettings(10, 3, PAUSE, PAUSE.multipliedBy(4)), now::get);

  private void pass(Duration time) {
    now.addAndGet(time.toNanos());
  }

  private void fail(int times) {
    for (int i = 0; i < times; i++) {
      circuit.failed(circuit.tryAcquire());
    }
  }

  private void open() {
    fail(3);
    assertThat(circuit.state()).isEqualTo(CanisterState.Circuit.OPEN);
  }

  @Test
  void failures_openIt_whenTheyAreManyAndNotFewerThanSuccesses() {
    for (int i = 0; i < 4; i++) {
      circuit.succeeded(circuit.tryAcquire());
    }
    fail(3);
    assertThat(circuit.state()).isEqualTo(CanisterState.Circuit.CLOSED);

    assertThat(circuit.failed(circuit.tryAcquire())).isTrue();

    assertThat(circuit.state()).isEqualTo(CanisterState.Circuit.OPEN);
    assertThat(circuit.tryAcquire()).isEqualTo(Circuit.REFUSED);
  }

  @Test
  void oldFailures_areForgottenWithTheWindow() {
    fail(2);
    for (int i = 0; i < 10; i++) {
      circuit.succeeded(circuit.tryAcquire());
    }
    fail(2);

    assertThat(circuit.state()).isEqualTo(CanisterState.Circuit.CLOSED);
  }

  @Test
  void afterAPause_oneQuestionIsPermittedAndItsSuccessCloses() {
    open();
    pass(PAUSE.minusNanos(1));
    assertThat(circuit.permits()).isFalse();
    pass(Duration.ofNanos(1));
    assertThat(circuit.state()).isEqualTo(CanisterState.Circuit.HALF_OPEN);

    int probe = circuit.tryAcquire();
    assertThat(circuit.permits()).isFalse();
    assertThat(circuit.tryAcquire()).isEqualTo(Circuit.REFUSED);

    assertThat(circuit.succeeded(probe)).isTrue();
    assertThat(circuit.state()).isEqualTo(CanisterState.Circuit.CLOSED);
  }

  @Test
  void probeThatFails_opensItForTwiceAsLongUpToABound() {
    open();
    Duration pause = PAUSE;
    for (int i = 0; i < 4; i++) {
      pass(pause);
      assertThat(circuit.failed(circuit.tryAcquire())).isTrue();
      pause = i < 2 ? pause.multipliedBy(2) : pause;
      pass(pause.minusNanos(1));
      assertThat(circuit.permits()).as("pause %s", pause).isFalse();
      pass(Duration.ofNanos(1));
      assertThat(circuit.permits()).isTrue();
      // Only the part after the failure counts.
      now.addAndGet(-pause.toNanos());
    }
  }

  @Test
  void probeOfWhichNothingCame_letsAnotherBeTried() {
    open();
    pass(PAUSE);
    circuit.unused(circuit.tryAcquire());

    assertThat(circuit.permits()).isTrue();
  }

  @Test
  void outcomesFromBeforeAChange_sayNothingAfterIt() {
    int early = circuit.tryAcquire();
    open();
    pass(PAUSE);
    int probe = circuit.tryAcquire();

    assertThat(circuit.failed(early)).isFalse();
    assertThat(circuit.succeeded(early)).isFalse();
    circuit.unused(early);
    assertThat(circuit.permits()).isFalse();
    assertThat(circuit.succeeded(probe)).isTrue();
  }

  @Test
  void askedAllTheSame_successClosesAndFailureChangesNothing() {
    open();
    assertThat(circuit.failed(circuit.acquire())).isFalse();
    assertThat(circuit.succeeded(circuit.acquire())).isTrue();
    assertThat(circuit.state()).isEqualTo(CanisterState.Circuit.CLOSED);
  }

  @Test
  void breakingTheRules_opensItAtOnce() {
    assertThat(circuit.trip()).isTrue();
    assertThat(circuit.trip()).isFalse();
    assertThat(circuit.permits()).isFalse();
  }
}
