package life.avai.server.edge;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import life.avai.server.support.TestServer;
import life.avai.testkit.websocket.WebSocketDialer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A page whose name suddenly is that of the reader's own machine. */
class HostTest {
  private static TestServer local;
  private static TestServer everywhere;
  private static TestServer listed;

  @BeforeAll
  static void start() {
    local = TestServer.start(Map.of());
    everywhere = TestServer.start(Map.of("AVAI_HOST", "0.0.0.0"));
    listed = TestServer.start(Map.of("AVAI_ALLOWED_ORIGINS", "https://chat.example"));
  }

  @AfterAll
  static void stop() {
    local.close();
    everywhere.close();
    listed.close();
  }

  private static int get(TestServer server, String path, String headers) throws IOException {
    try (Socket socket = new Socket("127.0.0.1", server.port())) {
      socket
          .getOutputStream()
          .write(
              ("GET " + path + " HTTP/1.1\r\n" + headers + "Connection: close\r\n\r\n")
                  .getBytes(StandardCharsets.ISO_8859_1));
      String answer =
          new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
      return Integer.parseInt(answer.substring(9, 12));
    }
  }

  @ParameterizedTest
  @CsvSource({
    "localhost, 101",
    "LOCALHOST:8080, 101",
    "127.0.0.1:1, 101",
    "127.1.2.3, 101",
    "[::1]:8080, 101",
    "evil.example, 403",
    "evil.example:8080, 403",
    "127.0.0.1.evil.example, 403",
    "localhost.evil.example, 403",
    "evil.example:80:8080, 403",
    "'', 403"
  })
  void hostOfAConversation_isOneOfThisMachine(String host, int status) throws IOException {
    for (TestServer server : new TestServer[] {local, everywhere}) {
      assertThat(WebSocketDialer.to(server.address()).header("Host", host).status())
          .isEqualTo(status);
      assertThat(
              WebSocketDialer.to(server.address())
                  .header("Host", host)
                  .header("Origin", "http://" + host)
                  .status())
          .isEqualTo(status);
    }
  }

  @ParameterizedTest
  @CsvSource({"/", "/health", "/metrics", "/ws"})
  void pageOfAnotherName_getsNothing(String path) throws IOException {
    assertThat(get(local, path, "Host: evil.example:8080\r\n")).isEqualTo(403);
    assertThat(get(everywhere, path, "Host: evil.example:8080\r\n")).isEqualTo(403);
    assertThat(get(local, path, "Host: localhost\r\n")).isNotEqualTo(403);
  }

  @Test
  void twoHosts_areRefused() throws IOException {
    assertThat(get(local, "/", "Host: localhost\r\nHost: evil.example\r\n")).isEqualTo(400);
  }

  @Test
  void hostOfAnAllowedPage_isServed() throws IOException {
    assertThat(WebSocketDialer.to(listed.address()).header("Host", "chat.example").status())
        .isEqualTo(101);
    assertThat(WebSocketDialer.to(listed.address()).header("Host", "other.example").status())
        .isEqualTo(403);
  }

  @Test
  void metrics_areForThisMachineAndNotForWhomAProxySpeaks() throws IOException {
    assertThat(get(local, "/metrics", "Host: localhost\r\n")).isEqualTo(200);
    assertThat(get(local, "/metrics", "Host: localhost\r\nX-Forwarded-For: 203.0.113.9\r\n"))
        .isEqualTo(404);
    assertThat(get(local, "/metrics", "Host: localhost\r\nForwarded: for=203.0.113.9\r\n"))
        .isEqualTo(404);
  }
}
