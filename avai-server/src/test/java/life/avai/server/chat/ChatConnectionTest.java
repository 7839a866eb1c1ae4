package life.avai.server.chat;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpClient;
import java.time.Duration;
import life.avai.testkit.websocket.Frame;
import life.avai.testkit.websocket.RawWebSocket;
import life.avai.testkit.websocket.WebSocketServer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** A server that is gone without a word of it. */
class ChatConnectionTest {
  private static final Duration LONG = Duration.ofHours(1);
  private static final HttpClient HTTP = HttpClient.newHttpClient();

  @AfterAll
  static void stop() {
    HTTP.shutdownNow();
  }

  /** Whether the next thing to come is the end of the connection. */
  private static boolean isLost(ChatConnection connection) throws InterruptedException {
    JsonNode frame = connection.next();
    assertThat(frame).isNotNull();
    return ChatConnection.isLost(frame);
  }

  @Test
  void serverThatAnswersNoPing_isGivenUp() throws Exception {
    try (WebSocketServer server =
            WebSocketServer.start(socket -> {
              socket.answerPings(false);
              socket.receiveMessage();
            });
        ChatConnection connection =
            new ChatConnection(HTTP, server.uri("/"), Duration.ofMillis(50))) {
      assertThat(isLost(connection)).isTrue();
    }
  }

  @Test
  void serverThatAnswers_isNot_andOneSilenceIsEnough() throws Exception {
    try (WebSocketServer server =
            WebSocketServer.start(socket -> {
              socket.answerPings(false);
              socket.send(Frame.pong(socket.receive().payload()));
              socket.sendText("{\"type\":\"first\"}");
              Frame second = socket.receive();
              assertThat(second.opcode()).isEqualTo(Frame.PING);
              socket.sendText("{\"type\":\"second\"}");
              socket.receive();
              socket.receiveMessage();
            });
        ChatConnection connection = new ChatConnection(HTTP, server.uri("/"), LONG)) {
      assertThat(connection.beat()).isTrue();
      assertThat(connection.next("first", "first")).isNotNull();
      assertThat(connection.beat()).as("a pong was heard").isTrue();
      assertThat(connection.next("second", "second")).isNotNull();
      assertThat(connection.beat()).as("a frame was heard").isTrue();
      assertThat(connection.beat()).as("nothing was heard").isFalse();
      assertThat(isLost(connection)).isTrue();
    }
  }

  @Test
  void close_endsItsHeartbeat() throws Exception {
    Thread heartbeat;
    try (WebSocketServer server = WebSocketServer.start(RawWebSocket::receiveMessage);
        ChatConnection connection = new ChatConnection(HTTP, server.uri("/"), LONG)) {
      heartbeat = connection.heartbeat();
    }
    assertThat(heartbeat.join(Duration.ofSeconds(30))).isTrue();
  }
}
