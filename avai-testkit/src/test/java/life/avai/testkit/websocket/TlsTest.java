package life.avai.testkit.websocket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.TrustManagerFactory;
import life.avai.testkit.canister.FakeCanister;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Both ends of {@code wss://}, with a certificate that the JDK's keytool makes for this test. */
class TlsTest {
  private static final Duration LONG = Duration.ofSeconds(10);
  private static final char[] PASSWORD = "changeit".toCharArray();

  private static SSLContext tls;

  @BeforeAll
  static void makeCertificate(@TempDir Path directory) throws Exception {
    Path file = directory.resolve("key.p12");
    Process keytool =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair",
                "-keyalg",
                "EC",
                "-alias",
                "test",
                "-dname",
                "CN=localhost",
                "-keystore",
                file.toString(),
                "-storetype",
                "PKCS12",
                "-storepass",
                new String(PASSWORD))
            .inheritIO()
            .start();
    assertThat(keytool.waitFor(1, TimeUnit.MINUTES)).isTrue();
    KeyStore store = KeyStore.getInstance("PKCS12");
    try (InputStream in = Files.newInputStream(file)) {
      store.load(in, PASSWORD);
    }
    var keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    keys.init(store, PASSWORD);
    var trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    trust.init(store);
    tls = SSLContext.getInstance("TLS");
    tls.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
  }

  private static WebSocketServer server(WebSocketHandler handler) {
    return WebSocketServer.start(InetAddress.getLoopbackAddress(), 0, tls, handler);
  }

  private static void echo(RawWebSocket socket) throws IOException {
    for (Frame frame = socket.receiveMessage();
        frame.opcode() != Frame.CLOSE;
        frame = socket.receiveMessage()) {
      socket.send(Frame.of(frame.opcode(), frame.payload()));
    }
  }

  @Test
  void messagesOfEverySize_goBothWays() throws Exception {
    try (var server = server(TlsTest::echo)) {
      assertThat(server.uri("/").getScheme()).isEqualTo("wss");
      try (var socket = WebSocketDialer.to(server.uri("/")).tls(tls).connect()) {
        for (int size : new int[] {0, 1, 125, 126, 16_384, 65_536, 1_000_000}) {
          byte[] payload = new byte[size];
          Arrays.fill(payload, (byte) size);
          socket.send(Frame.binary(payload));
          assertThat(socket.receive(LONG).payload()).isEqualTo(payload);
        }
        socket.send(Frame.close(1000, "bye"));
        assertThat(socket.awaitClose(LONG)).isEqualTo(new CloseStatus(1000, "bye"));
      }
    }
  }

  @Test
  void aWait_goesOnAfterItRanOut() throws Exception {
    try (var server = server(TlsTest::echo);
        var socket = WebSocketDialer.to(server.uri("/")).tls(tls).connect()) {
      assertThatThrownBy(() -> socket.receive(Duration.ofMillis(20)))
          .isInstanceOf(SocketTimeoutException.class);
      socket.sendText("still here");
      assertThat(socket.receiveText(LONG)).isEqualTo("still here");
    }
  }

  @Test
  void aCut_isSeenByTheOtherEnd() throws Exception {
    try (var server = server(RawWebSocket::cut);
        var socket = WebSocketDialer.to(server.uri("/")).tls(tls).connect()) {
      assertThat(socket.awaitClose(LONG)).isEqualTo(CloseStatus.ABNORMAL);
    }
    try (var server = server(TlsTest::echo);
        var socket = WebSocketDialer.to(server.uri("/")).tls(tls).connect()) {
      server.dropConnections();
      assertThat(socket.awaitClose(LONG)).isEqualTo(CloseStatus.ABNORMAL);
    }
  }

  @Test
  void aCertificateThatNobodyVouchesFor_isRefused() throws Exception {
    try (var server = server(TlsTest::echo)) {
      assertThatThrownBy(() -> WebSocketDialer.to(server.uri("/")).connect())
          .isInstanceOf(SSLHandshakeException.class);
      URI plain = URI.create(server.uri("/").toString().replace("wss:", "ws:"));
      assertThatThrownBy(() -> WebSocketDialer.to(plain).connect()).isInstanceOf(IOException.class);
    }
  }

  @Test
  void aCanister_speaksTls() throws Exception {
    try (var canister = FakeCanister.builder().tls(tls).start();
        var socket = WebSocketDialer.to(canister.url()).tls(tls).connect()) {
      socket.sendText("{\"type\":\"ping\"}");
      assertThat(socket.receiveText(LONG)).isEqualTo("{\"type\":\"pong\"}");
    }
  }
}
