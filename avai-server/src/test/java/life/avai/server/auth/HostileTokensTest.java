package life.avai.server.auth;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.EncryptionMethod;
import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWEAlgorithm;
import com.nimbusds.jose.JWEHeader;
import com.nimbusds.jose.JWEObject;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.Payload;
import com.nimbusds.jose.crypto.RSAEncrypter;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.util.Base64;
import com.nimbusds.jose.util.Base64URL;
import com.nimbusds.jwt.SignedJWT;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.Signature;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import life.avai.domain.identity.CredentialVerifier;
import life.avai.domain.identity.CredentialVerifier.Verification;
import life.avai.testkit.identity.FakeIssuer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tokens that somebody has thought about, and providers that are not well. */
class HostileTokensTest {
  private static final RSAKey OWN = Issuer.newKey("own");

  private static FakeIssuer issuer;
  private CredentialVerifier verifier;

  @BeforeAll
  static void start() {
    issuer = FakeIssuer.start();
  }

  @BeforeEach
  void knowNothing() {
    issuer.recover();
    verifier =
        new ClerkCredentialVerifier(
            ClerkKeys.fetched(issuer.jwksUrl(), null), issuer.issuer(), Set.of());
  }

  @AfterAll
  static void stop() {
    issuer.close();
  }

  private void assertGood(String token) {
    assertThat(verifier.verify(token)).isInstanceOf(Verification.Verified.class);
  }

  private void assertRefused(String token) {
    assertThat(verifier.verify(token)).isInstanceOf(Verification.Rejected.class);
  }

  /** Refused, or not to be told while the keys may not be asked for again. */
  private void assertNotBelieved(String token) {
    assertThat(verifier.verify(token)).isNotInstanceOf(Verification.Verified.class);
  }

  private static long now(long offset) {
    return Instant.now().getEpochSecond() + offset;
  }

  @Test
  void keysThatTheHeaderPointsTo_areNeverFetchedOrBelieved() throws Exception {
    ConcurrentLinkedQueue<String> asked = new ConcurrentLinkedQueue<>();
    HttpServer evil =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    evil.createContext(
        "/",
        exchange -> {
          asked.add(exchange.getRequestURI().toString());
          exchange.sendResponseHeaders(404, -1);
          exchange.close();
        });
    evil.start();
    try {
      URI there = URI.create("http://127.0.0.1:" + evil.getAddress().getPort() + "/keys");
      var claims = Issuer.claims().issuer(issuer.issuer());
      List<Base64> chain = List.of(new Base64("MIIB"));
      for (JWSHeader.Builder header :
          List.of(
              new JWSHeader.Builder(JWSAlgorithm.RS256).jwkURL(there),
              new JWSHeader.Builder(JWSAlgorithm.RS256).x509CertURL(there),
              new JWSHeader.Builder(JWSAlgorithm.RS256).x509CertChain(chain),
              new JWSHeader.Builder(JWSAlgorithm.RS256).jwk(OWN.toPublicJWK()))) {
        assertNotBelieved(Issuer.token(header.keyID("own").build(), claims, OWN));
        assertNotBelieved(Issuer.token(header.keyID(null).build(), claims, OWN));
      }
      assertThat(asked).isEmpty();
    } finally {
      evil.stop(0);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "../../../../dev/null",
        "/dev/null",
        "' UNION SELECT 'secret' --",
        "http://127.0.0.1/key",
        "",
        "\u0000",
        "key-1\u0000"
      })
  void keyIdThatIsNoName_isOnlyAName(String keyId) {
    assertGood(issuer.sign("user_1"));
    assertNotBelieved(issuer.token("user_1").header("kid", keyId).sign());
  }

  @ParameterizedTest
  @ValueSource(strings = {"7", "[\"key-1\"]", "{}", "true"})
  void keyIdOfAnotherType_isRefused(String json) {
    String header = "{\"alg\":\"RS256\",\"kid\":" + json + "}";
    assertRefused(Base64URL.encode(header) + ".e30.e30");
  }

  @Test
  void absentKeyId_isTriedWithTheIssuersKeys() {
    assertGood(issuer.token("user_1").header("kid", null).sign());
    assertRefused(
        Issuer.token(
            new JWSHeader.Builder(JWSAlgorithm.RS256).build(),
            Issuer.claims().issuer(issuer.issuer()),
            OWN));
  }

