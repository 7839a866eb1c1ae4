package life.avai.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import life.avai.server.settings.ConfigurationException;
import life.avai.server.support.TestServer;
import life.avai.testkit.canister.FakeCanister;
import life.avai.testkit.client.Acknowledgement;
import life.avai.testkit.client.TestClient;
import life.avai.testkit.json.JsonObject;
import org.junit.jupiter.api.Test;

/** Canisters that are not there, limits, and shutting down. */
class AwayAndLimitsTest {
  @Test
  void withoutACanister_everyTurnHasFailedAtOnce() {
    try (TestServer server = TestServer.start(Map.of());
        TestClient client = server.anonymous()) {
      Acknowledgement sent = client.say("new", "anybody there?");
      JsonObject answer = client.await("ai_unavailable");
      assertThat(answer.string("request_id")).isEqualTo(sent.requestId());
      assertThat(answer.bool("final")).isTrue();
      assertThat(answer.string("reason")).isNotBlank();
      assertThat(answer.integer("retry_after")).isPositive();
      JsonObject again = client.request("regenerate", "thread_id", sent.threadId());
      assertThat(again.type()).isEqualTo("regenerate_ack");
      assertThat(client.await("ai_unavailable").string("request_id"))
          .isEqualTo(again.string("request_id"));
      assertThat(client.request("get_ai_status").string("state")).isEqualTo("disabled");
    }
  }

  @Test
  void messagesSentWhileTheCanisterIsAway_areAnsweredWhenItIsBack() {
    try (FakeCanister canister = FakeCanister.start();
        TestServer server = TestServer.start(canister, Map.of());
        TestClient client = server.anonymous()) {
      assertThat(client.request("get_ai_status").string("state")).isEqualTo("available");
      canister.stop();
      client.await("its absence", frame -> "unavailable".equals(frame.optionalString("state")));
      List<String> turns = new ArrayList<>();
      String thread = "new";
      for (int i = 0; i < 50; i++) {
        Acknowledgement sent = client.say(i % 5 == 0 ? "new" : thread, "away " + i);
        thread = sent.threadId();
        turns.add(sent.requestId());
        JsonObject notice =
            client.await(
                "a notice",
                frame ->
                    frame.type().equals("ai_unavailable")
                        && sent.requestId().equals(frame.optionalString("request_id")));
        assertThat(notice.bool("final")).isFalse();
      }
      canister.restart();

      turns.forEach(turn -> assertThat(client.awaitReply(turn).isCompleted()).isTrue());
      assertThat(client.request("get_history", "thread_id", thread).objects("messages"))
          .hasSize(10);
    }
  }

  @Test
  void statusIsPushed_andAMessageThatWaits_canBeRepeatedAndCancelled() {
    try (FakeCanister canister = FakeCanister.start();
        TestServer server = TestServer.start(canister, Map.of());
        TestClient client = server.anonymous();
        TestClient watcher = server.connect()) {
      JsonObject status = watcher.request("get_ai_status");
      assertThat(status.object("canisters"))
          .isEqualTo(JsonObject.of("connected", 1, "configured", 1));
      assertThat(status.integer("queued_turns")).isZero();
      canister.stop();
      JsonObject away =
          watcher.await(
              "its absence", frame -> "unavailable".equals(frame.optionalString("state")));
      assertThat(away.has("in_reply_to")).isFalse();
      assertThat(away.object("canisters").integer("connected")).isZero();

      JsonObject message =
          JsonObject.of(
              "type",
              "send_message",
              "thread_id",
              "new",
              "content",
              "waits",
              "client_message_id",
              UUID.randomUUID().toString());
      JsonObject sent = client.request(message);
      JsonObject notice = client.await("ai_unavailable");
      assertThat(notice.string("thread_id")).isEqualTo(sent.string("thread_id"));
      assertThat(notice.string("request_id")).isEqualTo(sent.string("request_id"));
      assertThat(notice.string("reason")).isNotBlank();
      assertThat(notice.integer("retry_after")).isPositive();
      assertThat(notice.bool("final")).isFalse();
      assertThat(watcher.request("get_ai_status").integer("queued_turns")).isEqualTo(1);

      assertThat(client.request(message).bool("duplicate")).isTrue();
      assertThat(client.await("ai_unavailable").bool("final")).isFalse();
      String thread = sent.string("thread_id");
      assertThat(client.request("regenerate", "thread_id", thread).string("code"))
          .isEqualTo("BUSY");
      assertThat(client.request("cancel", "thread_id", thread).list("request_ids"))
          .isEqualTo(List.of(sent.string("request_id")));
      assertThat(client.await("ai_cancelled").has("content")).isFalse();
      assertThat(client.request("cancel", "thread_id", thread).list("request_ids")).isEmpty();
      assertThat(client.frames("ai_typing")).isEmpty();

      canister.restart();
      watcher.await("its return", frame -> "available".equals(frame.optionalString("state")));
      assertThat(watcher.request("get_ai_status").integer("queued_turns")).isZero();
    }
  }

