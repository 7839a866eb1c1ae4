package life.avai.canister;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.InputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import life.avai.domain.assistant.AssistantReply.Completed;
import life.avai.domain.assistant.AssistantStatus.State;
import life.avai.testkit.canister.FakeCanister;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code wss://}: only a canister that can prove its name is asked. */
class TlsTest {
  private static final char[] PASSWORD = "changeit".toCharArray();

  @TempDir private Path home;

  /** A key with a certificate of its own for a name, made by the JDK's keytool. */
  private KeyStore key(String name) throws Exception {
    Path file = home.resolve(name + ".p12");
    Process keytool =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair",
                "-keyalg",
                "EC",
                "-alias",
                "canister",
                "-dname",
                "CN=" + name,
                "-ext",
                "san=dns:" + name,
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
    return store;
  }

  private static FakeCanister canister(KeyStore key) throws Exception {
    KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    keys.init(key, PASSWORD);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(keys.getKeyManagers(), null, null);
    return FakeCanister.builder().tls(context).start();
  }

  private static TrustManagerFactory trusting(KeyStore key) throws Exception {
    KeyStore trusted = KeyStore.getInstance("PKCS12");
    trusted.load(null, null);
    trusted.setCertificateEntry("canister", key.getCertificate("canister"));
    TrustManagerFactory trust =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    trust.init(trusted);
    return trust;
  }

  private static URI asLocalhost(FakeCanister canister) {
    return URI.create("wss://localhost:" + canister.url().getPort() + canister.url().getPath());
  }

  @Test
  void trustedCertificate_isAccepted() throws Exception {
    KeyStore key = key("localhost");
    try (FakeCanister canister = canister(key);
        Asking asking =
            new Asking(
                    Asking.settings(Asking.LONG, Asking.LONG, trusting(key), asLocalhost(canister)))
                .awaitConnected(1)) {
      asking.ask().outcome(Completed.class);
    }
  }

  @Test
  void unknownAuthority_isRefused() throws Exception {
    try (FakeCanister canister = canister(key("localhost"));
        Asking asking = new Asking(Asking.settings(asLocalhost(canister)))) {
      assertRefused(asking, canister);
    }
  }

  @Test
  void certificateForAnotherName_isRefused() throws Exception {
    KeyStore key = key("elsewhere");
    try (FakeCanister canister = canister(key);
        Asking asking =
            new Asking(
                Asking.settings(Asking.LONG, Asking.LONG, trusting(key), asLocalhost(canister)))) {
      assertRefused(asking, canister);
    }
  }

  private static void assertRefused(Asking asking, FakeCanister canister) {
    asking.reports.await(() -> asking.reports.disconnects.size() >= 2);
    assertThat(asking.reports.disconnects).contains("SSLHandshakeException");
    assertThat(asking.assistant.status().state()).isEqualTo(State.UNAVAILABLE);
    assertThat(canister.received()).isEmpty();
  }
}
