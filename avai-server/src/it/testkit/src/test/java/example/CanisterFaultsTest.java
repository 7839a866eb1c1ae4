package example;

import static org.assertj.core.api.Assertions.assertThat;

import life.avai.testkit.canister.CanisterScript;
import life.avai.testkit.canister.FakeCanister;
import life.avai.testkit.canister.Fault;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class CanisterFaultsTest {
  @ParameterizedTest
  @EnumSource(names = {"DUPLICATE", "REORDER", "GAP", "LATE", "BAD_NUMBERS"})
  void whateverElseTheCanisterSays_theAnswerIsTaken(Fault fault) {
    try (var canister = FakeCanister.start();
        var model = new Model(canister.url())) {
      fault.arm(canister);
      assertThat(model.ask("r-1", "Is this SQL safe?").join()).isEqualTo(Fault.REPLY);
    }
  }

  @Test
  void aCanisterThatStalls_answersWhenItIsWell() {
    try (var canister = FakeCanister.start(CanisterScript.replyWith("Use a prepared statement."));
        var model = new Model(canister.url())) {
      Fault.STALL.arm(canister);
      var answer = model.ask("r-1", "Is this SQL safe?");
      canister.awaitRequest();
      assertThat(answer).isNotDone();

      canister.heal();
      model.ask("r-2", "Is this SQL safe?");
      assertThat(answer.join()).isEqualTo("Use a prepared statement.");
    }
  }
}
