package life.avai.server;

import static life.avai.server.support.Client.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import life.avai.server.settings.ConfigurationException;
import life.avai.server.support.Client;
import life.avai.server.support.ScriptedCanister;
import life.avai.server.support.TestServer;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** Canisters that are not there, limits, and shutting down. */
class AwayAndLimitsTest {
  @Test
  void withoutACanister_everyTurnHasFailedAtOnce() {
    try (AvaiServer server = TestServer.start(Map.of());
        Client client = Client.anonymous(server.port())) {
      JsonNode sent = client.say("new", "anybody there?");
      JsonNode answer = client.await("ai_unavailable", text(sent, "request_id"));
      assertThat(answer.get("final").booleanValue()).isTrue();
      assertThat(text(client.request("get_ai_status", Map.of()), "state")).isEqualTo("disabled");
    }
  }

  @Test
  void messagesSentWhileTheCanisterIsAway_areAnsweredWhenItIsBack() {
    int port;
    try (ScriptedCanister first = ScriptedCanister.start(0)) {
      port = first.port();
    }
    try (AvaiServer server =
            TestServer.start(
                Map.of(
                    "AVAI_CANISTER_WS_URL",
                    "ws://127.0.0.1:" + port,
                    "AVAI_RATE_LIMIT_MESSAGES_PER_MINUTE",
                    "1000"));
        Client client = Client.anonymous(server.port())) {
      List<String> turns = new ArrayList<>();
      String thread = "new";
      for (int i = 0; i < 50; i++) {
        JsonNode sent = client.say(i % 5 == 0 ? "new" : thread, "away " + i);
        thread = text(sent, "thread_id");
        turns.add(text(sent, "request_id"));
        assertThat(client.await("ai_unavailable", turns.getLast()).get("final").booleanValue())
            .isFalse();
      }
      try (ScriptedCanister back = ScriptedCanister.start(port)) {
        back.answer("here again", 4);
        turns.forEach(turn -> client.await("ai_response", turn));
        JsonNode history = client.request("get_history", Map.of("thread_id", thread));
        assertThat(history.get("messages").size()).isEqualTo(10);
      }
    }
  }

  @Test
  void tooManyMessages_areRefusedWithATime() {
    try (AvaiServer server = TestServer.start(Map.of("AVAI_RATE_LIMIT_ANONYMOUS_PER_MINUTE", "3"));
        Client client = Client.anonymous(server.port())) {
      for (int i = 0; i < 3; i++) {
        assertThat(text(client.say("new", "m"), "type")).isEqualTo("message_sent");
      }
      JsonNode refused = client.say("new", "m");
      assertThat(text(refused, "code")).isEqualTo("RATE_LIMITED");
      assertThat(refused.get("retryable").booleanValue()).isTrue();
      assertThat(refused.get("retry_after").intValue()).isBetween(1, 20);
    }
  }

  @Test
  void silence_isNotAuthentication() {
    try (AvaiServer server = TestServer.start(Map.of("AVAI_AUTH_TIMEOUT", "300ms"));
        Client client = Client.connect(server.port())) {
      assertThat(client.closeCode()).isEqualTo(4408);
    }
  }

  @Test
  void tooManySocketsOfOneUser_areClosed() {
    try (AvaiServer server = TestServer.start(Map.of("AVAI_MAX_CONNECTIONS_PER_USER", "1"));
        Client first = Client.connect(server.port());
        Client second = Client.connect(server.port())) {
      JsonNode auth = first.request("authenticate", Map.of());
      JsonNode refused =
          second.request("authenticate", Map.of("session_token", text(auth, "session_token")));
      assertThat(text(refused, "code")).isEqualTo("TOO_MANY_CONNECTIONS");
      assertThat(second.closeCode()).isEqualTo(4429);
    }
  }

  @Test
  void takenPort_stopsTheStart_andLeavesNothingRunning() {
    try (AvaiServer first = TestServer.start(Map.of())) {
      assertThatThrownBy(() -> TestServer.start(Map.of("PORT", Integer.toString(first.port()))))
          .isInstanceOf(ConfigurationException.class)
          .hasMessageStartingWith("PORT: expected a port that is free");
      assertThat(Thread.getAllStackTraces().keySet())
          .filteredOn(thread -> thread.getName().startsWith("avai-saves"))
          .as("the writing lanes of one store, not of two")
          .hasSize(2);
    }
  }

  @Test
  void shuttingDown_isAnnouncedAndClosesWith1012() {
    AvaiServer server = TestServer.start(Map.of());
    try (Client client = Client.anonymous(server.port())) {
      server.close();
      client.await("server_shutdown");
      assertThat(client.closeCode()).isEqualTo(1012);
    }
  }
}
