package life.avai.canister;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import life.avai.canister.Asking.Question;
import life.avai.domain.assistant.AssistantReply.Broken;
import life.avai.domain.assistant.AssistantReply.Completed;
import life.avai.domain.assistant.AssistantReply.Failed;
import life.avai.domain.assistant.AssistantReply.NotAsked;
import life.avai.domain.assistant.AssistantStatus;
import life.avai.domain.assistant.AssistantStatus.State;
import life.avai.testkit.canister.CanisterScript;
import life.avai.testkit.canister.FakeCanister;
import life.avai.testkit.canister.FakeCanisterExtension;
import life.avai.testkit.canister.Step;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Connections that come, go, and seem to be there. */
@ExtendWith(FakeCanisterExtension.class)
class ConnectionsTest {
  @Test
  void canisterThatIsAway_isDialledUntilItIsThere(FakeCanister canister) {
    canister.stop();
    try (Asking asking = new Asking(Asking.settings(canister.url()))) {
      asking.reports.await(() -> asking.reports.disconnects.size() >= 5);
      assertThat(asking.assistant.status().state()).isEqualTo(State.UNAVAILABLE);
      assertThat(asking.ask().outcome()).isInstanceOf(NotAsked.class);

      canister.restart();
      asking.awaitStatus(status -> status.state() == State.AVAILABLE);
      asking.ask().outcome(Completed.class);
    }
  }

  @Test
  void refusedHandshake_isTriedAgain(FakeCanister canister) {
    canister.switches().answerUpgradeWith(503);
    try (Asking asking = new Asking(Asking.settings(canister.url()))) {
      asking.reports.await(() -> asking.reports.disconnects.size() >= 3);
      canister.switches().answerUpgradeWith(101);
      asking.awaitConnected(1);
    }
  }

  @Test
  void wrongToken_isTriedAgain(FakeCanister canister) {
    canister.switches().requireToken("another");
    try (Asking asking = new Asking(Asking.settings(canister.url()))) {
      asking.reports.await(() -> asking.reports.disconnects.size() >= 3);
      canister.switches().requireToken("a-token");
      asking.awaitConnected(1);
    }
  }

  @Test
  void connectionLost_breaksWhatWasAskedAndIsOpenedAnew(FakeCanister canister) {
    for (Step end :
        new Step[] {
          Step.cut(), Step.cutMidFrame(), Step.reset(), Step.close(1000), Step.close(1011)
        }) {
      canister.script(
          CanisterScript.first(CanisterScript.playing(Step.delta("It "), end))
              .then(CanisterScript.replyWith("It is.")));
      try (Asking asking = Asking.connected(canister)) {
        Question question = asking.ask();
        assertThat(question.outcome(Broken.class).retryAfter()).isZero();

        asking.awaitConnected(1);
        // The new connection may have been lent a moment before the old one was taken out.
        assertThat(asking.ask().outcome(Completed.class).completion().text()).isEqualTo("It is.");
      }
    }
  }

  @Test
  void binaryFrame_endsTheConnection(FakeCanister canister) {
    canister.script(CanisterScript.playing(Step.binary(new byte[] {1})));
    try (Asking asking = Asking.connected(canister)) {
      asking.ask().outcome(Broken.class);
      canister.awaitTotalConnections(2);
    }
  }

  @Test
  void hugeMessage_endsTheConnectionAndNotTheProcess(FakeCanister canister) {
    canister.script(CanisterScript.playing(Step.text("x".repeat(600_000))));
    try (Asking asking = Asking.connected(canister)) {
      asking.ask().outcome(Broken.class);
      canister.awaitTotalConnections(2);
    }
  }

  @Test
  void silentConnection_isGivenUp(FakeCanister canister) {
    Duration heartbeat = Duration.ofMillis(100);
    try (Asking asking = new Asking(Asking.pinging(heartbeat, canister.url())).awaitConnected(1)) {
      canister.awaitPings(2);
      canister.script(CanisterScript.stall());
      canister.switches().answerPings(false).answerWebSocketPings(false);
      Question question = asking.ask();

      question.outcome(Broken.class);
      assertThat(asking.reports.disconnects).contains("silent");
      canister.switches().answerPings(true).answerWebSocketPings(true);
      canister.awaitTotalConnections(2);
    }
  }

  @Test
  void connectionThatIsDeadWithoutSayingSo_costsOneQuestion(FakeCanister canister) {
    canister.script(
        CanisterScript.first(CanisterScript.playing(Step.delta("It "), Step.freeze()))
            .then(CanisterScript.replyWith("It is.")));
    CanisterTimeouts timeouts =
        new CanisterTimeouts(
            Duration.ofMillis(500),
            Duration.ofSeconds(15),
            Asking.LONG,
            Duration.ofSeconds(1),
            Asking.LONG,
            null);
    try (Asking asking =
        new Asking(Asking.settings(canister.url()).withTimeouts(timeouts)).awaitConnected(1)) {
      asking.ask().outcome(Failed.class);

      asking.ask().outcome(Completed.class);

      assertThat(asking.reports.disconnects).contains("silent");
    }
  }

