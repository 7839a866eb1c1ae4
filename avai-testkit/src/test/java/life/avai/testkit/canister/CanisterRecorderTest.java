package life.avai.testkit.canister;

import static life.avai.testkit.canister.Asker.LONG;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import life.avai.testkit.json.Json;
import life.avai.testkit.json.JsonException;
import life.avai.testkit.json.JsonObject;
import life.avai.testkit.websocket.CloseStatus;
import life.avai.testkit.websocket.Frame;
import life.avai.testkit.websocket.UpgradeRefusedException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A recorded canister, replayed, is the canister. */
class CanisterRecorderTest {
  private final FakeCanister real = FakeCanister.start();
  private final CanisterRecorder recorder = CanisterRecorder.start(real.url());

  @AfterEach
  void close() {
    recorder.close();
    real.close();
  }

  /** What one after another is answered, byte for byte. */
  private static List<String> conversation(URI canister) throws IOException {
    var messages = new ArrayList<String>();
    try (var asker = new Asker(canister)) {
      for (int i = 0; i < 5; i++) {
        asker.send(Asker.process("r" + i, "Question " + i % 4).with("conversation_id", "c" + i));
        do {
          messages.add(asker.socket.receiveText(LONG));
        } while (isDelta(messages.getLast()));
      }
    }
    return messages;
  }

  private static boolean isDelta(String message) {
    try {
      var type = Json.parseObject(message).type();
      return !type.equals("response") && !type.equals("error");
    } catch (JsonException e) {
      return true;
    }
  }

  @Test
  void theSameQuestions_getTheSameBytes(@TempDir Path directory) throws Exception {
    real.script(
        CanisterScript.seeded(99)
            .when(
                request -> request.question().equals("Question 2"),
                CanisterScript.playing(
                    Step.text(" { \"type\" : \"response_delta\", \"odd\" :\n 1e2 } "),
                    Step.text("no JSON"),
                    Step.progress("thinking", 50),
                    Step.error("out of order", false, Duration.ofSeconds(1)))));
    List<String> recorded = conversation(recorder.url());
    Path file = directory.resolve("recorded.json");
    recorder.save(file);

    try (var fake = FakeCanister.start()) {
      ScriptFile.read(file).applyTo(fake);
      assertThat(conversation(fake.url())).isEqualTo(recorded);
    }
    assertThat(recorded).contains("no JSON").hasSizeGreaterThan(10);
  }

  @Test
  void otherIds_areAnsweredWithTheirOwn() throws Exception {
    real.script(CanisterScript.replyWith("Hello"));
    try (var asker = new Asker(recorder.url())) {
      asker.ask("r1");
      asker.untilOutcome();
    }
    try (var fake = FakeCanister.start()) {
      ScriptFile.parse(recorder.script()).applyTo(fake);
      try (var asker = new Asker(fake.url())) {
        asker.send(Asker.process("other", "Hi").with("conversation_id", "elsewhere"));
        var frames = asker.untilOutcome();
        assertThat(frames).allMatch(frame -> frame.string("request_id").equals("other"));
        assertThat(frames.getLast().string("conversation_id")).isEqualTo("elsewhere");
        assertThat(frames.getLast().string("response")).isEqualTo("Hello");
        fake.awaitIdle();
        asker.send(Asker.process("more", "Hi"));
        assertThat(asker.next().string("error_message")).startsWith("no answer");
      }
    }
  }

  @Test
  void pausesAndBinaryMessages_andTheEndOfTheConnection_areReplayed() throws Exception {
    real.script(
        CanisterScript.playing(
            Step.delta("a"),
            Step.pause(Duration.ofMillis(60)),
            Step.binary(new byte[] {1, 2}),
            Step.close(1011)));
    try (var asker = new Asker(recorder.url())) {
      asker.ask("r1");
      assertThat(asker.socket.awaitClose(LONG).code()).isEqualTo(1011);
    }
    try (var fake = FakeCanister.start()) {
      ScriptFile.parse(recorder.script()).applyTo(fake);
      try (var asker = new Asker(fake.url())) {
        asker.ask("r1");
        assertThat(asker.next().string("delta")).isEqualTo("a");
        long start = System.nanoTime();
        assertThat(asker.socket.receiveMessage().payload()).containsExactly(1, 2);
        assertThat(System.nanoTime() - start).isPositive();
        assertThat(asker.socket.awaitClose(LONG).code()).isEqualTo(1011);
      }
    }
    assertThat(recorder.script()).containsPattern("\"pause_ms\":\\d");
  }

  @Test
  void aCut_isReplayed_butNotWhenTheAskerLeft() throws Exception {
    real.script(CanisterScript.stall().onAttempt(2, CanisterScript.playing(Step.cut())));
    try (var leaves = new Asker(recorder.url())) {
      leaves.ask("r1");
      real.awaitRequests(1);
    }
    real.awaitConnections(0);
    try (var asker = new Asker(recorder.url())) {
      asker.send(Asker.process("r2", "Hi").with("attempt", 2));
      assertThat(asker.socket.awaitClose(LONG)).isEqualTo(CloseStatus.ABNORMAL);
    }
    var answers = Json.parseObject(recorder.script()).objects("answers");
    assertThat(answers.get(0).list("steps")).isEmpty();
    assertThat(answers.get(1).objects("steps").getLast()).isEqualTo(JsonObject.of("cut", true));
  }

  @Test
  void whoAsks_noticesNothing() throws Exception {
    real.switches().requireToken("secret");
    try (var asker = new Asker(recorder.url())) {
      asker.socket.send(Frame.ping(new byte[] {7}));
      assertThat(asker.socket.receive(LONG).payload()).containsExactly(7);
      assertThat(asker.untilPong()).isEmpty();
      asker.ask("r1");
      assertThat(asker.untilOutcome().getLast().string("response")).isEqualTo("You said: Hi");
      asker.socket.send(Frame.close(1000, "bye"));
      assertThat(asker.socket.awaitClose(LONG).code()).isEqualTo(1000);
    }
    assertThat(real.webSocketPings()).isOne();
    assertThat(real.pings()).isOne();
    real.switches().requireToken("other");
    assertThatThrownBy(() -> new Asker(recorder.url()))
        .isInstanceOfSatisfying(
            UpgradeRefusedException.class, e -> assertThat(e.status()).isEqualTo(401));
    real.refuse();
    assertThatThrownBy(() -> new Asker(recorder.url()))
        .isInstanceOfSatisfying(
            UpgradeRefusedException.class, e -> assertThat(e.status()).isEqualTo(502));
  }
}
