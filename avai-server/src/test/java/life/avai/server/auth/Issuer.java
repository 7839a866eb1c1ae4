package life.avai.server.auth;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Date;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;

/** Issues tokens, and shows its keys on the loopback until it is told to be away. */
final class Issuer implements AutoCloseable {
  static final String NAME = "https://clerk.avai.example";

  final BlockingQueue<String> authorizations = new LinkedBlockingQueue<>();
  private final HttpServer http;
  private volatile RSAKey key = newKey("first");
  private final CountDownLatch ended = new CountDownLatch(1);
  private volatile int status = 200;
  private final AtomicInteger answersLeft = new AtomicInteger(Integer.MAX_VALUE);

  Issuer() throws IOException {
    http = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    http.createContext(
        "/jwks",
        exchange -> {
          String authorization = exchange.getRequestHeaders().getFirst("Authorization");
          authorizations.add(authorization == null ? "" : authorization);
          if (answersLeft.getAndDecrement() <= 0) {
            awaitEnd();
          }
          byte[] body = new JWKSet(key.toPublicJWK()).toString().getBytes(StandardCharsets.UTF_8);
          exchange.sendResponseHeaders(status, body.length);
          try (var out = exchange.getResponseBody()) {
            out.write(body);
          }
        });
    http.setExecutor(task -> Thread.ofVirtual().start(task));
    http.start();
  }

  private void awaitEnd() {
    try {
      ended.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  static RSAKey newKey(String id) {
    try {
      return new RSAKeyGenerator(2_048).keyID(id).generate();
    } catch (JOSEException e) {
      throw new AssertionError(e);
    }
  }

  URI jwks() {
    return URI.create("http://127.0.0.1:" + http.getAddress().getPort() + "/jwks");
  }

  RSAKey key() {
    return key;
  }

  void rotate() {
    key = newKey("second");
  }

  void goAway() {
    status = 503;
  }

  /** From now on so many who ask for keys get them; others wait for an answer until the end. */
  void answerOnly(int times) {
    answersLeft.set(times);
  }

  /** Claims of a good token for user_1, to be changed. */
  static JWTClaimsSet.Builder claims() {
    Instant now = Instant.now();
    return new JWTClaimsSet.Builder()
        .issuer(NAME)
        .subject("user_1")
        .issueTime(Date.from(now))
        .notBeforeTime(Date.from(now))
        .expirationTime(Date.from(now.plusSeconds(60)));
  }

  String token(JWTClaimsSet.Builder claims) {
    return token(claims, key);
  }

  static String token(JWTClaimsSet.Builder claims, RSAKey key) {
    return token(
        new JWSHeader.Builder(JWSAlgorithm.RS256).keyID(key.getKeyID()).build(), claims, key);
  }

  static String token(JWSHeader header, JWTClaimsSet.Builder claims, RSAKey key) {
    try {
      SignedJWT token = new SignedJWT(header, claims.build());
      token.sign(new RSASSASigner(key));
      return token.serialize();
    } catch (JOSEException e) {
      throw new AssertionError(e);
    }
  }

  @Override
  public void close() {
    ended.countDown();
    http.stop(0);
  }
}