  @Test
  void headerOrClaimsWithANameTwice_areRefused() {
    String good = issuer.sign("user_1");
    String[] parts = good.split("\\.", -1);
    String header = new Base64URL(parts[0]).decodeToString();
    String twice = header.substring(0, header.length() - 1) + ",\"alg\":\"none\"}";
    assertRefused(Base64URL.encode(twice) + "." + parts[1] + "." + parts[2]);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"none", "None", "NONE", "nOnE", "HS256", "ES256", "EdDSA", "RSA-OAEP", ""})
  void otherAlgorithms_areRefused_whateverTheirCase(String algorithm) {
    String header = "{\"alg\":\"" + algorithm + "\",\"typ\":\"JWT\"}";
    String claims =
        "{\"sub\":\"user_1\",\"iss\":\"" + issuer.issuer() + "\",\"exp\":" + now(60) + "}";
    String unsigned = Base64URL.encode(header) + "." + Base64URL.encode(claims) + ".";
    assertRefused(unsigned);
    assertRefused(unsigned + "e30");
  }

  @Test
  void encryptedAndNestedTokens_areRefused() throws JOSEException {
    JWEObject encrypted =
        new JWEObject(
            new JWEHeader.Builder(JWEAlgorithm.RSA_OAEP_256, EncryptionMethod.A128GCM)
                .contentType("JWT")
                .build(),
            new Payload(issuer.sign("user_1")));
    encrypted.encrypt(new RSAEncrypter(OWN));
    assertRefused(encrypted.serialize());
    assertRefused(issuer.token("user_1").header("typ", "JOSE").sign());
    String inner = issuer.sign("user_1");
    assertRefused(
        Base64URL.encode("{\"alg\":\"RS256\",\"cty\":\"JWT\"}")
            + "."
            + Base64URL.encode(inner)
            + ".e30");
  }

  @Test
  void unencodedPayload_isRefused() throws GeneralSecurityException, JOSEException {
    String header = "{\"alg\":\"RS256\",\"b64\":false,\"crit\":[\"b64\"]}";
    String claims = "{\"sub\":\"user_1\"}";
    Signature signature = Signature.getInstance("SHA256withRSA");
    signature.initSign(OWN.toPrivateKey());
    signature.update((Base64URL.encode(header) + "." + claims).getBytes(StandardCharsets.US_ASCII));
    assertRefused(
        Base64URL.encode(header) + "." + claims + "." + Base64URL.encode(signature.sign()));
    assertRefused(
        issuer.token("user_1").header("crit", List.of("b64")).header("b64", false).sign());
    assertRefused(issuer.token("user_1").header("crit", List.of("exp")).sign());
    assertRefused(issuer.token("user_1").header("crit", List.of()).sign());
  }

  @ParameterizedTest
  @ValueSource(strings = {"exp", "nbf", "iat"})
  void timesThatAreNoTimes_areRefused(String claim) {
    for (Object wrong : List.of("soon", "", true, List.of(), List.of(now(60)))) {
      assertRefused(issuer.token("user_1").claim(claim, wrong).sign());
    }
  }

  @Test
  void timesOutOfAllRange_neverLetAnybodyIn() {
    for (Object past : List.of(0, -1, Long.MIN_VALUE)) {
      assertRefused(issuer.token("user_1").claim("exp", past).sign());
    }
    for (Object future : List.of(Long.MAX_VALUE / 2_000, now(3_600))) {
      assertRefused(issuer.token("user_1").claim("nbf", future).sign());
      assertRefused(issuer.token("user_1").claim("iat", future).sign());
    }
    // The last moment of the year 9999, and the one after it, which the protocol cannot tell.
    assertGood(issuer.token("user_1").claim("exp", 253_402_300_799L).sign());
    assertRefused(issuer.token("user_1").claim("exp", 253_402_300_800L).sign());
  }

  @Test
  void claimsOfOtherTypes_areRefusedOrIgnored() {
    for (Object wrong : List.of(7, true, List.of("user_1"), List.of())) {
      assertRefused(issuer.token("user_1").claim("sub", wrong).sign());
      assertRefused(issuer.token("user_1").claim("iss", wrong).sign());
      assertRefused(issuer.token("user_1").claim("azp", wrong).sign());
    }
    for (String ignored : List.of("name", "first_name", "sid", "tier", "public_metadata")) {
      assertGood(issuer.token("user_1").claim(ignored, List.of(1)).sign());
      assertGood(issuer.token("user_1").claim(ignored, 7).sign());
    }
  }

  @Test
  void tokensOfManyUnknownKeys_costNoFetchEach() {
    assertGood(issuer.sign("user_1"));
    int before = issuer.fetches();

    for (int i = 0; i < 50; i++) {
      assertNotBelieved(issuer.token("user_1").header("kid", UUID.randomUUID().toString()).sign());
    }

    assertThat(issuer.fetches() - before).isLessThanOrEqualTo(2);
    assertGood(issuer.sign("user_1"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "no json", "[]", "{}", "{\"keys\":7}", "{\"keys\":[{\"kty\":\"RSA\"}]}"})
  void providerThatAnswersNonsense_letsNobodyIn(String body) {
    issuer.answerWith(body);
    assertNotBelieved(issuer.sign("user_1"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"{\"keys\":[]}", "{}", "no json"})
  void providerThatSuddenlyHasNoKeys_takesNoneAway(String body) {
    assertGood(issuer.sign("user_1"));
    issuer.answerWith(body);
    int before = issuer.fetches();
    assertNotBelieved(issuer.token("user_1").header("kid", "another").sign());
    assertThat(issuer.fetches()).isGreaterThan(before);
    assertGood(issuer.sign("user_1"));
  }

  @Test
  void providerThatSendsElsewhere_isNotFollowed() throws IOException {
    AtomicInteger asked = new AtomicInteger();
    HttpServer redirecting =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    redirecting.createContext(
        "/",
        exchange -> {
          asked.incrementAndGet();
          exchange.getResponseHeaders().set("Location", issuer.jwksUrl().toString());
          exchange.sendResponseHeaders(302, -1);
          exchange.close();
        });
    redirecting.start();
    int before = issuer.fetches();
    try {
      CredentialVerifier asks =
          new ClerkCredentialVerifier(
              ClerkKeys.fetched(
                  URI.create("http://127.0.0.1:" + redirecting.getAddress().getPort() + "/"), null),
              issuer.issuer(),
              Set.of());
      assertThat(asks.verify(issuer.sign("user_1"))).isInstanceOf(Verification.Undecided.class);
      assertThat(asked).hasPositiveValue();
      assertThat(issuer.fetches()).isEqualTo(before);
    } finally {
      redirecting.stop(0);
    }
  }

  @Test
  void providerWithoutEnd_isGivenUp() throws IOException {
    AtomicInteger sent = new AtomicInteger();
    HttpServer endless =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    endless.createContext(
        "/",
        exchange -> {
          exchange.sendResponseHeaders(200, 0);
          byte[] much = "{\"keys\":[".concat(" ".repeat(65_000)).getBytes(StandardCharsets.UTF_8);
          try (var out = exchange.getResponseBody()) {
            for (int i = 0; i < 1_000; i++) {
              out.write(much);
              sent.addAndGet(much.length);
            }
          }
        });
    endless.start();
    try {
      CredentialVerifier asks =
          new ClerkCredentialVerifier(
              ClerkKeys.fetched(
                  URI.create("http://127.0.0.1:" + endless.getAddress().getPort() + "/"), null),
              issuer.issuer(),
              Set.of());
      assertThat(asks.verify(issuer.sign("user_1"))).isInstanceOf(Verification.Undecided.class);
      assertThat(sent.get()).isLessThan(64_000_000);
    } finally {
      endless.stop(0);
    }
  }

  @Test
  void providerThatDoesNotAnswer_isGivenUp_andTheKeysThatAreKeptGoOn() {
    assertGood(issuer.sign("user_1"));
    issuer.answerAfter(Duration.ofMinutes(1));
    assertGood(issuer.sign("user_2"));

    FakeIssuer slow = FakeIssuer.start();
    try (slow) {
      slow.answerAfter(Duration.ofMinutes(1));
      CredentialVerifier asks =
          new ClerkCredentialVerifier(
              ClerkKeys.fetched(slow.jwksUrl(), null), slow.issuer(), Set.of());
      assertThat(asks.verify(slow.sign("user_1"))).isInstanceOf(Verification.Undecided.class);
    }
  }

  @Test
  void rotation_isFollowed_whileTheEarlierKeyIsStillPublished() {
    String early = issuer.sign("user_1");
    assertGood(early);
    issuer.rotate();
    assertGood(issuer.sign("user_1"));
    assertGood(early);
  }

  @Test
  void tokensAtOnce_areOneFetch() {
    int before = issuer.fetches();
    List<String> tokens = IntStream.range(0, 20).mapToObj(i -> issuer.sign("user_" + i)).toList();
    assertThat(tokens.parallelStream().map(verifier::verify))
        .allSatisfy(found -> assertThat(found).isInstanceOf(Verification.Verified.class));
    assertThat(issuer.fetches() - before).isEqualTo(1);
  }

  @Test
  void oneByteOfTheSignature_makesItAnother() throws java.text.ParseException {
    String good = issuer.sign("user_1");
    byte[] signature = SignedJWT.parse(good).getSignature().decode();
    String unsigned = good.substring(0, good.lastIndexOf('.') + 1);
    for (int at : new int[] {0, signature.length / 2, signature.length - 1}) {
      byte[] other = signature.clone();
      other[at] ^= 1;
      assertRefused(unsigned + Base64URL.encode(other));
    }
    assertRefused(unsigned + Base64URL.encode(new byte[signature.length]));
    assertRefused(good + "AA");
  }
}
