package life.avai.server.edge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import life.avai.server.support.TestServer;
import life.avai.testkit.client.TestClient;
import life.avai.testkit.json.JsonObject;
import life.avai.testkit.websocket.RawWebSocket;
import life.avai.testkit.websocket.UpgradeRefusedException;
import life.avai.testkit.websocket.WebSocketDialer;
import org.junit.jupiter.api.Test;

/** How many sockets there may be: from one address, and of one user. */
class AddressesTest {
  private static TestServer production(Map<String, String> more) {
    Map<String, String> variables = new HashMap<>(more);
    variables.put("AVAI_ENV", "production");
    variables.put("AVAI_ANONYMOUS", "only");
    variables.put("AVAI_ALLOWED_ORIGINS", "https://chat.example");
    variables.put("AVAI_MAX_CONNECTIONS_PER_ADDRESS", "2");
    return TestServer.start(variables);
  }

  private static WebSocketDialer from(TestServer server, String forwardedFor) {
    return WebSocketDialer.to(server.address()).header("X-Forwarded-For", forwardedFor);
  }

  private static void assertFull(WebSocketDialer dialer) {
    assertThatThrownBy(dialer::connect)
        .isInstanceOfSatisfying(
            UpgradeRefusedException.class,
            refused -> {
              assertThat(refused.status()).isEqualTo(503);
              assertThat(refused.headers()).containsKey("Retry-After");
            });
  }

  @Test
  void oneAddress_hasOnlySoMany() throws IOException {
    try (TestServer server = production(Map.of());
        RawWebSocket first = from(server, "203.0.113.1").connect();
        RawWebSocket second = from(server, "203.0.113.2").connect()) {
      assertThat(first.isOpen() && second.isOpen()).isTrue();
      // Nobody said that this peer is a proxy: what it says of others counts for nothing.
      assertFull(from(server, "203.0.113.3"));
      first.cut();
      server.awaitSockets(1);
      assertThat(from(server, "203.0.113.3").status()).isEqualTo(101);
    }
  }

  @Test
  void behindAProxyOfOurs_theClientsAddressCounts() throws IOException {
    try (TestServer server = production(Map.of("AVAI_TRUSTED_PROXIES", "127.0.0.1, 10.0.0.0/8"));
        RawWebSocket first = from(server, "198.51.100.1, 203.0.113.1").connect();
        RawWebSocket second = from(server, "198.51.100.2, 203.0.113.1, 10.1.1.1").connect();
        RawWebSocket other = from(server, "203.0.113.2").connect()) {
      assertThat(first.isOpen() && second.isOpen() && other.isOpen()).isTrue();
      assertFull(from(server, "198.51.100.3, 203.0.113.1"));
      assertFull(from(server, "::ffff:203.0.113.1"));
      try (RawWebSocket six = from(server, "2001:db8::1").connect();
          RawWebSocket neighbour = from(server, "2001:db8::2").connect()) {
        assertThat(six.isOpen() && neighbour.isOpen()).isTrue();
        assertFull(from(server, "2001:db8::3"));
        assertThat(from(server, "2001:db8:0:1::3").status()).isEqualTo(101);
      }
    }
  }

  @Test
  void oneAddress_bringsOnlySoManyNewGuestsAMinute() {
    try (TestServer server = production(Map.of("AVAI_TRUSTED_PROXIES", "127.0.0.1"))) {
      String session = "";
      for (int i = 0; i < 2; i++) {
        try (TestClient guest = TestClient.connect(from(server, "203.0.113.1"))) {
          session = guest.authenticateAnonymously().string("session_token");
        }
        server.awaitSockets(0);
      }
      try (TestClient another = TestClient.connect(from(server, "203.0.113.1"));
          TestClient elsewhere = TestClient.connect(from(server, "203.0.113.2"))) {
        JsonObject refused = another.request("authenticate", "anonymous", true);
        assertThat(refused.string("code")).isEqualTo("RATE_LIMITED");
        assertThat(refused.bool("retryable")).isTrue();
        assertThat(refused.integer("retry_after")).isBetween(1L, 30L);
        assertThat(another.request("authenticate", "session_token", session).type())
            .as("who was here before is nobody new")
            .isEqualTo("auth_success");
        assertThat(elsewhere.request("authenticate", "anonymous", true).type())
            .isEqualTo("auth_success");
      }
    }
  }

  @Test
  void oneUser_hasOnlySoMany() {
    try (TestServer server = TestServer.start(Map.of("AVAI_MAX_CONNECTIONS_PER_USER", "2"));
        TestClient first = server.connect();
        TestClient second = server.connect();
        TestClient third = server.connect()) {
      String session = first.authenticateAnonymously().string("session_token");
      second.request("authenticate", "session_token", session);
      assertThat(third.request("authenticate", "session_token", session).string("code"))
          .isEqualTo("TOO_MANY_CONNECTIONS");
      assertThat(third.awaitClose().code()).isEqualTo(4429);
      first.cut();
      server.awaitSockets(1);
      try (TestClient fourth = server.connect()) {
        assertThat(fourth.request("authenticate", "session_token", session).type())
            .isEqualTo("auth_success");
      }
    }
  }
}
