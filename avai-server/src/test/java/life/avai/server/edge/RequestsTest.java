package life.avai.server.edge;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import life.avai.server.support.TestServer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Requests that may be, and such as a proxy and a server could understand in two ways. */
class RequestsTest {
  private static final Pattern STATUS = Pattern.compile("HTTP/1\\.1 (\\d{3}) ");
  private static final String UPGRADE =
      "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
          + "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n";

  private static TestServer server;

  @BeforeAll
  static void start() {
    server = TestServer.start(Map.of());
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  /** What the server says until it ends the connection. */
  private static String answers(String bytes) throws IOException {
    try (Socket socket = new Socket("127.0.0.1", server.port())) {
      socket.getOutputStream().write(bytes.getBytes(StandardCharsets.ISO_8859_1));
      return new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
    }
  }

  private static List<Integer> statuses(String bytes) throws IOException {
    return STATUS
        .matcher(answers(bytes))
        .results()
        .map(found -> Integer.valueOf(found.group(1)))
        .toList();
  }

  private static String get(String target, String headers) {
    return "GET " + target + " HTTP/1.1\r\n" + headers + "Connection: close\r\n\r\n";
  }

  @ParameterizedTest
  @CsvSource({
    "http://localhost/health/live, 200",
    "HTTPS://LOCALHOST:8080/health/live?x=1, 200",
    "http://127.0.0.1, 200",
    "http://localhost?x=http://evil.example/, 200",
    "http://evil.example/health/live, 403",
    "http://somebody@localhost/health/live, 403",
    "http:///health/live, 403",
    "/health/live, 200",
    "localhost:80, 404",
    "*, 404"
  })
  void addressInTheRequest_goesBeforeTheHost(String target, int status) throws IOException {
    assertThat(statuses(get(target, "Host: localhost\r\n"))).containsExactly(status);
  }

  @Test
  void addressInTheRequest_doesNotHelpWhoeverHasTheWrongName() throws IOException {
    assertThat(statuses(get("http://localhost/metrics", "Host: evil.example\r\n")))
        .as("the address is what counts")
        .containsExactly(200);
    assertThat(statuses(get("http://evil.example/metrics", "Host: localhost\r\n")))
        .containsExactly(403);
  }

  @ParameterizedTest
  @CsvSource({"1.0, 200", "1.1, 400", "1.2, 400", "2.0, 505", "0.9, 505", "3.0, 505"})
  void requestWithoutAHost_isOfAnOlderVersionThanOurs(String version, int status)
      throws IOException {
    assertThat(statuses("GET /health/live HTTP/" + version + "\r\nConnection: close\r\n\r\n"))
        .containsExactly(status);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Content-Length: 4\r\nTransfer-Encoding: chunked\r\n",
        "Transfer-Encoding: chunked\r\nContent-Length: 4\r\n",
        "Content-Length: 4\r\nContent-Length: 5\r\n",
        "Content-Length: 4, 5\r\n",
        "Content-Length: +4\r\n",
        "Content-Length: 0x4\r\n",
        "Transfer-Encoding: chunked, identity\r\n",
        "Transfer-Encoding: xchunked\r\n",
        "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n",
        "Transfer-Encoding : chunked\r\n",
      })
  void bodyThatEndsInTwoPlaces_endsTheConnection(String framing) throws IOException {
    assertThat(
            statuses(
                "POST /health HTTP/1.1\r\nHost: localhost\r\n"
                    + framing
                    + "\r\n0\r\n\r\n"
                    + get("/metrics", "Host: localhost\r\n")))
        .containsExactly(400);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Origin: http://localhost\r\nOrigin: https://evil.example\r\n",
        "Sec-WebSocket-Key: BBBBBBBBBBBBBBBBBBBBBA==\r\n",
        "Sec-WebSocket-Version: 8\r\n"
      })
  void handshakeThatSaysTwoThings_isRefused(String more) throws IOException {
    assertThat(statuses("GET /ws HTTP/1.1\r\nHost: localhost\r\n" + UPGRADE + more + "\r\n"))
        .containsExactly(400);
  }

  @Test
  void webSocketAmongOtherProtocols_isAgreedTo() throws IOException {
    try (Socket socket = new Socket("127.0.0.1", server.port())) {
      String request =
          "GET /ws HTTP/1.1\r\nHost: localhost\r\n"
              + UPGRADE.replace("websocket", "h2c, WebSocket")
              + "\r\n";
      socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
      assertThat(new String(socket.getInputStream().readNBytes(12), StandardCharsets.ISO_8859_1))
          .isEqualTo("HTTP/1.1 101");
    }
  }

  @Test
  void bodyThatIsTooLarge_isToldSo_inItsTurn() throws IOException {
    String answers =
        answers(
            "GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n"
                + "POST /health HTTP/1.1\r\nHost: localhost\r\nContent-Length: 70000\r\n\r\n"
                + "x".repeat(70_000)
                + get("/metrics", "Host: localhost\r\n"));
    assertThat(STATUS.matcher(answers).results().map(found -> found.group(1)))
        .containsExactly("200", "413");
    assertThat(answers).contains("{\"status\":413", "nosniff");
  }

  @Test
  void bodyThatIsAskedForFirst_isToldThatItIsTooLarge_likeAnyOther() throws IOException {
    String answers =
        answers(
            "POST /health HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\n"
                + "Content-Length: 70000\r\n\r\n");
    assertThat(STATUS.matcher(answers).results().map(found -> found.group(1)))
        .containsExactly("413");
    assertThat(answers).contains("{\"status\":413", "nosniff");
  }

  @ParameterizedTest
  @ValueSource(strings = {"POST", "PUT", "DELETE", "OPTIONS", "TRACE", "CONNECT", "get", "X-Y"})
  void otherMethods_areRefused_whereThereIsSomething(String method) throws IOException {
    for (String path : List.of("/", "/health", "/metrics", "/config.json", "/avai-client.js")) {
      assertThat(answers(get(path, "Host: localhost\r\n").replaceFirst("GET", method)))
          .as(path)
          .startsWith("HTTP/1.1 405")
          .containsIgnoringCase("allow: GET, HEAD");
    }
    assertThat(statuses(get("/nothing", "Host: localhost\r\n").replaceFirst("GET", method)))
        .containsExactly(404);
  }
}
