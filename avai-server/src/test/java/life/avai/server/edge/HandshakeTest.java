package life.avai.server.edge;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import life.avai.server.support.TestServer;
import life.avai.testkit.client.TestClient;
import life.avai.testkit.websocket.Frame;
import life.avai.testkit.websocket.RawWebSocket;
import life.avai.testkit.websocket.WebSocketDialer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Connections that never become a conversation. */
class HandshakeTest {
  private static final String UPGRADE =
      "GET /ws HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
          + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n";

  private static TestServer server;

  @BeforeAll
  static void start() {
    server = TestServer.start(Map.of("AVAI_AUTH_TIMEOUT", "700ms", "AVAI_MAX_CONNECTIONS", "100"));
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  private static Socket open() throws IOException {
    Socket socket = new Socket("127.0.0.1", server.port());
    socket.setSoTimeout(20_000);
    return socket;
  }

  private static void write(Socket socket, String text) throws IOException {
    socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
  }

  /** What there is to read until the server ends the connection. */
  private static String readToTheEnd(Socket socket) throws IOException {
    try {
      return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    } catch (SocketException e) {
      return "";
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "GET",
        "GET /ws HTTP/1.1\r\nHost: loc",
        "GET /ws HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5000\r\n\r\nhalf",
        "GET /ws HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nha"
      })
  void halfARequest_isNotWaitedForForEver(String beginning) throws IOException {
    try (Socket socket = open()) {
      write(socket, beginning);
      assertThat(readToTheEnd(socket)).isEmpty();
    }
  }

  @Test
  void requestByteByByte_doesNotMoveTheDeadline() throws IOException {
    try (Socket socket = open()) {
      socket.setSoTimeout(100); // A byte every 100 ms.
      byte[] request = UPGRADE.getBytes(StandardCharsets.ISO_8859_1);
      boolean ended = false;
      for (int i = 0; i < request.length - 1 && !ended; i++) {
        try {
          socket.getOutputStream().write(request[i]);
          ended = socket.getInputStream().read() < 0;
        } catch (java.net.SocketTimeoutException e) {
          // It is still there.
        } catch (SocketException e) {
          ended = true;
        }
      }
      assertThat(ended).isTrue();
    }
  }

  @Test
  void keptConnection_mustComeUpWithItsNextRequest() throws IOException {
    try (Socket socket = open()) {
      write(socket, "GET /health/live HTTP/1.1\r\nHost: localhost\r\n\r\nGET");
      assertThat(readToTheEnd(socket)).startsWith("HTTP/1.1 200").endsWith("{\"status\":\"ok\"}");
    }
  }

  @Test
  void megabyteOfHeaders_isRefusedAndTheAnswerArrives() throws IOException {
    try (Socket socket = open()) {
      Thread writer =
          Thread.ofVirtual()
              .start(() -> {
                try {
                  write(socket, "GET /ws HTTP/1.1\r\nHost: localhost\r\n");
                  for (int i = 0; i < 1_000; i++) {
                    write(socket, "X-" + i + ": " + "x".repeat(1_000) + "\r\n");
                  }
                } catch (IOException e) {
                  // Refused already.
                }
              });
      assertThat(readToTheEnd(socket)).startsWith("HTTP/1.1 431");
      writer.interrupt();
    }
  }

  @Test
  void pipelinedRequests_areAnsweredInTheirOrder() throws IOException {
    try (Socket socket = open()) {
      write(
          socket,
          "GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n"
              + "GET /health/live HTTP/1.1\r\nHost: localhost\r\n\r\n"
              + "GET /nothing HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
      String answers = readToTheEnd(socket);
      assertThat(answers.indexOf("uptime_seconds")).isPositive();
      assertThat(answers.indexOf("{\"status\":\"ok\"}"))
          .isGreaterThan(answers.indexOf("uptime_seconds"));
      assertThat(answers.indexOf("404 Not Found"))
          .isGreaterThan(answers.indexOf("{\"status\":\"ok\"}"));
    }
  }

  @Test
  void socketOfNobody_isClosedInTime() {
    try (TestClient client = server.connect()) {
      client.await("welcome");
      client.send("ping");
      client.await("pong");
      assertThat(client.awaitClose().code()).isEqualTo(4408);
    }
  }

  @Test
  void silentConnections_makeRoomForWhoeverComes() throws IOException {
    List<Socket> silent = new ArrayList<>();
    try (TestClient early = server.anonymous()) {
      for (int i = 0; i < 250; i++) {
        silent.add(open());
      }
      try (TestClient late = server.anonymous()) {
        late.settle();
      }
      assertThat(readToTheEnd(silent.getFirst())).isEmpty();
      early.settle();
    } finally {
      for (Socket socket : silent) {
        socket.close();
      }
    }
  }

  /** An upgrade, and behind it frames that do not wait for its answer. */
  private static byte[] upgradeWithFrames(String before, Frame... frames) {
    var sent = new ByteArrayOutputStream();
    sent.writeBytes((before + UPGRADE).getBytes(StandardCharsets.ISO_8859_1));
    for (Frame frame : frames) {
      sent.writeBytes(frame.toMaskedBytes(1));
    }
    return sent.toByteArray();
  }

  @Test
  void framesRightBehindTheRequest_areAnsweredBehindTheWelcome() throws IOException {
    try (Socket socket = open()) {
      socket
          .getOutputStream()
          .write(
              upgradeWithFrames(
                  "",
                  Frame.ping(new byte[0]),
                  Frame.text("{\"type\":\"ping\"}"),
                  Frame.text("{\"type\":\"get_ai_status\"}")));
      assertThat(readToTheEnd(socket))
          .containsSubsequence("HTTP/1.1 101", "\"welcome\"", "\"pong\"", "\"ai_status\"");
    }
  }

  @Test
  void framesBehindRequestsThatWait_areNotLostInSilence() throws IOException {
    try (Socket socket = open()) {
      socket
          .getOutputStream()
          .write(
              upgradeWithFrames(
                  "GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n",
                  Frame.text("{\"type\":\"ping\"}")));
      assertThat(readToTheEnd(socket)).containsSubsequence("HTTP/1.1 200", "HTTP/1.1 400");
    }
  }

  @Test
  void compression_isNotAgreedTo() throws IOException {
    try (RawWebSocket socket =
        WebSocketDialer.to(server.address())
            .header("Sec-WebSocket-Extensions", "permessage-deflate; client_max_window_bits")
            .connect()) {
      assertThat(socket.isOpen()).isTrue();
    }
    try (Socket socket = open()) {
      write(
          socket,
          UPGRADE.replace(
              "Upgrade: websocket",
              "Upgrade: websocket\r\nSec-WebSocket-Extensions: permessage-deflate"));
      byte[] head = socket.getInputStream().readNBytes(120);
      assertThat(new String(head, StandardCharsets.ISO_8859_1))
          .startsWith("HTTP/1.1 101")
          .doesNotContainIgnoringCase("extensions");
    }
  }
}
