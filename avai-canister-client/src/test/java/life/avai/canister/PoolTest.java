package life.avai.canister;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import life.avai.canister.Asking.Question;
import life.avai.domain.assistant.AssistantReply;
import life.avai.domain.assistant.AssistantReply.Broken;
import life.avai.domain.assistant.AssistantReply.Completed;
import life.avai.domain.assistant.AssistantReply.NotAsked;
import life.avai.domain.assistant.AssistantRequest;
import life.avai.domain.assistant.AssistantStatus.State;
import life.avai.testkit.canister.CanisterScript;
import life.avai.testkit.canister.FakeCanister;
import life.avai.testkit.canister.FakeCanisterExtension;
import life.avai.testkit.canister.Fault;
import life.avai.testkit.canister.Step;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Several canisters: who is asked, who is not, and what takes whose place. */
@ExtendWith(FakeCanisterExtension.class)
class PoolTest {
  private static final CircuitSettings TOUCHY =
      new CircuitSettings(10, 2, Duration.ofMinutes(1), Duration.ofMinutes(1));

  private static final CircuitSettings PATIENT =
      new CircuitSettings(64, 64, Duration.ofMinutes(1), Duration.ofMinutes(1));

  private static Asking asking(
      Duration place, Duration hedge, CircuitSettings circuit, URI... urls) {
    CanisterSettings settings = Asking.settings(urls);
    return new Asking(
            new CanisterSettings(
                settings.urls(),
                settings.token(),
                null,
                1,
                settings.maxInFlight(),
                new CanisterTimeouts(
                    Duration.ofSeconds(5),
                    Duration.ofSeconds(15),
                    Asking.LONG,
                    Asking.LONG,
                    place,
                    hedge),
                settings.inbound(),
                settings.backoff(),
                circuit))
        .awaitConnected(urls.length);
  }

  private static Asking hedging(FakeCanister... canisters) {
    return asking(
        Asking.LONG,
        Duration.ofMillis(50),
        CircuitSettings.DEFAULTS,
        Stream.of(canisters).map(FakeCanister::url).toArray(URI[]::new));
  }

  private static AssistantRequest again(AssistantRequest request) {
    return new AssistantRequest(
        request.requestId(),
        request.attempt() + 1,
        request.threadId(),
        request.subject(),
        request.systemPrompt(),
        request.messages(),
        request.threadTitle(),
        request.tier(),
        request.timestamp(),
        request.estimatedTokens(),
        request.timeLeft());
  }

  @Test
  void attemptThatWasLost_isMadeElsewhere(FakeCanister one) {
    try (FakeCanister other = FakeCanister.start();
        Asking asking = asking(Asking.LONG, null, PATIENT, one.url(), other.url())) {
      for (int i = 0; i < 10; i++) {
        int before = one.received().size();
        CanisterScript shared =
            CanisterScript.first(CanisterScript.failWith("again", true, null))
                .then(CanisterScript.replyWith("It is."));
        one.script(shared);
        other.script(shared);
        Question first = asking.ask();
        first.outcome(Broken.class);
        asking.ask(again(first.request)).outcome(Completed.class);

        assertThat(one.received().size() - before).isEqualTo(1);
      }
      assertThat(other.received()).hasSize(10);
    }
  }

  @Test
  void fullPool_isWaitedForAndWhoeverStandsInLineHasTheNextPlace(FakeCanister canister) {
    CompletableFuture<Void> gate = new CompletableFuture<>();
    canister.script(CanisterScript.playing(Step.await(gate), Step.response("It is.")));
    try (Asking asking = asking(Asking.LONG, null, CircuitSettings.DEFAULTS, canister.url())) {
      List<Question> all = Stream.generate(asking::ask).limit(9).toList();
      canister.awaitRequests(4);
      assertThat(asking.assistant.status().capacity()).isZero();

      gate.complete(null);

      all.forEach(question -> question.outcome(Completed.class));
      assertThat(canister.maxInFlight()).isEqualTo(4);
    }
  }

  @Test
  void fullPool_isNotWaitedForLongAndSaysWhenToComeBack(FakeCanister canister) {
    canister.script(
        CanisterScript.first(CanisterScript.replyWith("It is.")).then(CanisterScript.stall()));
    try (Asking asking =
        asking(Duration.ofMillis(50), null, CircuitSettings.DEFAULTS, canister.url())) {
      asking.ask().outcome(Completed.class);
      for (int i = 0; i < 4; i++) {
        var unused = asking.ask();
      }
      canister.awaitRequests(5);

      NotAsked refused = asking.ask().outcome(NotAsked.class);

      // One in about ten seconds is the pace that was seen.
      assertThat(refused.retryAfter()).isBetween(Duration.ofSeconds(5), Duration.ofMinutes(1));
    }
  }

