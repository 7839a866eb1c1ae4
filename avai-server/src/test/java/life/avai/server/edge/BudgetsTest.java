package life.avai.server.edge;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.Map;
import life.avai.server.support.TestServer;
import life.avai.testkit.client.TestClient;
import life.avai.testkit.json.JsonObject;
import life.avai.testkit.websocket.CloseStatus;
import life.avai.testkit.websocket.Frame;
import life.avai.testkit.websocket.RawWebSocket;
import life.avai.testkit.websocket.WebSocketDialer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What one socket may cost, frame by frame. */
class BudgetsTest {
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final byte[] PING = "{\"type\":\"ping\"}".getBytes(UTF_8);

  private static TestServer server;

  @BeforeAll
  static void start() {
    server =
        TestServer.start(
            Map.of("AVAI_RATE_LIMIT_MESSAGES_PER_MINUTE", "60", "AVAI_MAX_FRAME_BYTES", "4096"));
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  private interface Sending {
    void to(RawWebSocket socket) throws IOException;
  }

  private static CloseStatus closeAfter(Sending sending) throws IOException {
    try (RawWebSocket socket = WebSocketDialer.to(server.address()).connect()) {
      try {
        sending.to(socket);
      } catch (IOException e) {
        // It was closed on the way.
      }
      return socket.awaitClose(PATIENCE);
    }
  }

  private static Frame part(int opcode, boolean last, byte[] payload) {
    return last ? Frame.of(opcode, payload) : Frame.of(opcode, payload).notLast();
  }

  @ParameterizedTest
  @ValueSource(ints = {Frame.PING, Frame.PONG})
  void floodOfPingsOrPongs_isAPolicyViolation(int opcode) throws IOException {
    CloseStatus status =
        closeAfter(socket -> {
          socket.answerClose(false);
          for (int i = 0; i < 1_000; i++) {
            socket.send(Frame.of(opcode, new byte[] {1}));
          }
        });
    assertThat(status.code()).isEqualTo(1008);
  }

  @Test
  void someFragments_areAMessage_andTooManyAreNone() throws IOException {
    try (TestClient client = server.connect()) {
      client.socket().send(part(Frame.TEXT, false, PING));
      for (int i = 0; i < 62; i++) {
        client.socket().send(part(Frame.CONTINUATION, false, new byte[0]));
      }
      client.socket().send(part(Frame.CONTINUATION, true, new byte[0]));
      assertThat(client.await("pong").type()).isEqualTo("pong");
    }
    CloseStatus status =
        closeAfter(socket -> {
          socket.send(part(Frame.TEXT, false, PING));
          for (int i = 0; i < 64; i++) {
            socket.send(part(Frame.CONTINUATION, false, new byte[0]));
          }
        });
    assertThat(status.code()).isEqualTo(1008);
  }

  @Test
  void messageThatIsTooLarge_wholeOrInParts_isClosedWith1009() throws IOException {
    byte[] half = "x".repeat(2_049).getBytes(UTF_8);
    assertThat(closeAfter(socket -> socket.sendText("x".repeat(4_097))).code()).isEqualTo(1009);
    assertThat(
            closeAfter(
                    socket -> {
                      socket.send(part(Frame.TEXT, false, half));
                      socket.send(part(Frame.CONTINUATION, true, half));
                    })
                .code())
        .isEqualTo(1009);
    // A claim is enough.
    assertThat(closeAfter(socket -> socket.sendBytes(Frame.maskedHeader(1, 1L << 40))).code())
        .isEqualTo(1009);
  }

  @Test
  void whatTheStandardForbids_isAProtocolError() throws IOException {
    assertThat(closeAfter(socket -> socket.sendBytes(Frame.text("{}").toBytes())).code())
        .as("not masked")
        .isEqualTo(1002);
    assertThat(
            closeAfter(socket -> socket.send(Frame.of(Frame.TEXT, PING).withReservedBits(4)))
                .code())
        .as("compressed, as if that had been agreed to")
        .isEqualTo(1002);
    assertThat(closeAfter(socket -> socket.send(Frame.of(3, PING))).code())
        .as("an opcode that is none")
        .isEqualTo(1002);
    assertThat(closeAfter(socket -> socket.send(part(Frame.CONTINUATION, true, PING))).code())
        .as("the end of nothing")
        .isEqualTo(1002);
    assertThat(
            closeAfter(
                    socket -> {
                      socket.send(part(Frame.TEXT, false, PING));
                      socket.send(part(Frame.TEXT, true, PING));
                    })
                .code())
        .as("a message within another")
        .isEqualTo(1002);
    assertThat(closeAfter(socket -> socket.send(part(Frame.PING, false, PING))).code())
        .as("a ping in parts")
        .isEqualTo(1002);
  }

  @ParameterizedTest
  @CsvSource({"true, 1003", "false, 1003"})
  void binaryMessage_isRefusedWithItsFirstFrame(boolean last, int code) throws IOException {
    assertThat(closeAfter(socket -> socket.send(part(Frame.BINARY, last, PING))).code())
        .isEqualTo(code);
  }

  @Test
  void peerThatAnswersNoPings_isGivenUp() throws IOException {
    try (TestServer quick = TestServer.start(Map.of("AVAI_HEARTBEAT", "200ms"));
        RawWebSocket silent = WebSocketDialer.to(quick.address()).connect();
        TestClient alive = quick.anonymous()) {
      silent.answerPings(false);
      silent.sendText("{\"type\":\"authenticate\",\"anonymous\":true}");
      assertThat(silent.awaitClose(PATIENCE)).isEqualTo(CloseStatus.ABNORMAL);
      alive.settle();
    }
  }

  @Test
  void floodOfRequests_isLimitedAndThenAPolicyViolation() {
    try (TestClient client = server.anonymous()) {
      String thread = client.request("create_thread").object("thread").string("id");
      String typing =
          JsonObject.of("type", "typing", "thread_id", thread, "typing", true).toString();
      try {
        for (int i = 0; i < 20_000; i++) {
          client.sendText(typing);
        }
      } catch (UncheckedIOException e) {
        // Closed already.
      }
      assertThat(client.timeout(PATIENCE).awaitClose().code()).isIn(1008, 1006);
      assertThat(client.frames("typing_confirmed")).hasSizeBetween(5_000, 15_000);
      assertThat(client.frames("error"))
          .isNotEmpty()
          .allSatisfy(error -> {
            assertThat(error.string("code")).isEqualTo("RATE_LIMITED");
            assertThat(error.bool("retryable")).isTrue();
            assertThat(error.has("retry_after")).isTrue();
          });
    }
  }

  @Test
  void largeFrames_costMore() {
    String large = "{\"type\":\"ping\",\"a\":\"" + "x".repeat(100_000) + "\"}";
    try (TestServer roomy = TestServer.start(Map.of("AVAI_RATE_LIMIT_MESSAGES_PER_MINUTE", "60"));
        TestClient client = roomy.anonymous()) {
      for (int i = 0; i < 100; i++) {
        client.sendText(large);
      }
      client.await("a limit", frame -> "RATE_LIMITED".equals(frame.optionalString("code")));
      assertThat(client.frames("pong")).hasSizeBetween(50, 90);
    }
  }
}
