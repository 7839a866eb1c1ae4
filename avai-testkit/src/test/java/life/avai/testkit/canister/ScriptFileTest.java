package life.avai.testkit.canister;

import static life.avai.testkit.canister.Asker.LONG;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import life.avai.testkit.json.JsonException;
import life.avai.testkit.json.JsonObject;
import life.avai.testkit.websocket.Frame;
import life.avai.testkit.websocket.UpgradeRefusedException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ScriptFileTest {
  private final FakeCanister canister = FakeCanister.start();

  @AfterEach
  void close() {
    canister.close();
  }

  private void play(String json) {
    ScriptFile.parse(json).applyTo(canister);
  }

  private List<JsonObject> ask(JsonObject process) throws Exception {
    try (var asker = new Asker(canister.url())) {
      asker.send(process);
      return asker.untilOutcome();
    }
  }

  private String response(String question) throws Exception {
    return ask(Asker.process("r1", question)).getLast().string("response");
  }

  @Test
  void theFirstAnswerThatFits_isGiven_asOftenAsItMay() throws Exception {
    play(
        """
        {"version": 1, "about": "three answers", "answers": [
          {"when": {"question": "Hi"}, "times": 1, "reply": "once"},
          {"when": {"question_contains": "H", "attempt": 1}, "reply": "a greeting"},
          {"when": {"attempt": 2, "conversation_id": "thread-1", "user_id": "u"}, "reply": "again"}
        ]}
        """);
    assertThat(response("Hi")).isEqualTo("once");
    assertThat(response("Hi")).isEqualTo("a greeting");
    var second = Asker.process("r1", "Hi").with("attempt", 2);
    assertThat(ask(second.with("user_id", "u")).getLast().string("response")).isEqualTo("again");
    assertThat(ask(second).getLast().string("error_message"))
        .isEqualTo("no answer in the script fits this request");
  }

  @Test
  void everyStep_isWhatItIsInCode() throws Exception {
    play(
        """
        {"version": 1, "answers": [{"steps": [
          {"progress": "thinking", "percentage": 12.5},
          {"pause_ms": 1},
          {"delta": "a", "set": {"extra": 1}, "remove": ["attempt"]},
          {"repeat": true},
          {"delta": "b", "sequence": 7},
          {"deltas": "cdef", "chars": 2, "between_ms": 1},
          {"deltas": "ghij", "chars": 4, "seed": 3},
          {"json": {"type": "odd"}},
          {"text": "no JSON"},
          {"binary": "AAE="},
          {"bytes": "gQJoaQ=="},
          {"response": true},
          {"response": "other"},
          {"error": "out of order", "retryable": true, "retry_after": 1.5},
          {"close": 1011}
        ]}]}
        """);
    try (var asker = new Asker(canister.url())) {
      asker.ask("r1");
      assertThat(asker.next().number("percentage")).isEqualTo(12.5);
      var delta = asker.next();
      assertThat(delta.integer("extra")).isOne();
      assertThat(delta.has("attempt")).isFalse();
      assertThat(asker.next()).isEqualTo(delta);
      assertThat(asker.next().integer("sequence")).isEqualTo(7);
      assertThat(asker.next().string("delta")).isEqualTo("cd");
      assertThat(asker.next().string("delta")).isEqualTo("ef");
      var text = new StringBuilder();
      while (text.length() < 4) {
        text.append(asker.next().string("delta"));
      }
      assertThat(text.toString()).isEqualTo("ghij");
      assertThat(asker.next().type()).isEqualTo("odd");
      assertThat(asker.socket.receiveText(LONG)).isEqualTo("no JSON");
      assertThat(asker.socket.receive(LONG).opcode()).isEqualTo(Frame.BINARY);
      assertThat(asker.socket.receiveText(LONG)).isEqualTo("hi");
      assertThat(asker.next().string("response")).isEqualTo("abcdefghij");
      assertThat(asker.next().string("response")).isEqualTo("other");
      var error = asker.next();
      assertThat(error.bool("retryable")).isTrue();
      assertThat(error.number("retry_after")).isEqualTo(1.5);
      assertThat(asker.socket.awaitClose(LONG).code()).isEqualTo(1011);
    }
  }

  @ParameterizedTest
  @CsvSource({"cut", "cut_mid_frame", "reset"})
  void theConnection_canBeEnded(String how) throws Exception {
    play("{\"version\":1,\"answers\":[{\"steps\":[{\"%s\":true}]}]}".formatted(how));
    try (var asker = new Asker(canister.url())) {
      asker.ask("r1");
      canister.awaitConnections(0);
    }
  }

  @Test
  void faultsAndSwitches_areSet() throws Exception {
    play(
        """
        {"version": 1, "faults": ["not-answering-pings"],
         "switches": {"echo_attempt": false, "token": "secret", "obey_cancel": false,
                      "answer_websocket_pings": true, "answer_pings": false}}
        """);
    try (var asker = new Asker(canister.url())) {
      asker.send(JsonObject.of("type", "ping"));
      asker.ask("r1");
      assertThat(asker.next().has("attempt")).isFalse();
    }
    play("{\"version\":1,\"switches\":{\"upgrade_status\":503}}");
    assertThatThrownBy(() -> new Asker(canister.url())).isInstanceOf(UpgradeRefusedException.class);
  }

  @Test
  void anAnswer_canBeAFault_orLeftToASeed() throws Exception {
    play(
        """
        {"version":1,"answers":[{"times":1,"fault":"error"},{"times":2,"seed":7},{"fault":"empty"}]}
        """);
    assertThat(ask(Asker.process("r1", "Hi")).getLast().type()).isEqualTo("error");
    assertThat(response("Hi")).isNotEmpty().isEqualTo(response("Hi"));
    assertThat(response("Hi")).isEmpty();
  }

  /** What is wrong, and the words by which a person finds it. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{\"version\":1,| line 1, column 14: expected '\"', found",
        "{\"version\":1,\"version\":1}| line 1, column 14: expected a key that is not there yet",
        "[]| not a JSON object",
        "{}| the file: version is missing (expected: 1)",
        "{\"version\":2}| version: 2 (expected: 1 to 1)",
        "{\"version\":1,\"answer\":[]}| answer: no such field (expected: version, about, answers,",
        "{\"version\":1,\"answers\":{}}| answers: {} (expected: an array)",
        "{\"version\":1,\"answers\":[7]}| answers[0]: null (expected: an object)",
        "{\"version\":1,\"answers\":[{}]}| answers[0]: expected exactly one of reply, steps, fault",
        "{\"version\":1,\"answers\":[{\"reply\":null}]}| answers[0].reply: null (expected: a string)",
        "{\"version\":1,\"answers\":[{\"reply\":\"a\",\"times\":0}]}| answers[0].times: 0 (expected: 1 to",
        "{\"version\":1,\"answers\":[{\"reply\":\"a\",\"when\":{\"x\":1}}]}| answers[0].when.x: no such field",
        "{\"version\":1,\"answers\":[{\"fault\":\"flat\"}]}| answers[0]: unknown fault: flat (expected: one of",
        "{\"version\":1,\"answers\":[{\"fault\":\"refuse\"}]}| answers[0].fault: refuse (expected: a fault of",
        "{\"version\":1,\"answers\":[{\"steps\":[{}]}]}| answers[0].steps[0]: expected exactly one of pause_ms,",
        "{\"version\":1,\"answers\":[{\"steps\":[{\"cut\":false}]}]}| answers[0].steps[0].cut: false (expected: true)",
        "{\"version\":1,\"answers\":[{\"steps\":[{\"cut\":true,\"reset\":true}]}]}| answers[0].steps[0]: expected",
        "{\"version\":1,\"answers\":[{\"steps\":[{\"pause_ms\":-1}]}]}| answers[0].steps[0].pause_ms: -1",
        "{\"version\":1,\"answers\":[{\"steps\":[{\"delta\":\"a\",\"sett\":{}}]}]}| answers[0].steps[0].sett: no such",
        "{\"version\":1,\"answers\":[{\"steps\":[{\"binary\":\"?\"}]}]}| answers[0].steps[0].binary: ? (expected: Base64)",
        "{\"version\":1,\"answers\":[{\"steps\":[{\"frame\":\"a\"}]}]}| answers[0].steps[0]: a frame is replayed only",
        "{\"version\":1,\"faults\":[\"flat\"]}| the file: unknown fault: flat (expected: one of",
        "{\"version\":1,\"switches\":{\"obey_cancel\":1}}| switches.obey_cancel: 1 (expected: true or false)",
      })
  void whatIsWrong_isTold(String json, String message) {
    assertThatThrownBy(() -> ScriptFile.parse(json))
        .isInstanceOf(JsonException.class)
        .hasMessageStartingWith(message);
  }

  @Test
  void aFile_isNamedInItsErrors(@TempDir Path directory) throws Exception {
    Path file = directory.resolve("script.json");
    Files.write(file, new byte[] {(byte) 0xff});
    assertThatThrownBy(() -> ScriptFile.read(file)).hasMessage(file + ": not UTF-8");
    Files.writeString(file, "{\n  \"version\": 1,\n  oops\n}");
    assertThatThrownBy(() -> ScriptFile.read(file))
        .hasMessageStartingWith(file + ": line 3, column 3: expected '\"', found: oops");
  }
}