  @Test
  void canisterThatFails_isLeftAloneWhileThereIsAnother(FakeCanister bad) {
    bad.script(CanisterScript.failWith("out of order", true, null));
    try (FakeCanister good = FakeCanister.start();
        Asking asking = asking(Asking.LONG, null, TOUCHY, bad.url(), good.url())) {
      for (int i = 0; i < 60; i++) {
        asking.ask().outcome();
      }
      assertThat(bad.received()).hasSize(2);
      assertThat(good.received()).hasSize(58);
      assertThat(asking.assistant.status().state()).isEqualTo(State.DEGRADED);
      assertThat(asking.assistant.canisters())
          .extracting(CanisterState::circuit)
          .containsExactly(CanisterState.Circuit.OPEN, CanisterState.Circuit.CLOSED);

      // Better a bad one than none.
      good.stop();
      asking.awaitStatus(status -> status.connected() == 1);
      bad.script(CanisterScript.replyWith("It is."));
      asking.ask().outcome(Completed.class);
      assertThat(asking.assistant.canisters().getFirst().circuit())
          .isEqualTo(CanisterState.Circuit.CLOSED);
    }
  }

  @Test
  void canisterThatRecovers_isTriedWithOneQuestionAndAskedAgain(FakeCanister shaky) {
    CircuitSettings quick = new CircuitSettings(10, 2, Duration.ofMillis(1), Duration.ofMillis(1));
    shaky.script(CanisterScript.failWith("out of order", true, null));
    try (FakeCanister good = FakeCanister.start();
        Asking asking = asking(Asking.LONG, null, quick, shaky.url(), good.url())) {
      while (asking.reports.circuits.isEmpty()) {
        asking.ask().outcome();
      }
      shaky.script(CanisterScript.replyWith("It is."));
      while (!asking.reports.circuits.contains("closed")) {
        asking.ask().outcome();
      }
      assertThat(asking.assistant.status().state()).isEqualTo(State.AVAILABLE);
    }
  }

  @Test
  void slowBeginning_isHedgedAndTheLoserCancelled(FakeCanister one) {
    AtomicReference<FakeCanister> first = new AtomicReference<>();
    try (FakeCanister other = FakeCanister.start();
        Asking asking = hedging(one, other)) {
      for (FakeCanister each : List.of(one, other)) {
        CanisterScript reply = CanisterScript.replyWith("It is.");
        each.script(
            request -> first.compareAndSet(null, each) ? List.of() : reply.stepsFor(request));
      }
      Question question = asking.ask();

      assertThat(question.outcome(Completed.class).completion().text()).isEqualTo("It is.");
      assertThat(String.join("", question.deltas)).isEqualTo("It is.");
      first.get().awaitCancel(question.id());
      assertThat(one.received()).hasSize(1);
      assertThat(other.received()).hasSize(1);
      asking.reports.await(() -> asking.reports.outcomes.size() == 2);
      assertThat(asking.reports.outcomes).containsExactlyInAnyOrder("completed", "hedged");
    }
  }

  @Test
  void hedgedAnswers_areNeverMixed(FakeCanister one) {
    CompletableFuture<Void> bothAsked = new CompletableFuture<>();
    CompletableFuture<Void> begun = new CompletableFuture<>();
    one.switches().obeyCancel(false);
    try (FakeCanister other = FakeCanister.start();
        Asking asking = hedging(one, other)) {
      other.switches().obeyCancel(false);
      one.script(
          CanisterScript.playing(
              Step.await(bothAsked),
              Step.delta("One"),
              Step.await(begun),
              Step.delta(" is."),
              Step.response()));
      other.script(
          CanisterScript.playing(
              Step.await(begun), Step.delta("Another"), Step.delta(" is."), Step.response()));
      Question question = asking.ask();
      one.awaitRequest();
      other.awaitRequest();
      bothAsked.complete(null);
      question.awaitDelta();
      begun.complete(null);

      assertThat(question.outcome(Completed.class).completion().text()).isEqualTo("One is.");
      assertThat(String.join("", question.deltas)).isEqualTo("One is.");
      other.awaitCancel(question.id());
    }
  }

  @Test
  void hedgeOfWhichBothFail_isOneFailure(FakeCanister one) {
    CompletableFuture<Void> bothAsked = new CompletableFuture<>();
    CanisterScript failing =
        CanisterScript.playing(Step.await(bothAsked), Step.error("again", true, null));
    one.script(failing);
    try (FakeCanister other = FakeCanister.start(failing);
        Asking asking = hedging(one, other)) {
      Question question = asking.ask();
      one.awaitRequest();
      other.awaitRequest();
      bothAsked.complete(null);

      question.outcome(Broken.class);
    }
  }

