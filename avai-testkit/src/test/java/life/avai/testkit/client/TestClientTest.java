package life.avai.testkit.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import life.avai.testkit.json.Json;
import life.avai.testkit.json.JsonObject;
import life.avai.testkit.websocket.CloseStatus;
import life.avai.testkit.websocket.Frame;
import life.avai.testkit.websocket.RawWebSocket;
import life.avai.testkit.websocket.WebSocketDialer;
import life.avai.testkit.websocket.WebSocketServer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class TestClientTest {
  private final BlockingQueue<RawWebSocket> accepted = new LinkedBlockingQueue<>();
  private final WebSocketServer server = WebSocketServer.start(this::serve);
  private TestClient client;
  private RawWebSocket peer;

  @BeforeEach
  void connect() throws InterruptedException {
    client = TestClient.connect(WebSocketDialer.to(server.uri("/ws")).receiveBuffer(4096));
    peer = accepted.take();
  }

  @AfterEach
  void close() {
    client.close();
    server.close();
  }

  /** Enough of the protocol to answer what this test asks. */
  private void serve(RawWebSocket socket) throws IOException {
    accepted.add(socket);
    for (Frame m = socket.receiveMessage(); m.opcode() == Frame.TEXT; m = socket.receiveMessage()) {
      var json = Json.parseObject(m.text());
      var answer =
          switch (json.type()) {
            case "ping" -> JsonObject.of("type", "pong");
            case "authenticate" ->
                json.isTrue("anonymous") || "good".equals(json.get("token"))
                    ? JsonObject.of("type", "auth_success", "user", JsonObject.of("id", "u1"))
                    : JsonObject.of("type", "error", "code", "AUTH_FAILED");
            case "send_message" ->
                JsonObject.of(
                    "type", "message_sent",
                    "message_id", "m1",
                    "thread_id", "t1",
                    "request_id", "r1",
                    "position", 3,
                    "duplicate", true);
            default -> JsonObject.of("type", "error", "code", "UNKNOWN_TYPE");
          };
      socket.sendText(answer.with("in_reply_to", json.get("id")).toString());
    }
  }

  @Test
  void request_findsItsAnswerAmongOthers() throws IOException {
    peer.sendText("{\"type\":\"welcome\"}");
    assertThat(client.request("ping").type()).isEqualTo("pong");
    assertThat(client.request(JsonObject.of("type", "nonsense", "id", 7)))
        .isEqualTo(JsonObject.of("type", "error", "code", "UNKNOWN_TYPE", "in_reply_to", 7));
    assertThat(client.await("welcome").type()).isEqualTo("welcome");
    assertThat(client.frames())
        .extracting(ReceivedFrame::type)
        .containsExactly("welcome", "pong", "error");
    assertThat(client.frames()).extracting(ReceivedFrame::at).isSorted();
  }

  @Test
  void authenticate_returnsTheUserOrFails() {
    assertThat(client.authenticateAnonymously().object("user").string("id")).isEqualTo("u1");
    assertThat(client.authenticate("good").type()).isEqualTo("auth_success");
    assertThatThrownBy(() -> client.authenticate("bad"))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("AUTH_FAILED");
  }

  @Test
  void say_readsTheAcknowledgement() {
    var sent = client.say("new", "Hello");
    assertThat(sent.messageId()).isEqualTo("m1");
    assertThat(sent.threadId()).isEqualTo("t1");
    assertThat(sent.requestId()).isEqualTo("r1");
    assertThat(sent.position()).isEqualTo(3);
    assertThat(sent.duplicate()).isTrue();
  }

  @Test
  void await_handsOutEachFrameOnce() throws IOException {
    peer.sendText("{\"type\":\"a\",\"n\":1}");
    peer.sendText("{\"type\":\"b\"}");
    peer.sendText("{\"type\":\"a\",\"n\":2}");
    client.await("b");
    assertThat(client.await("a").integer("n")).isEqualTo(1);
    assertThat(client.await("a").integer("n")).isEqualTo(2);
    client.timeout(Duration.ofMillis(20));
    assertThatThrownBy(() -> client.await("a"))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("Not within 20 ms: a frame a; received 3 frames")
        .hasMessageContaining("{\"type\":\"a\",\"n\":2}");
  }

  @Test
  void settle_showsAllThatWasSentBefore() throws IOException {
    for (int i = 0; i < 500; i++) {
      peer.sendText("{\"type\":\"a\"}");
    }
    client.settle();
    assertThat(client.frames("a")).hasSize(500);
  }

  @Test
  void awaitReply_joinsTheDeltas() throws IOException {
    peer.sendText(
        "{\"type\":\"ai_response_delta\",\"request_id\":\"r1\",\"attempt\":1,\"offset\":0,\"delta\":\"He\"}");
    peer.sendText(
        "{\"type\":\"ai_response_delta\",\"request_id\":\"r1\",\"attempt\":1,\"offset\":2,\"delta\":\"y\"}");
    peer.sendText(
        "{\"type\":\"ai_response\",\"request_id\":\"r1\",\"attempt\":1,\"content\":\"Hey\"}");
    var reply = client.awaitReply("r1");
    assertThat(reply.isCompleted()).isTrue();
    assertThat(reply.content()).isEqualTo("Hey").isEqualTo(reply.text());
    assertThat(reply.deltas()).hasSize(2);
    assertThat(client.checkReply("r1")).isEqualTo(reply);
    assertThat(client.checkReply("r2")).isNull();
  }

  @Test
  void end_isTold() throws IOException {
    peer.sendText("{\"type\":\"a\"}");
    peer.send(Frame.close(1012, "restart"));
    assertThat(client.awaitClose()).isEqualTo(new CloseStatus(1012, "restart"));
    client.await("a");
    assertThatThrownBy(() -> client.await("b"))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("1012")
        .hasMessageContaining("before a frame b");
  }

  @Test
  void whatIsNoJson_failsTheAwait() throws IOException {
    peer.sendText("{\"type\":\"a\",\"type\":\"b\"}");
    assertThatThrownBy(() -> client.await("a"))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("no JSON object");
  }

  @Test
  void pausedClient_blocksTheServerAndGoesOn() throws Exception {
    client.pauseReading();
    String frame = JsonObject.of("type", "big", "x", "y".repeat(1 << 20)).toString();
    Thread sender =
        Thread.ofVirtual()
            .start(() -> {
              try {
                for (int i = 0; i < 32; i++) {
                  peer.sendText(frame);
                }
              } catch (IOException e) {
                throw new UncheckedIOException(e);
              }
            });
    assertThat(sender.join(Duration.ofMillis(200))).isFalse();
    assertThat(client.frames()).isEmpty();
    client.resumeReading();
    for (int i = 0; i < 32; i++) {
      client.await("big");
    }
    assertThat(sender.join(Duration.ofSeconds(10))).isTrue();
  }

  @Test
  void connect_whenRefused_isAnError() {
    var address = server.uri("/ws");
    server.refuse();
    assertThatThrownBy(() -> TestClient.connect(address)).isInstanceOf(UncheckedIOException.class);
  }
}