  @Test
  void socketOfVeryManyThreads_hearsOfEach() {
    int threads = 1_010;
    try (TestServer server = TestServer.start(Map.of());
        TestClient client = server.anonymous().timeout(Duration.ofMinutes(1))) {
      for (int i = 0; i < threads; i++) {
        client.send("send_message", "thread_id", "new", "content", "m" + i);
      }
      for (int i = 0; i < threads; i++) {
        assertThat(client.await("ai_unavailable").bool("final")).isTrue();
      }
      client.settle();
      // A socket watches a thousand threads at most; it is told which it has let go.
      List<String> first =
          client.frames("message_sent").stream()
              .limit(10)
              .map(frame -> frame.string("thread_id"))
              .toList();
      assertThat(client.frames("unsubscribed").stream().map(frame -> frame.string("thread_id")))
          .containsExactlyElementsOf(first);
    }
  }

  @Test
  void repeats_costLikeAnySend() {
    try (TestServer server = TestServer.start(Map.of("AVAI_RATE_LIMIT_ANONYMOUS_PER_MINUTE", "3"));
        TestClient client = server.anonymous();
        TestClient other = server.anonymous()) {
      JsonObject message =
          JsonObject.of(
              "type",
              "send_message",
              "thread_id",
              "new",
              "content",
              "m",
              "client_message_id",
              UUID.randomUUID().toString());
      for (int i = 0; i < 3; i++) {
        assertThat(client.request(message).type()).isEqualTo("message_sent");
      }
      JsonObject refused = client.request(message);
      assertThat(refused.string("code")).isEqualTo("RATE_LIMITED");
      assertThat(refused.string("client_message_id"))
          .isEqualTo(message.string("client_message_id"));
      assertThat(other.request(message.with("thread_id", "new")).type()).isEqualTo("message_sent");
      // Who goes on all the same is sent away.
      try {
        for (int i = 0; i < 2_000; i++) {
          client.send(message);
        }
      } catch (UncheckedIOException e) {
        // Closed already.
      }
      assertThat(client.awaitClose().code()).isIn(1008, 1006);
    }
  }

  @Test
  void tooManyMessages_areRefusedWithATime() {
    try (TestServer server = TestServer.start(Map.of("AVAI_RATE_LIMIT_ANONYMOUS_PER_MINUTE", "3"));
        TestClient client = server.anonymous()) {
      for (int i = 0; i < 3; i++) {
        var unused = client.say("new", "m");
      }
      JsonObject refused = client.request("send_message", "thread_id", "new", "content", "m");
      assertThat(refused.string("code")).isEqualTo("RATE_LIMITED");
      assertThat(refused.bool("retryable")).isTrue();
      assertThat(refused.integer("retry_after")).isBetween(1L, 20L);
    }
  }

  @Test
  void answeringAnew_costsLikeASend() {
    try (TestServer server = TestServer.start(Map.of("AVAI_RATE_LIMIT_ANONYMOUS_PER_MINUTE", "2"));
        TestClient client = server.anonymous()) {
      String thread = client.say("new", "m").threadId();
      assertThat(client.request("regenerate", "thread_id", thread).type())
          .isEqualTo("regenerate_ack");
      JsonObject refused = client.request("regenerate", "thread_id", thread);
      assertThat(refused.string("code")).isEqualTo("RATE_LIMITED");
      assertThat(refused.integer("retry_after")).isBetween(1L, 30L);
      assertThat(client.request("send_message", "thread_id", thread, "content", "m").string("code"))
          .isEqualTo("RATE_LIMITED");
    }
  }

  @Test
  void silence_isNotAuthentication() {
    try (TestServer server = TestServer.start(Map.of("AVAI_AUTH_TIMEOUT", "300ms"));
        TestClient client = server.connect()) {
      assertThat(client.awaitClose().code()).isEqualTo(4408);
    }
  }

  @Test
  void tooManySocketsOfOneUser_areClosed() {
    try (TestServer server = TestServer.start(Map.of("AVAI_MAX_CONNECTIONS_PER_USER", "1"));
        TestClient first = server.connect();
        TestClient second = server.connect()) {
      JsonObject auth = first.authenticateAnonymously();
      JsonObject refused =
          second.request("authenticate", "session_token", auth.string("session_token"));
      assertThat(refused.string("code")).isEqualTo("TOO_MANY_CONNECTIONS");
      assertThat(second.awaitClose().code()).isEqualTo(4429);
    }
  }

  @Test
  void takenPort_stopsTheStart_andLeavesNothingRunning() {
    try (TestServer first = TestServer.start(Map.of())) {
      long before = writingLanes();
      assertThatThrownBy(() -> TestServer.start(Map.of("PORT", Integer.toString(first.port()))))
          .isInstanceOf(ConfigurationException.class)
          .hasMessageStartingWith("PORT: expected a port that is free");
      assertThat(writingLanes()).isEqualTo(before);
    }
  }

  private static long writingLanes() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().startsWith("avai-saves"))
        .count();
  }

  @Test
  void shuttingDown_isAnnouncedAndClosesWith1012() {
    TestServer server = TestServer.start(Map.of());
    try (TestClient client = server.anonymous()) {
      server.close();
      assertThat(client.await("server_shutdown").integer("reconnect_after_ms"))
          .isBetween(0L, 60_000L);
      assertThat(client.awaitClose().code()).isEqualTo(1012);
    }
  }
}
