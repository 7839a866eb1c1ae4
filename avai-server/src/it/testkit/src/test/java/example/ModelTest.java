package example;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.CompletionException;
import life.avai.testkit.canister.CanisterScript;
import life.avai.testkit.canister.FakeCanister;
import life.avai.testkit.canister.ProcessRequest;
import life.avai.testkit.canister.Step;
import org.junit.jupiter.api.Test;

class ModelTest {
  @Test
  void anAnswer_isStreamed() {
    CanisterScript script = CanisterScript.replyWith("Use a prepared statement.");
    try (var canister = FakeCanister.start(script);
        var model = new Model(canister.url())) {
      assertThat(model.ask("r-1", "Is this SQL safe?").join())
          .isEqualTo("Use a prepared statement.");

      ProcessRequest request = canister.awaitRequest();
      assertThat(request.requestId()).isEqualTo("r-1");
      assertThat(request.question()).isEqualTo("Is this SQL safe?");
    }
  }

  @Test
  void theTestItself_answers() {
    try (var canister = FakeCanister.start(CanisterScript.stall());
        var model = new Model(canister.url())) {
      var answer = model.ask("r-2", "Are you there?");
      ProcessRequest request = canister.awaitRequest();
      assertThat(answer).isNotDone();

      canister.play(
          request,
          Step.progress("thinking", 50),
          Step.delta("Yes"),
          Step.delta("."),
          Step.response());
      assertThat(answer.join()).isEqualTo("Yes.");
    }
  }

  @Test
  void aConnectionThatIsCut_isNoticed() {
    try (var canister = FakeCanister.start(CanisterScript.playing(Step.cut()));
        var model = new Model(canister.url())) {
      var answer = model.ask("r-3", "Is this SQL safe?");
      assertThatThrownBy(answer::join).isInstanceOf(CompletionException.class);
      canister.awaitConnections(0);
    }
  }
}
