package life.avai.server.scenarios;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import life.avai.testkit.canister.CanisterScript;
import life.avai.testkit.canister.Step;
import life.avai.testkit.client.Reply;
import life.avai.testkit.client.TestClient;
import life.avai.testkit.json.JsonObject;
import org.junit.jupiter.api.Test;

/** The same message once more, and messages that count on a thread that has moved on. */
class RepeatsTest extends Scenario {
  private static JsonObject message(String thread, String content) {
    return JsonObject.of(
        "type",
        "send_message",
        "thread_id",
        thread,
        "content",
        content,
        "client_message_id",
        UUID.randomUUID().toString());
  }

  @Test
  void repeatOnAnotherSocket_whileTheTurnRuns_seesAllOfIt() {
    CompletableFuture<Void> gate = new CompletableFuture<>();
    CANISTER.script(
        CanisterScript.playing(
            Step.delta("one "), Step.await(gate), Step.delta("two"), Step.response()));
    try (TestClient phone = anonymous();
        TestClient laptop = another(phone)) {
      JsonObject message = message("new", "q");
      JsonObject first = phone.request(message);
      phone.await("ai_response_delta");

      JsonObject again = laptop.request(message);
      assertThat(again.bool("duplicate")).isTrue();
      assertThat(again.string("request_id")).isEqualTo(first.string("request_id"));
      assertThat(laptop.await("ai_response_delta").integer("offset")).isZero();
      gate.complete(null);
      Reply seen = laptop.awaitReply(first.string("request_id"));
      assertThat(seen.text()).isEqualTo("one two");
      assertThat(phone.awaitReply(first.string("request_id")).text()).isEqualTo("one two");
      assertThat(phone.request("get_threads").integer("total")).isEqualTo(1);
    }
  }

  @Test
  void repeatOfAFinishedTurn_isToldItsOutcomeOnceMore() {
    try (TestClient phone = anonymous();
        TestClient laptop = another(phone)) {
      JsonObject message = message("new", "q");
      String turn = phone.request(message).string("request_id");
      JsonObject outcome = phone.awaitReply(turn).outcome();

      assertThat(laptop.request(message).bool("duplicate")).isTrue();
      JsonObject told = laptop.await("ai_response");
      assertThat(told).isEqualTo(outcome);

      CANISTER.script(CanisterScript.failWith("no", false, null));
      JsonObject failing = message("new", "q2");
      String failed = phone.request(failing).string("request_id");
      assertThat(phone.awaitReply(failed).type()).isEqualTo("ai_error");
      assertThat(laptop.request(failing).bool("duplicate")).isTrue();
      assertThat(laptop.await("ai_error").string("request_id")).isEqualTo(failed);
    }
  }

  @Test
  void repeat_isKnownByAuthorThreadAndContent() {
    try (TestClient client = anonymous();
        TestClient stranger = anonymous()) {
      String thread = client.request("create_thread").object("thread").string("id");
      JsonObject named = message(thread, "in a named thread");
      JsonObject first = client.request(named);
      client.awaitReply(first.string("request_id"));

      assertError(client.request(named.with("thread_id", "new")), "IDEMPOTENCY_CONFLICT");
      assertError(client.request(named.with("content", "x")), "IDEMPOTENCY_CONFLICT");
      JsonObject refused = client.request(named.with("content_type", "json"));
      assertError(refused, "IDEMPOTENCY_CONFLICT");
      assertThat(refused.string("client_message_id")).isEqualTo(named.string("client_message_id"));
      assertThat(refused.bool("retryable")).isFalse();
      // A repeat is a repeat, however far the thread has moved on since.
      assertThat(client.request(named.with("expected_position", 0)).bool("duplicate")).isTrue();
      // The same name of somebody else is another message.
      assertThat(stranger.request(named.with("thread_id", "new")).has("duplicate")).isFalse();
      assertThat(client.request("get_history", "thread_id", thread).integer("total")).isEqualTo(2);
    }
  }

  @Test
  void expectedPosition_mustBeThatOfTheThread() {
    try (TestClient client = anonymous()) {
      JsonObject first =
          client.request(
              "send_message", "thread_id", "new", "content", "a", "expected_position", 0);
      assertThat(first.integer("position")).isEqualTo(1);
      String thread = first.string("thread_id");
      client.awaitReply(first.string("request_id"));
      JsonObject ahead =
          client.request(
              "send_message", "thread_id", thread, "content", "b", "expected_position", 9);
      assertError(ahead, "CONFLICT");
      assertThat(ahead.integer("position")).isEqualTo(2);
      assertThat(ahead.list("messages")).isEmpty();
      JsonObject behind =
          client.request(
              "send_message", "thread_id", thread, "content", "b", "expected_position", 0);
      assertThat(contents(behind)).containsExactly("a", "Hello there, friend.");
      JsonObject right =
          client.request(
              "send_message", "thread_id", thread, "content", "b", "expected_position", 2);
      assertThat(right.integer("position")).isEqualTo(3);
      assertError(
          client.request(
              "send_message", "thread_id", "new", "content", "c", "expected_position", 1),
          "CONFLICT");
    }
  }
}
