package life.avai.canister;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import life.avai.canister.Asking.Question;
import life.avai.domain.assistant.AssistantReply.Completed;
import life.avai.domain.assistant.AssistantReply.Failed;
import life.avai.domain.turn.FailureCode;
import life.avai.testkit.canister.CanisterScript;
import life.avai.testkit.canister.FakeCanister;
import life.avai.testkit.canister.FakeCanisterExtension;
import life.avai.testkit.canister.Step;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The three deadlines: to the first sign of life, between two, and for the whole turn. */
@ExtendWith(FakeCanisterExtension.class)
class DeadlinesTest {
  private static final Duration SHORT = Duration.ofMillis(50);

  private static void assertTimeout(Question question, FakeCanister canister, String reason) {
    Failed failed = question.outcome(Failed.class);
    assertThat(failed.code()).isEqualTo(FailureCode.TIMEOUT);
    assertThat(failed.reason()).isEqualTo(reason);
    canister.awaitCancel(question.id());
  }

  @Test
  void canisterThatDoesNotBegin_isTimedOut(FakeCanister canister) {
    canister.script(CanisterScript.stall());
    try (Asking asking = new Asking(Asking.settings(SHORT, Asking.LONG, canister.url()))) {
      asking.awaitConnected(1);
      assertTimeout(asking.ask(), canister, "the assistant did not begin to answer");
    }
  }

  @Test
  void canisterThatFallsSilent_isTimedOut(FakeCanister canister) {
    canister.script(CanisterScript.playing(Step.delta("It")));
    try (Asking asking = new Asking(Asking.settings(Asking.LONG, SHORT, canister.url()))) {
      asking.awaitConnected(1);
      Question question = asking.ask();
      assertTimeout(question, canister, "the assistant fell silent");
      assertThat(question.deltas).containsExactly("It");
    }
  }

  @Test
  void turnThatTakesTooLong_isTimedOut(FakeCanister canister) {
    canister.script(CanisterScript.playing(Step.delta("It")));
    try (Asking asking = Asking.connected(canister)) {
      assertTimeout(
          asking.ask(Asking.request(1, SHORT)), canister, "the assistant took too long to answer");
    }
  }

  @Test
  void signsOfLife_keepAQuestionAlive(FakeCanister canister) {
    Duration idle = Duration.ofSeconds(2);
    // Each pause alone is shorter than the deadline, all together are longer.
    Step pause = Step.pause(Duration.ofMillis(500));
    canister.script(
        CanisterScript.playing(
            Step.progress("reading", 1),
            pause,
            Step.progress("reading", 2),
            pause,
            Step.delta("It "),
            pause,
            Step.progress("writing", 3),
            pause,
            Step.delta("is."),
            pause,
            Step.response()));
    try (Asking asking = new Asking(Asking.settings(idle, idle, canister.url()))) {
      asking.awaitConnected(1);
      assertThat(asking.ask().outcome(Completed.class).completion().text()).isEqualTo("It is.");
    }
  }

  @Test
  void lateAnswer_isDropped(FakeCanister canister) {
    CompletableFuture<Void> gate = new CompletableFuture<>();
    canister.switches().obeyCancel(false);
    canister.script(CanisterScript.playing(Step.await(gate), Step.response("too late")));
    try (Asking asking = new Asking(Asking.settings(SHORT, SHORT, canister.url()))) {
      asking.awaitConnected(1);
      Question question = asking.ask();
      question.outcome(Failed.class);
      gate.complete(null);

      asking.reports.await(() -> asking.reports.dropped.contains("unknown request"));
      assertThat(question.deltas).isEmpty();
    }
  }
}
