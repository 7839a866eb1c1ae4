package example;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import life.avai.testkit.canister.CanisterScript;
import life.avai.testkit.canister.FakeCanister;
import life.avai.testkit.time.MutableClock;
import org.junit.jupiter.api.Test;

class TimeTest {
  @Test
  void anHour_passesAtOnce() {
    MutableClock clock = MutableClock.create();
    CanisterScript late = CanisterScript.replyWith("At last.").after(Duration.ofHours(1));
    try (var canister = FakeCanister.builder().clock(clock).script(late).start();
        var model = new Model(canister.url())) {
      var answer = model.ask("r-1", "Is this SQL safe?");
      canister.awaitRequest();
      assertThat(answer).isNotDone();

      clock.advance(Duration.ofHours(1));
      assertThat(answer.join()).isEqualTo("At last.");
    }
  }
}
