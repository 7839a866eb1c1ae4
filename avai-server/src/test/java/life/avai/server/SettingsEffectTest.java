package life.avai.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import life.avai.server.support.TestServer;
import life.avai.testkit.canister.CanisterScript;
import life.avai.testkit.canister.FakeCanister;
import life.avai.testkit.canister.ProcessRequest;
import life.avai.testkit.canister.Step;
import life.avai.testkit.client.Acknowledgement;
import life.avai.testkit.client.TestClient;
import life.avai.testkit.json.JsonObject;
import life.avai.testkit.websocket.WebSocketDialer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Values that were chosen are seen to take effect: one server, everything small. */
class SettingsEffectTest {
  private static FakeCanister canister;
  private static TestServer server;

  @BeforeAll
  static void start(@TempDir Path directory) throws IOException {
    Path prompt = Files.writeString(directory.resolve("prompt.txt"), "Speak of nothing but tea.");
    canister = FakeCanister.start();
    canister.switches().requireToken("tea-token");
    server =
        TestServer.start(
            canister,
            Map.ofEntries(
                Map.entry("AVAI_CANISTER_TOKEN", "tea-token"),
                Map.entry("AVAI_MAX_CONTENT_CHARS", "10"),
                Map.entry("AVAI_MAX_FRAME_BYTES", "2048"),
                Map.entry("AVAI_MAX_REPLY_CHARS", "20"),
                Map.entry("AVAI_HEARTBEAT", "7s"),
                Map.entry("AVAI_TURN_EXPIRY", "1s"),
                Map.entry("AVAI_TURN_ATTEMPTS", "1"),
                Map.entry("AVAI_AI_TURN_TIMEOUT", "42s"),
                Map.entry("AVAI_DB_SCHEMA", "elsewhere"),
                Map.entry("AVAI_DB_POOL_SIZE", "2"),
                Map.entry("AVAI_CONTEXT_MESSAGES", "3"),
                Map.entry("AVAI_SYSTEM_PROMPT_FILE", prompt.toString()),
                Map.entry("AVAI_TRUSTED_PROXIES", "127.0.0.0/8"),
                Map.entry("AVAI_MAX_CONNECTIONS_PER_ADDRESS", "1")));
  }

  @AfterAll
  static void stop() {
    server.close();
    canister.close();
  }

  @BeforeEach
  void answerPlainly() {
    canister.script(CanisterScript.replyWith("Tea."));
  }

  private static JsonObject outcome(TestClient client, String thread) {
    return client.awaitReply(client.say(thread, "q").requestId()).outcome();
  }

  @Test
  void sizes_areToldAndHeld() {
    try (TestClient client = server.anonymous()) {
      JsonObject welcome = client.await("welcome");
      assertThat(welcome.integer("heartbeat_seconds")).isEqualTo(7);
      assertThat(welcome.object("limits"))
          .isEqualTo(JsonObject.of("max_content_chars", 10, "max_frame_bytes", 2_048));
      assertThat(
              client
                  .request("send_message", "thread_id", "new", "content", "12345678901")
                  .string("code"))
          .isEqualTo("CONTENT_TOO_LARGE");
      assertThat(
              client
                  .request("send_message", "thread_id", "new", "content", "\uD83D\uDE00".repeat(10))
                  .type())
          .isEqualTo("message_sent");
      client.sendText("x".repeat(2_049));
      assertThat(client.awaitClose().code()).isEqualTo(1009);
    }
  }

  @Test
  void canister_isAskedAsItWasChosen() {
    try (TestClient client = server.anonymous()) {
      Acknowledgement first = client.say("new", "one");
      client.awaitReply(first.requestId());
      for (int i = 0; i < 3; i++) {
        client.awaitReply(client.say(first.threadId(), "more").requestId());
      }
      ProcessRequest last =
          canister.received().stream()
              .filter(request -> request.conversationId().equals(first.threadId()))
              .toList()
              .getLast();
      assertThat(last.messages().stream().map(ProcessRequest.Message::content))
          .containsExactly("more", "Tea.", "more");
      assertThat(last.systemPrompt()).startsWith("Speak of nothing but tea.");
      assertThat(last.deadlineMs()).isBetween(1L, 42_000L);
      assertThat(last.handshake().header("Authorization")).isEqualTo("Bearer tea-token");
    }
  }

  @Test
  void attemptsAndLengths_areBounded() {
    try (TestClient client = server.anonymous()) {
      canister.script(CanisterScript.replyWhole("x".repeat(21)));
      assertThat(outcome(client, "new").string("code")).isEqualTo("INVALID_RESPONSE");
      canister.script(CanisterScript.replyWhole("x".repeat(20)));
      assertThat(outcome(client, "new").type()).isEqualTo("ai_response");
      canister.script(
          CanisterScript.first(CanisterScript.playing(Step.cut()))
              .then(CanisterScript.replyWith("Tea.")));
      assertThat(outcome(client, "new").string("code")).isEqualTo("CANISTER_ERROR");
      client.send("get_ai_status");
      client.await("its return", frame -> "available".equals(frame.optionalString("state")));
    }
  }

  @Test
  void turnThatWaitsTooLong_expires() {
    try (TestClient client = server.anonymous()) {
      assertThat(client.request("get_ai_status").string("state")).isEqualTo("available");
      canister.stop();
      client.await("its absence", frame -> "unavailable".equals(frame.optionalString("state")));
      Acknowledgement sent = client.say("new", "q");
      assertThat(client.await("ai_unavailable").bool("final")).isFalse();
      JsonObject expired = client.awaitReply(sent.requestId()).outcome();
      assertThat(expired.type()).isEqualTo("ai_error");
      assertThat(expired.string("code")).isEqualTo("EXPIRED");
      assertThat(expired.string("error")).isNotBlank();
      assertThat(expired.has("retry_after")).isTrue();
      assertThat(client.frames("ai_typing")).isEmpty();
      canister.restart();
      client.await("its return", frame -> "available".equals(frame.optionalString("state")));
    }
  }

  @Test
  void addressThatAProxyTells_isTheOneThatCounts() throws IOException {
    try (TestClient first = TestClient.connect(from("203.0.113.9"))) {
      first.await("welcome");
      assertThat(from("203.0.113.9").status()).isEqualTo(503);
      assertThat(from("203.0.113.10").status()).isEqualTo(101);
    }
  }

  private static WebSocketDialer from(String address) {
    return WebSocketDialer.to(server.address()).header("X-Forwarded-For", address);
  }

  @Test
  void silentSocket_isClosed() {
    try (TestServer impatient = TestServer.start(Map.of("AVAI_IDLE_TIMEOUT", "300ms"));
        TestClient client = impatient.anonymous()) {
      assertThat(client.awaitClose().code()).isEqualTo(1000);
    }
  }
}
