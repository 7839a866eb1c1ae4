package life.avai.canister;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import life.avai.canister.Asking.Question;
import life.avai.domain.assistant.AssistantReply.Broken;
import life.avai.domain.assistant.AssistantReply.Completed;
import life.avai.domain.assistant.AssistantReply.Failed;
import life.avai.domain.assistant.Completion;
import life.avai.domain.turn.FailureCode;
import life.avai.testkit.canister.CanisterScript;
import life.avai.testkit.canister.FakeCanister;
import life.avai.testkit.canister.FakeCanisterExtension;
import life.avai.testkit.canister.ProcessRequest;
import life.avai.testkit.canister.Step;
import life.avai.testkit.json.JsonObject;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What becomes of what a canister sends. */
class RepliesTest {
  @RegisterExtension final FakeCanisterExtension canisters = new FakeCanisterExtension();

  private FakeCanister canister;
  private Asking asking;

  @BeforeEach
  void connect() {
    canister = canisters.canister();
    asking = Asking.connected(canister);
  }

  @AfterEach
  void close() {
    asking.close();
  }

  private Question ask(Step... steps) {
    canister.script(CanisterScript.playing(steps));
    return asking.ask();
  }

  private static JsonObject response(ProcessRequest request, String text) {
    return JsonObject.of("type", "response", "request_id", request.requestId(), "response", text);
  }

  private Question answeredWith(String name, Object value) {
    canister.script(request -> {
      return List.of(Step.json(response(request, "Yes.").with(name, value)));
    });
    return asking.ask();
  }

  private static Completion completion(Question question) {
    return question.outcome(Completed.class).completion();
  }

  @Test
  void deltasThenResponse_areStreamedAndCompleted() {
    Question question = ask(Step.delta("It "), Step.delta("is."), Step.response());

    assertThat(completion(question).text()).isEqualTo("It is.");
    assertThat(question.deltas).containsExactly("It ", "is.");
  }

  @Test
  void responseAlone_isTheWholeAnswer() {
    Question question = ask(Step.response("It is."));

    assertThat(completion(question).text()).isEqualTo("It is.");
    assertThat(question.deltas).isEmpty();
  }

  @Test
  void responseWithOtherText_countsAndNotTheDeltas() {
    assertThat(completion(ask(Step.delta("It is"), Step.response("It is not."))).text())
        .isEqualTo("It is not.");
  }

  @Test
  void repeatedAndLateDeltas_areDropped() {
    Question question =
        ask(Step.delta(0, "a"), Step.delta(0, "a"), Step.delta(1, "b"), Step.response("ab"));

    assertThat(completion(question).text()).isEqualTo("ab");
    assertThat(question.deltas).containsExactly("a", "b");
    assertThat(asking.reports.dropped).containsExactly("out of place");
  }

  @Test
  void missingDelta_breaksTheAttemptAndStopsTheCanister() {
    Question question = ask(Step.delta(0, "a"), Step.delta(2, "c"), Step.pause(Asking.LONG));

    assertThat(question.outcome(Broken.class).retryAfter()).isZero();
    assertThat(question.deltas).containsExactly("a");
    canister.awaitCancel(question.id());
  }

  @Test
  void framesOfUnknownRequests_areDropped() {
    JsonObject stray = JsonObject.of("type", "response", "request_id", "none", "response", "No.");
    Question question =
        ask(
            Step.json(stray),
            Step.json(stray.with("type", "error")),
            Step.json(stray.with("type", "progress")),
            Step.response("Yes."));

    assertThat(completion(question).text()).isEqualTo("Yes.");
    assertThat(asking.reports.dropped)
        .containsExactly("unknown request", "unknown request", "unknown request");
  }

  @Test
  void framesOfAnotherAttempt_areDropped() {
    canister.script(request ->
        List.of(
            Step.json(response(request, "of the first").with("attempt", 1)),
            Step.json(response(request, "of the second").with("attempt", 2))));

    assertThat(completion(asking.ask(Asking.request(2, Asking.LONG))).text())
        .isEqualTo("of the second");
  }

  @Test
  void framesAfterTheOutcome_changeNothing() {
    Question first = ask(Step.response("Yes."), Step.repeat(), Step.delta("more"));
    Question second = asking.ask();

    assertThat(completion(first).text()).isEqualTo("Yes.");
    assertThat(completion(second).text()).isEqualTo("Yes.");
    assertThat(first.deltas).isEmpty();
  }

