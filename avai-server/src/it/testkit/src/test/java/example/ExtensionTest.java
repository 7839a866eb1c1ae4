package example;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import life.avai.testkit.canister.CanisterScript;
import life.avai.testkit.canister.FakeCanister;
import life.avai.testkit.canister.FakeCanisterExtension;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class ExtensionTest {
  @RegisterExtension
  final FakeCanisterExtension canisters =
      FakeCanisterExtension.playing(
          CanisterScript.first(CanisterScript.failWith("busy", true, Duration.ofSeconds(1)))
              .then(CanisterScript.answering(request -> "You said " + request.question())));

  @Test
  void theSecondRequest_isAnswered(FakeCanister canister) {
    try (var model = new Model(canister.url())) {
      var answer = model.ask("r-1", "hello");
      canister.awaitRequest();
      assertThat(answer).isNotDone();

      model.ask("r-2", "hello again");
      assertThat(answer.join()).isEqualTo("You said hello again");
    }
  }
}