  @Test
  void drainingCanister_finishesWhatItHasAndGetsNothingNew(FakeCanister one) {
    CompletableFuture<Void> gate = new CompletableFuture<>();
    one.script(
        CanisterScript.playing(
            Step.delta("It "), Step.await(gate), Step.delta("is."), Step.response()));
    try (Asking asking = asking(Asking.LONG, null, CircuitSettings.DEFAULTS, one.url())) {
      Question question = asking.ask();
      question.awaitDelta();
      one.drain();
      asking.awaitStatus(status -> status.connected() == 0);
      assertThat(asking.ask().outcome()).isInstanceOf(NotAsked.class);

      gate.complete(null);

      assertThat(question.outcome(Completed.class).completion().text()).isEqualTo("It is.");
      asking.reports.await(() -> asking.reports.disconnects.contains("retired"));
      assertThat(one.received()).hasSize(1);
    }
  }

  @Test
  void newList_isDialledAndTheFormerOnesFinishWhatTheyHave(FakeCanister former) {
    CompletableFuture<Void> gate = new CompletableFuture<>();
    former.script(
        CanisterScript.playing(
            Step.delta("It "), Step.await(gate), Step.delta("is."), Step.response()));
    try (FakeCanister next = FakeCanister.start();
        Asking asking = asking(Asking.LONG, null, CircuitSettings.DEFAULTS, former.url())) {
      Question question = asking.ask();
      question.awaitDelta();

      asking.assistant.use(List.of(next.url()));
      asking.awaitConnected(1);
      next.awaitConnections(1);
      asking.ask().outcome(Completed.class);
      assertThat(next.received()).hasSize(1);

      gate.complete(null);
      assertThat(question.outcome(Completed.class).completion().text()).isEqualTo("It is.");
      former.awaitConnections(0);
      assertThat(asking.assistant.canisters())
          .extracting(CanisterState::url)
          .containsExactly(next.url());

      assertThatThrownBy(() -> asking.assistant.use(List.of()))
          .isInstanceOf(IllegalArgumentException.class);
      assertThat(asking.assistant.status().state()).isEqualTo(State.AVAILABLE);
    }
  }

  @Test
  void uselessFlood_isCutOffAndTheCanisterLeftAlone(FakeCanister canister) {
    canister.script(Fault.FLOOD_OF_UNKNOWN_IDS.script().orElseThrow());
    try (Asking asking = asking(Asking.LONG, null, CircuitSettings.DEFAULTS, canister.url())) {
      asking.ask().outcome(Broken.class);

      assertThat(asking.reports.disconnects).contains("too many useless frames");
      assertThat(asking.reports.circuits).containsExactly("open");
      assertThat(asking.reports.dropped).hasSizeLessThan(Fault.FLOOD / 2);
    }
  }

  @Test
  void fastCanister_isReadNoFasterThanTheBudgetAllows(FakeCanister canister) {
    String text = "x".repeat(200);
    canister.script(CanisterScript.playing(Step.deltas(text, 1, Duration.ZERO), Step.response()));
    CanisterSettings settings = Asking.settings(canister.url());
    try (Asking asking =
        new Asking(
                new CanisterSettings(
                    settings.urls(),
                    settings.token(),
                    null,
                    1,
                    4,
                    settings.timeouts(),
                    new InboundBudget(1_000, 100, 1 << 20),
                    settings.backoff(),
                    CircuitSettings.DEFAULTS))
            .awaitConnected(1)) {
      Completed completed = asking.ask().outcome(Completed.class);

      assertThat(completed.completion().text()).isEqualTo(text);
      assertThat(asking.reports.slowed.get()).isPositive();
    }
  }

  @Test
  void wordsOnTheWay_arePassedOnNoFasterThanPeopleRead(FakeCanister canister) {
    Step[] steps =
        Stream.generate(() -> Step.progress("on it", 1)).limit(1_000).toArray(Step[]::new);
    canister.script(
        request -> Stream.concat(Stream.of(steps), Stream.of(Step.response("Done."))).toList());
    try (Asking asking = asking(Asking.LONG, null, CircuitSettings.DEFAULTS, canister.url())) {
      Question question = asking.ask();
      AssistantReply unused = question.outcome(Completed.class);

      assertThat(question.progress).hasSizeBetween(20, 200);
    }
  }
}