  @Test
  void report_isTakenFromTheResponse() {
    canister.script(request ->
        List.of(
            Step.json(
                response(request, "Yes.")
                    .with("model_used", "rule-1")
                    .with("confidence_score", 0.25)
                    .with("processing_time_ms", 1234)
                    .with("token_count", 7)
                    .with("metadata", JsonObject.of("a", 1)))));

    assertThat(completion(asking.ask()))
        .isEqualTo(new Completion("Yes.", "rule-1", 0.25, Duration.ofMillis(1234), 7, "{\"a\":1}"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"-0.1", "1.1", "1e400", "NaN", "-Infinity", "\"0.5\"", "true", "[0.5]", "null"})
  void confidenceOutOfRange_isLeftOut(String json) {
    canister.script(request -> List.of(Step.text(raw(request, "confidence_score", json))));

    assertThat(completion(asking.ask()).confidence()).isNull();
  }

  @ParameterizedTest
  @CsvSource({
    "processing_time_ms,-1",
    "processing_time_ms,1e300",
    "processing_time_ms,NaN",
    "processing_time_ms,'\"5\"'"
  })
  void processingTimeOutOfRange_isMeasuredInstead(String name, String json) {
    canister.script(request -> List.of(Step.text(raw(request, name, json))));

    assertThat(completion(asking.ask()).processingTime())
        .isBetween(Duration.ZERO, Asking.LONG.plus(Asking.LONG));
  }

  @ParameterizedTest
  @ValueSource(strings = {"-1", "1.5", "99999999999", "NaN", "\"5\""})
  void tokenCountOutOfRange_isLeftOut(String json) {
    canister.script(request -> List.of(Step.text(raw(request, "token_count", json))));

    assertThat(completion(asking.ask()).tokenCount()).isNull();
  }

  @Test
  void numbersOfManyDigits_costNoAnswer() {
    canister.script(request ->
        List.of(Step.text(raw(request, "confidence_score", "0." + "1234567890".repeat(50)))));
    assertThat(completion(asking.ask()).confidence()).isEqualTo(0.12345678901234568, within(1e-12));

    canister.script(
        request -> List.of(Step.text(raw(request, "token_count", "1234567890".repeat(50)))));
    assertThat(completion(asking.ask()).tokenCount()).isNull();
  }

  private static String raw(ProcessRequest request, String name, String json) {
    String frame = response(request, "Yes.").toString();
    return frame.substring(0, frame.length() - 1) + ",\"" + name + "\":" + json + "}";
  }

  @Test
  void metadataThatIsNoObject_isLeftOut() {
    assertThat(completion(answeredWith("metadata", "text")).metadata()).isNull();
    assertThat(completion(answeredWith("metadata", List.of(1))).metadata()).isNull();
  }

  @Test
  void metadataOfMoreThan64KiB_isLeftOut() {
    int around = "{\"a\":\"\"}".length();
    String most = "x".repeat((64 << 10) - around);
    assertThat(completion(answeredWith("metadata", JsonObject.of("a", most))).metadata())
        .hasSize(64 << 10);
    assertThat(completion(answeredWith("metadata", JsonObject.of("a", most + "x"))).metadata())
        .isNull();
  }

  @Test
  void charactersThatCannotBeKept_areReplacedAndCounted() {
    Question question = ask(Step.delta("a\0"), Step.delta("b\uD83D"), Step.response("a\0b\uD83D"));

    assertThat(completion(question).text()).isEqualTo("a\uFFFDb\uFFFD");
    assertThat(String.join("", question.deltas)).startsWith("a\uFFFDb");
    assertThat(asking.reports.replaced).isNotEmpty();
  }

  @Test
  void charactersThatCannotBeKept_areCountedInAnAnswerThatComesWhole() {
    assertThat(completion(ask(Step.response("a\0b\uD83D"))).text()).isEqualTo("a\uFFFDb\uFFFD");
    assertThat(asking.reports.replaced).containsExactly(2);
  }

  @Test
  void charactersThatCannotBeKept_areCountedOnceWhenTheyComeInPiecesToo() {
    assertThat(completion(ask(Step.delta("a\0"), Step.delta("b"), Step.response("a\0b"))).text())
        .isEqualTo("a\uFFFDb");
    assertThat(asking.reports.replaced).containsExactly(1);
  }

  @Test
  void charactersThatCannotBeKept_areReplacedInMetadata() {
    String json = "{\"a\\u0000\":[{\"b\":\"\\ud800\\u0000\"},1.5,null],\"c\":\"\\\\u0000\"}";
    canister.script(request -> List.of(Step.text(raw(request, "metadata", json))));

    assertThat(completion(asking.ask()).metadata())
        .isEqualTo("{\"a\uFFFD\":[{\"b\":\"\uFFFD\uFFFD\"},1.5,null],\"c\":\"\\\\u0000\"}");
    assertThat(asking.reports.replaced).containsExactly(3);
  }

  @Test
  void pairSplitBetweenDeltas_isWhole() {
    Question question =
        ask(Step.delta("\uD83D"), Step.delta("\uDE00"), Step.response("\uD83D\uDE00"));

    assertThat(completion(question).text()).isEqualTo("\uD83D\uDE00");
    assertThat(question.deltas).containsExactly("\uD83D\uDE00");
  }

  @ParameterizedTest
  @ValueSource(strings = {"\"\"", "null", "5", "{}"})
  void responseWithoutText_isInvalid(String text) {
    canister.script(request ->
        List.of(
            Step.text(
                "{\"type\":\"response\",\"request_id\":\""
                    + request.requestId()
                    + "\",\"response\":"
                    + text
                    + "}")));

    assertThat(asking.ask().outcome(Failed.class).code()).isEqualTo(FailureCode.INVALID_RESPONSE);
  }

  @Test
  void answerThatIsTooLong_isInvalid() {
    assertThat(ask(Step.response("x".repeat(1_001))).outcome(Failed.class).code())
        .isEqualTo(FailureCode.INVALID_RESPONSE);
    Question streamed =
        ask(Step.deltas("x".repeat(1_500), 100, Duration.ZERO), Step.pause(Asking.LONG));
    assertThat(streamed.outcome(Failed.class).code()).isEqualTo(FailureCode.INVALID_RESPONSE);
    canister.awaitCancel(streamed.id());
  }

  @Test
  void error_isFinalUnlessItSaysOtherwise() {
    Failed failed = ask(Step.error("overheated", false, null)).outcome(Failed.class);
    assertThat(failed.code()).isEqualTo(FailureCode.CANISTER_ERROR);
    assertThat(failed.reason()).isEqualTo("overheated");

    Broken broken = ask(Step.error("busy", true, Duration.ofSeconds(3))).outcome(Broken.class);
    assertThat(broken).isEqualTo(new Broken("busy", Duration.ofSeconds(3)));
  }

  @Test
  void progress_isPassedOnWithinItsRange() {
    Question question =
        ask(Step.progress("reading", 40), Step.progress("lying", 140), Step.response("Yes."));

    question.outcome(Completed.class);
    assertThat(question.progress).containsExactly("reading 40.0", "lying null");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "nonsense",
        "[]",
        "{}",
        "{\"type\":5}",
        "{\"type\":\"surprise\"}",
        "{\"type\":\"response\"}",
        "{\"type\":\"response\",\"type\":\"response\"}",
        "{\"type\":\"response_delta\",\"request_id\":\"x\",\"delta\":\"no sequence\"}",
        "{\"type\":\"response_delta\",\"request_id\":\"x\",\"sequence\":0}"
      })
  void unusableFrame_isDroppedAndTheConnectionGoesOn(String frame) {
    Question question = ask(Step.text(frame), Step.response("Yes."));

    assertThat(completion(question).text()).isEqualTo("Yes.");
    assertThat(asking.reports.dropped).hasSize(1);
    assertThat(canister.totalConnections()).isEqualTo(1);
  }

  @Test
  void tooManyUnusableFrames_endTheConnection() {
    Step[] flood = new Step[30];
    Arrays.fill(flood, Step.text("nonsense"));

    ask(flood).outcome(Broken.class);
    canister.awaitTotalConnections(2);
  }

  @Test
  void severalQuestions_shareAConnection() {
    CompletableFuture<Void> gate = new CompletableFuture<>();
    canister.script(request ->
        request.question().startsWith("Is")
            ? List.of(Step.await(gate), Step.response(request.requestId()))
            : List.of());
    Question one = asking.ask();
    Question two = asking.ask();
    canister.awaitRequests(2);
    gate.complete(null);

    assertThat(completion(one).text()).isEqualTo(one.id());
    assertThat(completion(two).text()).isEqualTo(two.id());
    assertThat(canister.totalConnections()).isEqualTo(1);
  }
}
