package life.avai.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import life.avai.server.support.TestServer;
import life.avai.testkit.client.TestClient;
import life.avai.testkit.json.Json;
import life.avai.testkit.websocket.Frame;
import life.avai.testkit.websocket.WebSocketDialer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What reaches the server before, beside and instead of proper frames. */
class EdgeTest {
  private static TestServer server;

  @BeforeAll
  static void start() {
    server =
        TestServer.start(
            Map.of("AVAI_ALLOWED_ORIGINS", "https://chat.example,https://other.example:8443"));
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  private static WebSocketDialer dialer() {
    return WebSocketDialer.to(server.address());
  }

  @ParameterizedTest
  @CsvSource({
    "https://chat.example, 101",
    "https://CHAT.example, 101",
    "https://chat.example:443, 101",
    "https://other.example:8443, 101",
    "https://other.example, 403",
    "http://chat.example, 403",
    "https://chat.example.evil.example, 403",
    "https://evil.example, 403",
    "null, 403",
    "'', 403"
  })
  void origin_mustBeOneOfThose(String origin, int status) throws IOException {
    assertThat(dialer().header("Origin", origin).status()).isEqualTo(status);
  }

  @Test
  void upgrade_mustBeProper() throws IOException {
    assertThat(dialer().status()).isEqualTo(101);
    assertThat(dialer().without("Upgrade").status()).isIn(400, 426);
    assertThat(dialer().header("Sec-WebSocket-Version", "12").status()).isEqualTo(426);
    assertThat(dialer().without("Sec-WebSocket-Key").status()).isEqualTo(400);
    assertThat(dialer().method("POST").status()).isIn(400, 405);
    assertThat(dialer().header("X-Long", "x".repeat(40_000)).status()).isEqualTo(431);
    assertThat(dialer().rawRequest("nonsense\r\n\r\n").status()).isEqualTo(400);
  }

  @ParameterizedTest
  @CsvSource({"/health/live, 200", "/health/ready, 200", "/health, 200", "/, 200", "/metrics, 200"})
  void paths_areThere(String path, int status) {
    assertThat(server.get(path).statusCode()).isEqualTo(status);
  }

  @ParameterizedTest
  @ValueSource(strings = {"/nothing", "/../etc/passwd", "/ws/more", "/health/more", "/%00"})
  void otherPaths_areNotFoundAsJson(String path) throws IOException {
    String answer = rawGet(path);
    assertThat(answer).contains(" 40").contains("application/json").doesNotContain("xception");
  }

  private static String rawGet(String path) throws IOException {
    return ask(server.port(), "GET " + path);
  }

  /** The whole answer to a request without a body. */
  private static String ask(int port, String methodAndPath, String... headers) throws IOException {
    try (var socket = new java.net.Socket("127.0.0.1", port)) {
      String more = headers.length == 0 ? "" : String.join("\r\n", headers) + "\r\n";
      socket
          .getOutputStream()
          .write(
              (methodAndPath
                      + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
                      + more
                      + "\r\n")
                  .getBytes(StandardCharsets.US_ASCII));
      return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "HEAD, /, 200",
    "HEAD, /health, 200",
    "HEAD, /nothing, 404",
    "POST, /, 405",
    "POST, /health, 405",
    "DELETE, /metrics, 405",
    "POST, /nothing, 404",
    "OPTIONS, /health, 405",
    "GET, /ws, 426",
    "POST, /ws, 400"
  })
  void otherMethods_areAnsweredSensibly(String method, String path, int status) throws IOException {
    String answer = ask(server.port(), method + " " + path);
    assertThat(answer).startsWith("HTTP/1.1 " + status + " ");
    if (method.equals("HEAD")) {
      assertThat(answer).endsWith("\r\n\r\n").containsIgnoringCase("content-length: ");
    } else {
      assertThat(answer).contains("application/json");
    }
    if (status == 405) {
      assertThat(answer).containsIgnoringCase("allow: GET, HEAD");
    }
  }

  @Test
  void whatAProxyAsksForSomebodyElse_isNotAskedByAnOperator() throws IOException {
    assertThat(ask(server.port(), "GET /metrics", "X-Forwarded-For: 203.0.113.9"))
        .startsWith("HTTP/1.1 404 ");
    assertThat(ask(server.port(), "GET /health", "X-Forwarded-For: 203.0.113.9"))
        .startsWith("HTTP/1.1 200 ")
        .contains("\"status\"")
        .doesNotContain("checks");
  }

  @Test
  void metricsOnAPortOfTheirOwn_areNowhereElse() throws IOException {
    int port;
    try (var free = new java.net.ServerSocket(0)) {
      port = free.getLocalPort();
    }
    try (TestServer apart = TestServer.start(Map.of("AVAI_METRICS_PORT", Integer.toString(port)))) {
      assertThat(ask(port, "GET /metrics"))
          .startsWith("HTTP/1.1 200 ")
          .contains("avai_connections");
      assertThat(ask(port, "GET /health")).startsWith("HTTP/1.1 200 ").contains("checks");
      assertThat(ask(port, "GET /ws")).startsWith("HTTP/1.1 404 ");
      assertThat(apart.get("/metrics").statusCode()).isEqualTo(404);
      assertThat(apart.get("/health").statusCode()).isEqualTo(200);
    }
  }

  @Test
  void health_tellsHowThingsStand() {
    var health = Json.parseObject(server.get("/health").body());
    assertThat(health.string("status")).isIn("ok", "degraded");
    assertThat(health.has("version")).isTrue();
    assertThat(health.has("uptime_seconds")).isTrue();
    assertThat(health.object("checks").fields()).containsKeys("database", "canisters", "sessions");
  }

  private static void assertClosed(int code, Frame... frames) {
    try (TestClient client = server.connect()) {
      for (Frame frame : frames) {
        try {
          client.socket().send(frame);
        } catch (IOException e) {
          break; // Closed already.
        }
      }
      assertThat(client.awaitClose().code()).isEqualTo(code);
    } catch (UncheckedIOException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void protocolErrors_haveTheirCloseCodes() {
    byte[] ping = "{\"type\":\"ping\"}".getBytes(StandardCharsets.UTF_8);
    assertClosed(1003, Frame.binary(ping));
    assertClosed(1007, Frame.of(1, new byte[] {(byte) 0xC3, 0x28}));
    assertClosed(1009, Frame.text("x".repeat(600_000)));
  }

  @Test
  void peerThatKeepsSendingNonsense_isClosed() {
    try (TestClient client = server.anonymous()) {
      try {
        for (int i = 0; i < 2_000; i++) {
          client.sendText("nonsense");
        }
      } catch (UncheckedIOException e) {
        // Closed already.
      }
      assertThat(client.awaitClose().code()).isIn(1008, 1006);
    }
  }

  @Test
  void guesses_costFiveErrorsEach() {
    try (TestClient client = server.connect().timeout(Duration.ofSeconds(60))) {
      try {
        for (int i = 0; i < 200; i++) {
          client.send("authenticate", "session_token", "guess " + i);
        }
      } catch (UncheckedIOException e) {
        // Closed already.
      }
      assertThat(client.awaitClose().code()).isIn(1008, 1006);
      // Twenty, and those of the time that it took.
      assertThat(client.frames("error")).hasSizeBetween(1, 80);
    }
  }

  @Test
  void sockets_areLimitedInAllAndPerAddress() throws IOException {
    try (TestServer small = TestServer.start(Map.of("AVAI_MAX_CONNECTIONS", "2"));
        TestClient one = small.connect();
        TestClient two = small.connect()) {
      one.await("welcome");
      two.await("welcome");
      assertThat(WebSocketDialer.to(small.address()).status()).isEqualTo(503);
      one.cut();
      small.awaitSockets(1);
      assertThat(WebSocketDialer.to(small.address()).status()).isEqualTo(101);
    }
  }
}
