package life.avai.testkit.websocket;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.EOFException;
import java.io.IOException;
import java.net.ConnectException;
import java.net.ProtocolException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class RawWebSocketTest {
  private static final Duration LONG = Duration.ofSeconds(10);
  private static final Duration SHORT = Duration.ofMillis(50);

  private final BlockingQueue<RawWebSocket> accepted = new LinkedBlockingQueue<>();
  private final BlockingQueue<Object> seen = new LinkedBlockingQueue<>();
  private volatile int status = 101;
  private final WebSocketServer server =
      WebSocketServer.start(
          new WebSocketHandler() {
            @Override
            public int admit(UpgradeRequest request) {
              return status;
            }

            @Override
            public void handle(RawWebSocket socket) throws IOException {
              accepted.add(socket);
              try {
                while (true) {
                  Frame message = socket.receiveMessage();
                  seen.add(message);
                  if (message.opcode() == Frame.CLOSE) {
                    return;
                  }
                  socket.send(Frame.of(message.opcode(), message.payload()));
                }
              } catch (IOException e) {
                seen.add(e);
                throw e;
              }
            }
          });

  @AfterEach
  void closeServer() {
    server.close();
  }

  @Test
  void messages_ofEverySize_comeBack() throws Exception {
    try (var client = connect()) {
      for (int length : List.of(0, 1, 125, 126, 4096, 65_535, 65_536, 3_000_000)) {
        String text = "x".repeat(length);
        client.sendText(text);
        assertThat(client.receiveText(LONG)).isEqualTo(text);
      }
      client.send(Frame.binary(new byte[] {1, 2}));
      assertThat(client.receive(LONG).payload()).containsExactly(1, 2);
    }
    assertThat(((Frame) take()).wasMasked()).isTrue();
  }

  @Test
  void fragments_withAPingBetween_makeOneMessage() throws Exception {
    try (var client = connect()) {
      client.send(Frame.text("Hel").notLast());
      client.send(Frame.ping(new byte[] {7}));
      client.send(Frame.continuation("l").notLast());
      client.send(Frame.continuation("o"));

      assertThat(client.receive(LONG).opcode()).isEqualTo(Frame.PONG);
      assertThat(client.receiveText(LONG)).isEqualTo("Hello");
    }
  }

  @Test
  void bytesOfAFrame_oneByOne_areAFrame() throws Exception {
    try (var client = connect()) {
      for (byte b : Frame.text("slow").toMaskedBytes(42)) {
        client.sendBytes(new byte[] {b});
      }
      assertThat(client.receiveText(LONG)).isEqualTo("slow");
    }
  }

  @Test
  void receive_afterATimeoutInAFrame_goesOn() throws Exception {
    try (var client = connect()) {
      var peer = accepted.take();
      byte[] frame = Frame.text("halves").toBytes();
      peer.sendBytes(Arrays.copyOf(frame, 3));
      assertThatThrownBy(() -> client.receive(SHORT)).isInstanceOf(SocketTimeoutException.class);
      peer.sendBytes(Arrays.copyOfRange(frame, 3, frame.length));
      assertThat(client.receive(LONG).text()).isEqualTo("halves");
    }
  }

  @Test
  void pings_areAnsweredUnlessToldNotTo() throws Exception {
    try (var client = connect()) {
      accepted.take().answerPings(false);
      client.send(Frame.ping(new byte[0]));
      client.sendText("after");
      assertThat(client.receive(LONG).text()).isEqualTo("after");
    }
  }

  @Test
  void close_isAnsweredWithTheSameCode() throws Exception {
    try (var client = connect()) {
      client.send(Frame.close(4008, "too slow"));
      assertThat(client.awaitClose(LONG)).isEqualTo(new CloseStatus(4008, "too slow"));
      assertThatThrownBy(() -> client.receive(LONG)).isInstanceOf(EOFException.class);
    }
  }

  @Test
  void close_sends1000() throws Exception {
    connect().close();
    assertThat(CloseStatus.of((Frame) take()).code()).isEqualTo(1000);
  }

  @Test
  void cut_endsWithoutACloseFrame() throws Exception {
    connect().cut();
    assertThat(take()).isInstanceOf(EOFException.class);
  }

  @Test
  void reset_isAnErrorToThePeer() throws Exception {
    connect().reset();
    assertThat(take()).isInstanceOf(SocketException.class);
  }

  @Test
  void awaitClose_withoutACloseFrame_is1006() throws Exception {
    try (var client = connect()) {
      accepted.take().cut();
      assertThat(client.awaitClose(LONG)).isEqualTo(CloseStatus.ABNORMAL);
    }
  }

  @Test
  void receiveText_whenSomethingElseComes_saysWhat() throws Exception {
    try (var client = connect()) {
      accepted.take().send(Frame.close(1012, "restart"));
      assertThatThrownBy(() -> client.receiveText(LONG)).hasMessageContaining("1012");
    }
  }

  @Test
  void aClientThatDoesNotRead_blocksTheSender() throws Exception {
    try (var client = WebSocketDialer.to(server.uri("/")).receiveBuffer(4096).connect()) {
      var peer = accepted.take();
      byte[] frame = Frame.binary(new byte[1 << 20]).toBytes();
      var sent = new LinkedBlockingQueue<Integer>();
      Thread sender =
          Thread.ofVirtual()
              .start(() -> {
                try {
                  for (int i = 0; i < 64; i++) {
                    peer.sendBytes(frame);
                    sent.add(i);
                  }
                } catch (IOException e) {
                  sent.add(-1);
                }
              });
      assertThat(sender.join(Duration.ofMillis(300))).isFalse();
      assertThat(sent.size()).isLessThan(64);
      for (int i = 0; i < 64; i++) {
        assertThat(client.receive(LONG).payload()).hasSize(1 << 20);
      }
      assertThat(sender.join(LONG)).isTrue();
    }
  }

  @Test
  void frameThatClaimsTooMuch_endsTheReading() throws Exception {
    try (var client = connect()) {
      client.sendBytes(Frame.maskedHeader(Frame.TEXT, Long.MAX_VALUE));
      assertThat(take()).isInstanceOf(ProtocolException.class);
    }
  }

  @Test
  void headers_reachTheServer() throws Exception {
    var dialer =
        WebSocketDialer.to(server.uri("/ws?x=1"))
            .header("Origin", "https://evil.example")
            .addHeader("X-Forwarded-For", "192.0.2.1")
            .addHeader("X-Forwarded-For", "192.0.2.2");
    try (var client = dialer.connect()) {
      var handshake = accepted.take().handshake();
      assertThat(handshake.target()).isEqualTo("/ws?x=1");
      assertThat(handshake.header("origin")).isEqualTo("https://evil.example");
      assertThat(handshake.header("x-forwarded-for")).isEqualTo("192.0.2.1, 192.0.2.2");
      assertThat(client.handshake()).isEqualTo(handshake);
    }
  }

  @Test
  void refusedUpgrade_showsTheStatus() throws Exception {
    status = 503;
    assertThat(WebSocketDialer.to(server.uri("/")).status()).isEqualTo(503);
    assertThatThrownBy(this::connect)
        .isInstanceOfSatisfying(
            UpgradeRefusedException.class,
            e -> {
              assertThat(e.status()).isEqualTo(503);
              assertThat(e.headers()).containsEntry("connection", "close");
            });
    status = 101;
    assertThat(WebSocketDialer.to(server.uri("/")).status()).isEqualTo(101);
  }

  @Test
  void handshakeWithoutAKey_is400() throws Exception {
    var dialer = WebSocketDialer.to(server.uri("/"));
    assertThat(dialer.without("sec-websocket-key").status()).isEqualTo(400);
    assertThat(dialer.rawRequest("GET / HTTP/1.1\r\n\r\n").status()).isEqualTo(400);
  }

  @Test
  void refuseAndAccept_keepThePort() throws Exception {
    try (var client = connect()) {
      server.refuse();
      assertThatThrownBy(this::connect).isInstanceOf(ConnectException.class);
      client.sendText("still there");
      assertThat(client.receiveText(LONG)).isEqualTo("still there");
      server.accept();
      connect().close();
      server.dropConnections();
      assertThat(client.awaitClose(LONG)).isEqualTo(CloseStatus.ABNORMAL);
    }
  }

  @Test
  void manyConnections_eachGetTheirOwnEcho() throws Exception {
    var clients = new ArrayList<RawWebSocket>();
    for (int i = 0; i < 200; i++) {
      clients.add(connect());
      clients.getLast().sendText("client " + i);
    }
    for (int i = 0; i < 200; i++) {
      assertThat(clients.get(i).receiveText(LONG)).isEqualTo("client " + i);
      clients.get(i).close();
    }
  }

  @Test
  void textThatIsNotUtf8_isSentAsItIs() throws Exception {
    try (var client = connect()) {
      client.send(Frame.of(Frame.TEXT, new byte[] {(byte) 0xc3, 0x28}));
      assertThat(((Frame) take()).payload()).containsExactly((byte) 0xc3, 0x28);
      client.send(Frame.of(Frame.TEXT, "proper".getBytes(UTF_8)));
    }
  }

  private RawWebSocket connect() throws IOException {
    return WebSocketDialer.to(server.uri("/")).connect();
  }

  private Object take() throws InterruptedException {
    return seen.poll(10, TimeUnit.SECONDS);
  }
}
