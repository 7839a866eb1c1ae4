package life.avai.server;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import io.netty.handler.ssl.SslContext;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Base64;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RunnableScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;
import life.avai.server.settings.ConfigurationException;
import life.avai.server.support.TestServer;
import life.avai.testkit.client.TestClient;
import life.avai.testkit.websocket.WebSocketDialer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The server's own TLS, and certificates that are replaced while it runs. */
class CertificateTest {
  @TempDir private Path directory;

  /** Makes {@code name.crt} and {@code name.key}, with the JDK's keytool. */
  private void make(String name, String algorithm) throws Exception {
    Path store = directory.resolve(name + ".p12");
    Process keytool =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair",
                "-alias",
                name,
                "-keyalg",
                algorithm,
                "-dname",
                "CN=" + name,
                "-storetype",
                "PKCS12",
                "-keystore",
                store.toString(),
                "-storepass",
                "changeit")
            .redirectErrorStream(true)
            .start();
    assertThat(keytool.waitFor(1, TimeUnit.MINUTES)).isTrue();
    KeyStore keys = KeyStore.getInstance(store.toFile(), "changeit".toCharArray());
    write(name + ".crt", "CERTIFICATE", keys.getCertificate(name).getEncoded());
    write(name + ".key", "PRIVATE KEY", keys.getKey(name, "changeit".toCharArray()).getEncoded());
  }

  private void write(String file, String kind, byte[] encoded) throws IOException {
    Files.writeString(
        directory.resolve(file),
        "-----BEGIN "
            + kind
            + "-----\n"
            + Base64.getMimeEncoder().encodeToString(encoded)
            + "\n-----END "
            + kind
            + "-----\n");
  }

  private void install(String certificate, String key) throws IOException {
    Files.copy(
        directory.resolve(certificate), installed("crt"), StandardCopyOption.REPLACE_EXISTING);
    Files.copy(directory.resolve(key), installed("key"), StandardCopyOption.REPLACE_EXISTING);
  }

  private Path installed(String kind) {
    return directory.resolve("server." + kind);
  }

  private static SSLContext trustingAnybody() throws Exception {
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(
        null,
        new TrustManager[] {
          new X509TrustManager() {
            @Override
            public void checkClientTrusted(X509Certificate[] chain, String type) {}

            @Override
            public void checkServerTrusted(X509Certificate[] chain, String type) {}

            @Override
            public X509Certificate[] getAcceptedIssuers() {
              return new X509Certificate[0];
            }
          }
        },
        null);
    return context;
  }

  /** Whose certificate a new connection gets. */
  private static String shownAt(int port) throws Exception {
    try (SSLSocket socket =
        (SSLSocket) trustingAnybody().getSocketFactory().createSocket("127.0.0.1", port)) {
      socket.startHandshake();
      return ((X509Certificate) socket.getSession().getPeerCertificates()[0])
          .getSubjectX500Principal()
          .getName();
    }
  }

  @Test
  void newConnections_getTheNewCertificate_andABrokenOneChangesNothing() throws Exception {
    make("first", "RSA");
    make("second", "EC");
    install("first.crt", "first.key");
    try (TestServer server =
        TestServer.start(
            Map.of(
                "AVAI_TLS_CERT", installed("crt").toString(),
                "AVAI_TLS_KEY", installed("key").toString()))) {
      URI address = URI.create("wss://127.0.0.1:" + server.port() + "/ws");
      try (TestClient early =
          TestClient.connect(WebSocketDialer.to(address).tls(trustingAnybody()))) {
        early.authenticateAnonymously();
        assertThat(shownAt(server.port())).isEqualTo("CN=first");

        install("second.crt", "first.key"); // Half way.
        server.reloadCertificate();
        assertThat(shownAt(server.port())).isEqualTo("CN=first");

        install("second.crt", "second.key");
        server.reloadCertificate();
        assertThat(shownAt(server.port())).isEqualTo("CN=second");

        Files.writeString(installed("crt"), "nonsense");
        server.reloadCertificate();
        Files.delete(installed("key"));
        server.reloadCertificate();
        assertThat(shownAt(server.port())).isEqualTo("CN=second");
        assertThat(metricsAt(server.port()))
            .contains("avai_certificate_refused 1.0")
            .doesNotContain("avai_certificate_end_seconds NaN");
        early.settle();
      }
    }
  }

  private static String metricsAt(int port) throws Exception {
    try (SSLSocket socket =
        (SSLSocket) trustingAnybody().getSocketFactory().createSocket("127.0.0.1", port)) {
      socket.getOutputStream().write("GET /metrics HTTP/1.0\r\n\r\n".getBytes(US_ASCII));
      return new String(socket.getInputStream().readAllBytes(), US_ASCII);
    }
  }

  @Test
  void filesThatCannotBeUsed_areToldOf_untilTheyCan() throws Exception {
    make("first", "RSA");
    make("second", "EC");
    install("first.crt", "first.key");
    Certificate certificate = new Certificate(installed("crt"), installed("key"));
    SslContext first = certificate.current();
    assertThat(certificate.isRefused()).isFalse();
    assertThat(certificate.end()).isAfter(Instant.now());

    install("second.crt", "first.key");
    certificate.reload();
    assertThat(certificate.isRefused()).isTrue();
    certificate.reload();
    assertThat(certificate.isRefused()).as("looked at again").isTrue();

    install("first.crt", "first.key");
    certificate.reload();
    assertThat(certificate.isRefused()).isFalse();

    Files.delete(installed("key"));
    certificate.reload();
    assertThat(certificate.isRefused()).isTrue();
    install("first.crt", "first.key");
    certificate.reload();
    assertThat(certificate.isRefused()).as("as they were").isFalse();
    assertThat(certificate.current()).isNotSameAs(first);
  }

  @Test
  void filesAreLookedAtEveryTenSeconds() throws Exception {
    make("first", "EC");
    make("second", "EC");
    install("first.crt", "first.key");
    Certificate certificate = new Certificate(installed("crt"), installed("key"));
    SslContext first = certificate.current();
    try (ScheduledThreadPoolExecutor timer = new ScheduledThreadPoolExecutor(1)) {
      certificate.watch(timer);
      install("second.crt", "second.key");
      RunnableScheduledFuture<?> look = (RunnableScheduledFuture<?>) timer.getQueue().element();
      assertThat(look.getDelay(TimeUnit.SECONDS)).isBetween(0L, 10L);
      assertThat(look.isPeriodic()).isTrue();
      // Its time has come.
      look.run();
      assertThat(certificate.current()).isNotSameAs(first);
      timer.shutdownNow();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"first.key", "second.crt", "empty", "absent"})
  void filesThatDoNotFit_stopTheStart(String certificate) throws Exception {
    make("first", "RSA");
    make("second", "RSA");
    Files.writeString(directory.resolve("empty"), "");
    assertThatThrownBy(
            () -> new Certificate(directory.resolve(certificate), directory.resolve("first.key")))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageStartingWith("AVAI_TLS_CERT: expected");
  }

  /** Whoever starts this with nohup has it ignored, and Java leaves it at that. */
  private static boolean hangUpIsIgnored() throws IOException {
    Path status = Path.of("/proc/self/status");
    return Files.exists(status)
        && Files.readAllLines(status).stream()
            .anyMatch(line -> line.matches("SigIgn:\\s*[0-9a-f]*[13579bdf]"));
  }

  @Test
  void signal_isHeard() throws Exception {
    assumeFalse(hangUpIsIgnored(), "SIGHUP is ignored in this process");
    CountDownLatch heard = new CountDownLatch(1);
    HangUp.onSignal(heard::countDown);
    new ProcessBuilder("kill", "-HUP", Long.toString(ProcessHandle.current().pid()))
        .start()
        .waitFor();
    assertThat(heard.await(1, TimeUnit.MINUTES)).isTrue();
  }
}
