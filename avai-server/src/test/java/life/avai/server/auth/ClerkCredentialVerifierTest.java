package life.avai.server.auth;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jwt.PlainJWT;
import com.nimbusds.jwt.SignedJWT;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Base64;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.Set;
import life.avai.domain.identity.CredentialVerifier;
import life.avai.domain.identity.CredentialVerifier.Verification;
import life.avai.domain.identity.Tier;
import life.avai.domain.identity.VerifiedIdentity;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ClerkCredentialVerifierTest {
  private static final String PAGE = "https://app.example";

  private Issuer issuer;
  private CredentialVerifier verifier;

  @BeforeEach
  void start() throws Exception {
    issuer = new Issuer();
    verifier =
        new ClerkCredentialVerifier(
            ClerkKeys.fetched(issuer.jwks(), null), Issuer.NAME, Set.of(PAGE));
  }

  @AfterEach
  void stop() {
    issuer.close();
  }

  private VerifiedIdentity accepted(String token) {
    Verification verification = verifier.verify(token);
    assertThat(verification).isInstanceOf(Verification.Verified.class);
    return ((Verification.Verified) verification).identity();
  }

  private void refused(String token) {
    Verification verification = verifier.verify(token);
    assertThat(verification).isInstanceOf(Verification.Rejected.class);
    if (token.length() > 10) {
      assertThat(((Verification.Rejected) verification).reason())
          .doesNotContain(token.substring(0, 10));
    }
  }

  @Test
  void goodToken_saysWhoItIs() {
    Instant end = Instant.ofEpochSecond(Instant.now().getEpochSecond() + 60);
    VerifiedIdentity identity =
        accepted(
            issuer.token(
                Issuer.claims()
                    .expirationTime(Date.from(end))
                    .claim("azp", PAGE)
                    .claim("sid", "sess_1")
                    .claim("name", "Ada Example")
                    .claim("public_metadata", Map.of("tier", "pro"))));

    assertThat(identity)
        .isEqualTo(new VerifiedIdentity("user_1", "Ada Example", Tier.PRO, end, "sess_1"));
  }

  @Test
  void bareToken_isAUserOfTheFreeTier() {
    VerifiedIdentity identity = accepted(issuer.token(Issuer.claims()));

    assertThat(identity.name()).isEqualTo("User");
    assertThat(identity.tier()).isEqualTo(Tier.FREE);
    assertThat(identity.providerSession()).isNull();
  }

  @Test
  void firstAndLastName_makeTheName() {
    var claims = Issuer.claims().claim("first_name", "Ada").claim("last_name", "Example");
    assertThat(accepted(issuer.token(claims)).name()).isEqualTo("Ada Example");
  }

  @ParameterizedTest
  @ValueSource(strings = {"anonymous", "platinum", "", "PRO "})
  void unknownTier_isFree(String tier) {
    assertThat(accepted(issuer.token(Issuer.claims().claim("tier", tier))).tier())
        .isEqualTo(Tier.FREE);
  }

  @Test
  void typJwt_passes_anotherTypeDoesNot() {
    var header = new JWSHeader.Builder(JWSAlgorithm.RS256).keyID(issuer.key().getKeyID());
    accepted(Issuer.token(header.type(JOSEObjectType.JWT).build(), Issuer.claims(), issuer.key()));
    refused(
        Issuer.token(
            header.type(new JOSEObjectType("at+jwt")).build(), Issuer.claims(), issuer.key()));
  }

  @Test
  void algNone_isRefused() {
    refused(new PlainJWT(Issuer.claims().build()).serialize());
  }

  @Test
  void hs256WithThePublicKeyAsSecret_isRefused() throws Exception {
    byte[] publicKey = issuer.key().toRSAPublicKey().getEncoded();
    var header = new JWSHeader.Builder(JWSAlgorithm.HS256).keyID(issuer.key().getKeyID()).build();
    var token = new SignedJWT(header, Issuer.claims().build());
    token.sign(new MACSigner(publicKey));
    refused(token.serialize());
  }

  @ParameterizedTest
  @ValueSource(strings = {"RS384", "RS512", "PS256"})
  void otherRsaAlgorithms_areRefused(String algorithm) {
    var header =
        new JWSHeader.Builder(JWSAlgorithm.parse(algorithm)).keyID(issuer.key().getKeyID());
    refused(Issuer.token(header.build(), Issuer.claims(), issuer.key()));
  }

  @Test
  void keyInTheTokenItself_isNotBelieved() {
    RSAKey own = Issuer.newKey(issuer.key().getKeyID());
    var header =
        new JWSHeader.Builder(JWSAlgorithm.RS256).keyID(own.getKeyID()).jwk(own.toPublicJWK());
    refused(Issuer.token(header.build(), Issuer.claims(), own));
  }

  @Test
  void unknownKey_isRefused() {
    refused(Issuer.token(Issuer.claims(), Issuer.newKey("unknown")));
  }

  @Test
  void wrongSignature_isRefused() {
    refused(Issuer.token(Issuer.claims(), Issuer.newKey(issuer.key().getKeyID())));
    String[] good = issuer.token(Issuer.claims()).split("\\.", -1);
    String[] other = issuer.token(Issuer.claims().subject("user_2")).split("\\.", -1);
    refused(good[0] + "." + other[1] + "." + good[2]);
    refused(good[0] + "." + good[1] + ".");
  }

  @Test
  void unknownCriticalHeader_isRefused() {
    var header =
        new JWSHeader.Builder(JWSAlgorithm.RS256)
            .keyID(issuer.key().getKeyID())
            .criticalParams(Set.of("must-know"))
            .customParam("must-know", true);
    refused(Issuer.token(header.build(), Issuer.claims(), issuer.key()));
  }

  @Test
  void wrongOrAbsentIssuer_isRefused() {
    refused(issuer.token(Issuer.claims().issuer(Issuer.NAME + "/")));
    refused(issuer.token(Issuer.claims().issuer("https://clerk.other.example")));
    refused(issuer.token(Issuer.claims().issuer(null)));
  }

  @Test
  void foreignParty_isRefused_absentPasses() {
    refused(issuer.token(Issuer.claims().claim("azp", "https://app.example.evil.example")));
    refused(issuer.token(Issuer.claims().claim("azp", List.of(PAGE))));
    accepted(issuer.token(Issuer.claims()));
  }

  @Test
  void sessionThatIsPending_isRefused() {
    refused(issuer.token(Issuer.claims().claim("sts", "pending")));
    accepted(issuer.token(Issuer.claims().claim("sts", "active")));
  }

  @Test
  void timesAreKept_withFiveSecondsOfSkew() {
    Instant now = Instant.now();
    refused(issuer.token(Issuer.claims().expirationTime(Date.from(now.minusSeconds(7)))));
    refused(issuer.token(Issuer.claims().notBeforeTime(Date.from(now.plusSeconds(30)))));
    refused(issuer.token(Issuer.claims().issueTime(Date.from(now.plusSeconds(30)))));
    refused(issuer.token(Issuer.claims().expirationTime(null)));
    accepted(issuer.token(Issuer.claims().expirationTime(Date.from(now.minusSeconds(1)))));
    accepted(issuer.token(Issuer.claims().notBeforeTime(Date.from(now.plusSeconds(3)))));
  }

  @Test
  void subjectThatIsNone_isRefused() {
    refused(issuer.token(Issuer.claims().subject(null)));
    refused(issuer.token(Issuer.claims().subject(" ")));
    refused(issuer.token(Issuer.claims().subject("u\0")));
    refused(issuer.token(Issuer.claims().subject("u".repeat(256))));
    refused(issuer.token(Issuer.claims().claim("sub", 7)));
  }

  @Test
  void hugeToken_isRefusedBeforeItIsRead() {
    refused(issuer.token(Issuer.claims().claim("padding", "x".repeat(8_192))));
    assertThat(issuer.authorizations).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", ".", "..", "a.b.c", "\0\0", "e30.e30.e30", "e30.e30.e30.e30.e30"})
  void textThatIsNoToken_isRefused(String text) {
    refused(text);
  }

  @Test
  void deeplyNestedHeader_isRefused() {
    String header = "{\"alg\":\"RS256\",\"x\":" + "[".repeat(5_000);
    refused(
        Base64.getUrlEncoder().encodeToString(header.getBytes(StandardCharsets.UTF_8))
            + ".e30.e30");
  }

  @Test
  void keysAreFetchedOnce() {
    accepted(issuer.token(Issuer.claims()));
    accepted(issuer.token(Issuer.claims()));
    assertThat(issuer.authorizations).hasSize(1);
  }

  @Test
  void outage_isSurvivedOnTheKeysThatAreKept() {
    accepted(issuer.token(Issuer.claims()));
    issuer.goAway();
    accepted(issuer.token(Issuer.claims()));
  }

  @Test
  void rotatedKey_isFetched() {
    accepted(issuer.token(Issuer.claims()));
    issuer.rotate();
    accepted(issuer.token(Issuer.claims()));
  }

  @Test
  void keysThatWereNeverHad_leaveItUndecided() {
    issuer.goAway();
    String token = issuer.token(Issuer.claims());
    for (int i = 0; i < 4; i++) {
      assertThat(verifier.verify(token)).isInstanceOf(Verification.Undecided.class);
    }
  }

  @Test
  void secretKey_isSentForTheKeys() {
    verifier =
        new ClerkCredentialVerifier(ClerkKeys.fetched(issuer.jwks(), "sk_test_1"), null, Set.of());
    accepted(issuer.token(Issuer.claims()));
    assertThat(issuer.authorizations).containsExactly("Bearer sk_test_1");
  }
}
