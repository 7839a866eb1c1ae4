package example;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import java.util.concurrent.CompletionException;
import life.avai.testkit.canister.CanisterScript;
import life.avai.testkit.canister.FakeCanister;
import life.avai.testkit.fault.Direction;
import life.avai.testkit.fault.FaultProxy;
import org.junit.jupiter.api.Test;

class FaultsTest {
  @Test
  void anAnswerThatWasLostOnItsWay_isNoAnswer() {
    try (var canister = FakeCanister.start(CanisterScript.replyWith("Use a prepared statement."));
        var proxy = FaultProxy.to(canister.url().getPort());
        var model = new Model(URI.create("ws://127.0.0.1:" + proxy.port()))) {
      proxy.hold(Direction.BACK);
      var answer = model.ask("r-1", "Is this SQL safe?");
      proxy.awaitHeld(Direction.BACK); // it was asked, it has answered, and nobody knows

      proxy.reset();
      assertThatThrownBy(answer::join).isInstanceOf(CompletionException.class);
      assertThat(canister.received()).hasSize(1);
    }
  }
}
