package life.avai.testkit.canister;

import static life.avai.testkit.canister.Asker.LONG;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.EOFException;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import life.avai.testkit.json.JsonObject;
import life.avai.testkit.websocket.CloseStatus;
import life.avai.testkit.websocket.Frame;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class CanisterScriptTest {
  private final FakeCanister canister = FakeCanister.start();
  private Asker asker;

  @BeforeEach
  void connect() throws IOException {
    asker = new Asker(canister.url());
  }

  @AfterEach
  void close() {
    asker.close();
    canister.close();
  }

  @Test
  void replyWith_pacesItsDeltas() throws Exception {
    canister.script(CanisterScript.replyWith("abcdef", 2, Duration.ofMillis(20)));
    long start = System.nanoTime();
    var frames = ask("r1");
    assertThat(System.nanoTime() - start).isGreaterThan(Duration.ofMillis(39).toNanos());
    assertThat(frames.subList(0, 3))
        .extracting(frame -> frame.string("delta"))
        .containsExactly("ab", "cd", "ef");
    assertThat(frames.get(3).string("response")).isEqualTo("abcdef");
  }

  @Test
  void replyWith_neverSplitsASurrogatePair() throws Exception {
    canister.script(CanisterScript.replyWith("\ud83d\ude00x\ud83d\ude00", 1, Duration.ZERO));
    assertThat(ask("r1").subList(0, 3))
        .extracting(frame -> frame.string("delta"))
        .containsExactly("\ud83d\ude00", "x", "\ud83d\ude00");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> CanisterScript.replyWith("x", 0, Duration.ZERO));
  }

  @Test
  void replyWhole_hasNoDeltas() throws Exception {
    canister.script(CanisterScript.replyWhole("all at once"));
    assertThat(ask("r1"))
        .hasSize(1)
        .first()
        .extracting(f -> f.get("response"))
        .isEqualTo("all at once");
  }

  @Test
  void failWith_isAnError() throws Exception {
    canister.script(CanisterScript.failWith("overloaded", true, Duration.ofSeconds(5)));
    assertThat(ask("r1"))
        .containsExactly(
            JsonObject.of(
                "type",
                "error",
                "request_id",
                "r1",
                "attempt",
                1,
                "error_message",
                "overloaded",
                "retryable",
                true,
                "retry_after",
                5.0));
  }

  @Test
  void first_then_goesFromOneToTheNext() throws Exception {
    canister.script(
        CanisterScript.first(CanisterScript.failWith("no", true, null))
            .then(CanisterScript.replyWhole("second"))
            .then(CanisterScript.replyWhole("ever after")));
    assertThat(ask("r1").getLast().type()).isEqualTo("error");
    assertThat(ask("r2").getLast().string("response")).isEqualTo("second");
    assertThat(ask("r3").getLast().string("response")).isEqualTo("ever after");
    assertThat(ask("r4").getLast().string("response")).isEqualTo("ever after");
  }

  @Test
  void conditions_chooseTheScript() throws Exception {
    canister.script(
        CanisterScript.replyWhole("usual")
            .inConversation("special", CanisterScript.replyWhole("special"))
            .onAttempt(2, CanisterScript.replyWhole("again")));
    assertThat(ask("r1").getLast().string("response")).isEqualTo("usual");
    assertThat(
            ask(Asker.process("r2", "Hi").with("conversation_id", "special"))
                .getLast()
                .string("response"))
        .isEqualTo("special");
    assertThat(ask(Asker.process("r3", "Hi").with("attempt", 2)).getLast().string("response"))
        .isEqualTo("again");
  }

  @Test
  void perConversation_countsForEachAnew() throws Exception {
    canister.script(
        CanisterScript.perConversation(() ->
            CanisterScript.first(CanisterScript.replyWhole("1"))
                .then(CanisterScript.replyWhole("2"))));
    assertThat(ask("r1").getLast().string("response")).isEqualTo("1");
    assertThat(
            ask(Asker.process("r2", "Hi").with("conversation_id", "b"))
                .getLast()
                .string("response"))
        .isEqualTo("1");
    assertThat(ask("r3").getLast().string("response")).isEqualTo("2");
  }

  @Test
  void after_waitsFirst() throws Exception {
    canister.script(CanisterScript.replyWhole("late").after(Duration.ofMillis(40)));
    long start = System.nanoTime();
    ask("r1");
    assertThat(System.nanoTime() - start).isGreaterThan(Duration.ofMillis(39).toNanos());
  }

  @Test
  void frames_mayBeWrongInEveryWay() throws Exception {
    canister.script(
        CanisterScript.playing(
            Step.delta("a"),
            Step.repeat(),
            Step.delta(7, "gap"),
            Step.delta("next"),
            Step.progress("reading", 50),
            Step.delta("\ud83d").with("request_id", "other"),
            Step.response().without("response").with("confidence_score", "high"),
            Step.delta("late"),
            Step.json(JsonObject.of("type", "odd"))));
    asker.ask("r1");
    assertThat(asker.next()).isEqualTo(asker.next());
    assertThat(asker.next().integer("sequence")).isEqualTo(7);
    assertThat(asker.next().integer("sequence")).isEqualTo(8);
    assertThat(asker.next().number("percentage")).isEqualTo(50);
    var wrong = asker.next();
    assertThat(wrong.string("request_id")).isEqualTo("other");
    assertThat(wrong.string("delta")).isEqualTo("\ud83d");
    var response = asker.next();
    assertThat(response.has("response")).isFalse();
    assertThat(response.string("confidence_score")).isEqualTo("high");
    assertThat(asker.next().string("delta")).isEqualTo("late");
    assertThat(asker.next().type()).isEqualTo("odd");
  }

  @Test
  void text_binaryAndBytes_areSentAsTheyAre() throws Exception {
    canister.script(
        CanisterScript.playing(
            Step.text("{\"type\":"),
            Step.binary(new byte[] {1}),
            Step.bytes(Frame.text("raw").toBytes()),
            Step.frame(Frame.of(Frame.TEXT, new byte[] {(byte) 0xff}))));
    asker.ask("r1");
    assertThat(asker.socket.receiveText(LONG)).isEqualTo("{\"type\":");
    assertThat(asker.socket.receive(LONG).opcode()).isEqualTo(Frame.BINARY);
    assertThat(asker.socket.receiveText(LONG)).isEqualTo("raw");
    assertThat(asker.socket.receive(LONG).payload()).containsExactly((byte) 0xff);
  }

  @Test
  void hugeDelta_arrivesWhole() throws Exception {
    canister.script(CanisterScript.playing(Step.delta("x".repeat(5_000_000))));
    asker.ask("r1");
    assertThat(asker.next().string("delta")).hasSize(5_000_000);
  }

  @Test
  void close_comesAfterWhatWasSent() throws Exception {
    canister.script(CanisterScript.playing(Step.delta("a"), Step.close(1011)));
    asker.ask("r1");
    assertThat(asker.next().string("delta")).isEqualTo("a");
    assertThat(asker.socket.awaitClose(LONG).code()).isEqualTo(1011);
  }

  @Test
  void cut_comesAfterWhatWasSent() throws Exception {
    canister.script(CanisterScript.playing(Step.delta("a"), Step.cut(), Step.delta("never")));
    asker.ask("r1");
    assertThat(asker.next().string("delta")).isEqualTo("a");
    assertThat(asker.socket.awaitClose(LONG)).isEqualTo(CloseStatus.ABNORMAL);
    canister.awaitIdle();
  }

  @Test
  void cutMidFrame_leavesHalfAFrame() throws Exception {
    canister.script(CanisterScript.playing(Step.cutMidFrame()));
    asker.ask("r1");
    assertThatThrownBy(() -> asker.socket.receive(LONG)).isInstanceOf(EOFException.class);
  }

  @Test
  void reset_isAnError() throws Exception {
    canister.script(CanisterScript.playing(Step.reset()));
    asker.ask("r1");
    assertThatThrownBy(() -> asker.socket.receive(LONG)).isInstanceOf(IOException.class);
  }

  @Test
  void manyDeltas_fromManyRequests_keepTheirOrder() throws Exception {
    canister.script(CanisterScript.replyWith("x".repeat(2000), 1, Duration.ZERO));
    for (int i = 0; i < 20; i++) {
      asker.ask("r" + i);
    }
    var next = new long[20];
    int responses = 0;
    while (responses < 20) {
      var frame = asker.next();
      int request = Integer.parseInt(frame.string("request_id").substring(1));
      if (frame.type().equals("response")) {
        responses++;
        assertThat(next[request]).isEqualTo(2000);
      } else {
        assertThat(frame.integer("sequence")).isEqualTo(next[request]++);
      }
    }
  }

  private List<JsonObject> ask(String requestId) throws IOException {
    return ask(Asker.process(requestId, "Hi"));
  }

  private List<JsonObject> ask(JsonObject process) throws IOException {
    asker.send(process);
    return asker.untilOutcome();
  }
}
