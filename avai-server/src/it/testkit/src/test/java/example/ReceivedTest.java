package example;

import static life.avai.testkit.canister.CanisterAssert.assertThat;

import life.avai.testkit.canister.CanisterScript;
import life.avai.testkit.canister.FakeCanister;
import org.junit.jupiter.api.Test;

class ReceivedTest {
  @Test
  void whatTheCanisterReceived_isAsserted() {
    try (var canister = FakeCanister.start(CanisterScript.replyWith("Yes."));
        var model = new Model(canister.url())) {
      model.ask("r-1", "Is this SQL safe?").join();

      assertThat(canister)
          .hasReceivedQuestions("Is this SQL safe?")
          .hasReceived(0, request -> request.hasRequestId("r-1").hasAttempt(1))
          .hasReceivedNothingOdd()
          .hasCancelled()
          .hasHandledAtOnceAtMost(1)
          .wasDialled(1);
    }
  }
}
