package life.avai.server.auth;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Set;
import life.avai.domain.identity.CredentialVerifier;
import life.avai.domain.identity.CredentialVerifier.Verification;
import life.avai.testkit.identity.FakeIssuer;
import life.avai.testkit.identity.Forgery;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The testkit's issuer and the server's verifier, each held against the other. */
class FakeIssuerTest {
  private final FakeIssuer issuer = FakeIssuer.start();
  private final CredentialVerifier verifier =
      new ClerkCredentialVerifier(
          ClerkKeys.fetched(issuer.jwksUrl(), null), issuer.issuer(), Set.of());

  @AfterEach
  void stop() {
    issuer.close();
  }

  @Test
  void honestToken_isBelieved() {
    assertThat(verifier.verify(issuer.token("user_1").claim("name", "Ada").sign()))
        .isInstanceOfSatisfying(
            Verification.Verified.class,
            verified -> {
              assertThat(verified.identity().subject()).isEqualTo("user_1");
              assertThat(verified.identity().name()).isEqualTo("Ada");
            });
    assertThat(issuer.fetches()).isEqualTo(1);
  }

  @Test
  void keyInPem_needsNoNetwork() {
    CredentialVerifier offline =
        new ClerkCredentialVerifier(
            ClerkKeys.given(issuer.publicKeyPem()), issuer.issuer(), Set.of());
    assertThat(offline.verify(issuer.sign("user_1"))).isInstanceOf(Verification.Verified.class);
    assertThat(issuer.fetches()).isZero();
  }

  @ParameterizedTest
  @EnumSource
  void forgery_isRefused(Forgery how) {
    assertThat(verifier.verify(issuer.forge(how, "user_1")))
        .isInstanceOf(Verification.Rejected.class);
  }

  @Test
  void rotation_isFollowed_andAnOutageIsSurvivedOnKnownKeys() {
    assertThat(verifier.verify(issuer.sign("user_1"))).isInstanceOf(Verification.Verified.class);
    issuer.rotate();
    String fresh = issuer.sign("user_1");
    assertThat(verifier.verify(fresh)).isInstanceOf(Verification.Verified.class);
    issuer.refuseConnections();
    assertThat(verifier.verify(fresh)).isInstanceOf(Verification.Verified.class);
  }

  @Test
  void issuerThatCannotBeReached_leavesItUndecided() {
    issuer.refuseConnections();
    assertThat(verifier.verify(issuer.sign("user_1"))).isInstanceOf(Verification.Undecided.class);
  }

  @Test
  void withoutNamedParties_onlyPagesOfThisMachineAreKnown() {
    assertThat(verifier.verify(issuer.token("u").authorizedParty("http://localhost:3000").sign()))
        .isInstanceOf(Verification.Verified.class);
    assertThat(verifier.verify(issuer.token("u").authorizedParty("https://evil.example").sign()))
        .isInstanceOf(Verification.Rejected.class);
    assertThat(
            verifier.verify(
                issuer.token("u").authorizedParty("http://localhost.evil.example").sign()))
        .isInstanceOf(Verification.Rejected.class);
  }

  @Test
  void timesAreThoseThatAreAskedFor() {
    assertThat(verifier.verify(issuer.token("u").expiresIn(Duration.ofSeconds(-30)).sign()))
        .isInstanceOf(Verification.Rejected.class);
    assertThat(verifier.verify(issuer.token("u").notBefore(Duration.ofSeconds(60)).sign()))
        .isInstanceOf(Verification.Rejected.class);
  }
}
