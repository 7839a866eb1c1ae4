package life.avai.server.auth;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import life.avai.domain.identity.CredentialVerifier;
import life.avai.domain.identity.CredentialVerifier.Verification;
import life.avai.server.auth.ClerkKeys.Timing;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A provider that does not answer, and is not given up: whom that keeps waiting. */
class SlowKeysTest {
  private static final Duration FOR_EVER = Duration.ofHours(1);
  private static final Duration KEPT = Duration.ofHours(4);

  private Issuer issuer;

  @BeforeEach
  void start() throws IOException {
    issuer = new Issuer();
  }

  @AfterEach
  void stop() {
    issuer.close();
  }

  private CredentialVerifier verifier(Timing timing) {
    return new ClerkCredentialVerifier(
        ClerkKeys.fetched(issuer.jwks(), null, timing), Issuer.NAME, Set.of());
  }

  private void awaitFetch() throws InterruptedException {
    assertThat(issuer.authorizations.poll(1, TimeUnit.MINUTES)).isNotNull();
  }

  private static Verification verified(CredentialVerifier verifier, String token) throws Exception {
    return CompletableFuture.supplyAsync(() -> verifier.verify(token), Thread::startVirtualThread)
        .get(1, TimeUnit.MINUTES);
  }

  @Test
  void whoShowsAnUnknownKey_isTheOnlyOneToWait() throws Exception {
    CredentialVerifier verifier = verifier(new Timing(FOR_EVER, FOR_EVER, FOR_EVER, KEPT));
    String good = issuer.token(Issuer.claims());
    assertThat(verified(verifier, good)).isInstanceOf(Verification.Verified.class);
    awaitFetch();
    issuer.answerOnly(0);
    Thread.startVirtualThread(
        () -> verifier.verify(Issuer.token(Issuer.claims(), Issuer.newKey("unknown"))));
    awaitFetch();

    assertThat(verified(verifier, good)).isInstanceOf(Verification.Verified.class);
  }

  /** Each byte comes soon enough, and there is no last one. */
  @ParameterizedTest
  @ValueSource(strings = {"HTTP/1.1 200 OK\r\nX-Endless: ", "HTTP/1.1 200 OK\r\n\r\n"})
  void providerThatAnswersByteByByte_isGivenUp(String beginning) throws Exception {
    try (ServerSocket provider = new ServerSocket(0, 0, InetAddress.getLoopbackAddress())) {
      Thread.startVirtualThread(() -> drip(provider, beginning));
      CredentialVerifier verifier =
          new ClerkCredentialVerifier(
              ClerkKeys.fetched(
                  URI.create("http://127.0.0.1:" + provider.getLocalPort() + "/"),
                  null,
                  new Timing(Duration.ofSeconds(1), FOR_EVER, FOR_EVER, KEPT)),
              Issuer.NAME,
              Set.of());

      assertThat(verified(verifier, issuer.token(Issuer.claims())))
          .isInstanceOf(Verification.Undecided.class);
    }
  }

  private static void drip(ServerSocket provider, String beginning) {
    while (!provider.isClosed()) {
      try (Socket peer = provider.accept()) {
        peer.getOutputStream().write(beginning.getBytes(StandardCharsets.US_ASCII));
        while (!provider.isClosed()) {
          peer.getOutputStream().write(' ');
          TimeUnit.MILLISECONDS.sleep(50);
        }
      } catch (IOException e) {
        // It was given up, or the test is over.
      } catch (InterruptedException e) {
        return;
      }
    }
  }

  @Test
  void keysThatAreOld_areFetchedByThemselves_andNobodyWaitsForThem() throws Exception {
    CredentialVerifier verifier =
        verifier(new Timing(FOR_EVER, Duration.ofMillis(1), Duration.ofSeconds(1), KEPT));
    String good = issuer.token(Issuer.claims());
    issuer.answerOnly(1);
    assertThat(verified(verifier, good)).isInstanceOf(Verification.Verified.class);
    awaitFetch();
    awaitFetch();

    assertThat(verified(verifier, good)).isInstanceOf(Verification.Verified.class);
  }
}
