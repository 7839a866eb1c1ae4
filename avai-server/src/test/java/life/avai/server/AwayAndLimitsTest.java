package life.avai.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
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