  @Test
  void eitherPong_isASignOfLife(FakeCanister canister) {
    canister.switches().answerWebSocketPings(false);
    Duration heartbeat = Duration.ofMillis(200);
    try (Asking asking = new Asking(Asking.pinging(heartbeat, canister.url())).awaitConnected(1)) {
      canister.awaitPings(6);
      assertThat(asking.reports.disconnects).isEmpty();
    }
  }

  @Test
  void interruptedQuestion_isCancelledAtOnceAndSaysNothingMore(FakeCanister canister) {
    CompletableFuture<Void> gate = new CompletableFuture<>();
    canister.switches().obeyCancel(false);
    canister.script(
        CanisterScript.playing(
            Step.delta("It "), Step.await(gate), Step.delta("is."), Step.response()));
    try (Asking asking = Asking.connected(canister)) {
      Question question = asking.ask();
      question.awaitDelta();
      question.interrupt();

      canister.awaitCancel(question.id());
      assertThatThrownBy(() -> question.outcome.get())
          .isInstanceOf(ExecutionException.class)
          .hasCauseInstanceOf(InterruptedException.class);
      gate.complete(null);
      asking.reports.await(() -> asking.reports.dropped.contains("unknown request"));
      assertThat(question.deltas).containsExactly("It ");
    }
  }

  @Test
  void closing_endsEveryQuestion(FakeCanister canister) {
    canister.script(CanisterScript.stall());
    Asking asking = Asking.connected(canister);
    Question one = asking.ask();
    Question two = asking.ask();
    canister.awaitRequests(2);

    asking.close();

    one.outcome(Broken.class);
    two.outcome(Broken.class);
    assertThat(asking.assistant.status().state()).isEqualTo(State.UNAVAILABLE);
  }

  @Test
  void fullConnection_takesNoMore(FakeCanister canister) {
    canister.script(CanisterScript.stall());
    try (Asking asking = Asking.connected(canister)) {
      for (int i = 0; i < 4; i++) {
        var unused = asking.ask();
      }
      canister.awaitRequests(4);

      assertThat(asking.assistant.status())
          .isEqualTo(new AssistantStatus(State.AVAILABLE, 1, 1, 0));
      assertThat(asking.ask().outcome()).isInstanceOf(NotAsked.class);
    }
  }

  @Test
  void severalCanisters_shareTheWorkAndStandInForEachOther(FakeCanister one) {
    try (FakeCanister other = FakeCanister.start();
        Asking asking = new Asking(Asking.settings(one.url(), other.url())).awaitConnected(2)) {
      one.script(CanisterScript.stall());
      other.script(CanisterScript.stall());
      // Neither takes more than four at a time.
      for (int i = 0; i < 8; i++) {
        var unused = asking.ask();
      }
      one.awaitRequests(4);
      other.awaitRequests(4);
      one.stop();
      asking.awaitStatus(status -> status.state() == State.DEGRADED);
      other.stop();
      asking.awaitStatus(status -> status.state() == State.UNAVAILABLE);
    }
  }

  @Test
  void brokenAttempt_isAskedOnAFreshConnectionUnlessTheCanisterNamesAttempts(
      FakeCanister canister) {
    canister.switches().echoAttempt(false);
    canister.script(
        CanisterScript.first(CanisterScript.failWith("again", true, null))
            .then(CanisterScript.replyWith("It is.")));
    try (Asking asking = Asking.connected(canister)) {
      var request = Asking.request(1, Asking.LONG);
      asking.ask(request).outcome(Broken.class);
      asking.ask(request).outcome(Completed.class);
      assertThat(canister.totalConnections()).isEqualTo(2);
    }
  }

  @Test
  void schemes_areThoseOfWebSocketsInAnyCase() {
    assertThatThrownBy(() -> CanisterSettings.of(URI.create("http://localhost:1/")))
        .isInstanceOf(IllegalArgumentException.class);
    assertThat(CanisterSettings.of(URI.create("WSS://Localhost:1/")).urls())
        .containsExactly(URI.create("wss://Localhost:1/"));
  }

  @Test
  void settings_hideWhatAUrlMayHold() {
    assertThat(CanisterSettings.of(URI.create("wss://user:secret@host:1/p?key=secret")).toString())
        .isEqualTo("CanisterSettings[host:1]");
  }

  @Test
  void backoff_isAtRandomUpToABoundThatDoubles() {
    Backoff backoff = new Backoff(Duration.ofMillis(100), Duration.ofSeconds(2));
    Random random = new Random(1);
    Duration longest = Duration.ZERO;
    for (int i = 0; i < 1_000; i++) {
      assertThat(backoff.before(1, random)).isBetween(Duration.ZERO, Duration.ofMillis(100));
      assertThat(backoff.before(3, random)).isBetween(Duration.ZERO, Duration.ofMillis(400));
      Duration late = backoff.before(1_000_000, random);
      assertThat(late).isBetween(Duration.ZERO, Duration.ofSeconds(2));
      longest = late.compareTo(longest) > 0 ? late : longest;
    }
    assertThat(longest).isGreaterThan(Duration.ofSeconds(1));
  }
}
