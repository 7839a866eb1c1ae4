package life.avai.server.scenarios;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import life.avai.server.support.TestServer;
import life.avai.testkit.canister.CanisterScript;
import life.avai.testkit.canister.FakeCanister;
import life.avai.testkit.client.ReceivedFrame;
import life.avai.testkit.client.TestClient;
import life.avai.testkit.json.JsonObject;
import org.junit.jupiter.api.BeforeEach;

/**
 * What people do, over real sockets, on a real database, with a canister that does as it is told.
 * One server and one canister serve all scenarios; people and threads are new in each.
 */
abstract class Scenario {
  static final FakeCanister CANISTER = FakeCanister.start();
  static final TestServer SERVER =
      TestServer.start(
          CANISTER, Map.of("AVAI_AI_FIRST_TIMEOUT", "1s", "AVAI_MAX_CONNECTIONS_PER_USER", "5"));

  @BeforeEach
  void answerPlainly() {
    CANISTER.script(CanisterScript.replyWith("Hello there, friend."));
  }

  static TestClient anonymous() {
    return SERVER.anonymous();
  }

  /** Two sockets of one person. */
  static TestClient another(TestClient device) {
    String session = device.frames("auth_success").getFirst().string("session_token");
    TestClient other = SERVER.connect();
    assertThat(other.request("authenticate", "session_token", session).type())
        .isEqualTo("auth_success");
    return other;
  }

  static void assertError(JsonObject answer, String code) {
    assertThat(answer.type()).as("%s", answer).isEqualTo("error");
    assertThat(answer.string("code")).as("%s", answer).isEqualTo(code);
    assertThat(answer.string("error_type")).isEqualTo(code);
    assertThat(answer.bool("success")).isFalse();
    assertThat(answer.has("retryable")).isTrue();
    assertThat(answer.string("message")).isNotBlank();
  }

  /** The types of all frames about a turn, in order. */
  static List<String> typesOf(TestClient client, String requestId) {
    return client.frames().stream()
        .map(ReceivedFrame::json)
        .filter(frame -> requestId.equals(frame.optionalString("request_id")))
        .map(JsonObject::type)
        .toList();
  }

  static List<String> contents(JsonObject history) {
    return history.objects("messages").stream().map(message -> message.string("content")).toList();
  }
}
