package life.avai.testkit.identity;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.net.InetAddress;
import java.net.URI;
import java.net.URLDecoder;
import java.time.Clock;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import life.avai.testkit.json.JsonObject;

/**
 * An issuer of session tokens in the manner of Clerk: signs them, publishes its keys over HTTP, and
 * can be away.
 *
 * <p>The keys are at {@code /.well-known/jwks.json}, and at {@code /v1/jwks} as in Clerk's backend
 * API. Whoever asks gets a token, too, at {@code /token?sub=user_17}; of the other parameters
 * {@code tier} becomes the user's, {@code seconds} how long the token is good (60), and any other a
 * claim of that name, such as {@code azp} or {@code name}.
 *
 * <p>Safe for use by many threads at once.
 */
public final class FakeIssuer implements AutoCloseable {
  private final InstantSource clock;
  private final SigningKey stranger = SigningKey.generate("ins_stranger");
  private final AtomicInteger keyNumbers = new AtomicInteger();
  private final List<SigningKey> keys = new CopyOnWriteArrayList<>(); // the last one signs
  private final KeyServer server;

  private FakeIssuer(int port, InstantSource clock) {
    this.clock = clock;
    this.server =
        KeyServer.start(InetAddress.getLoopbackAddress(), port, this::keySet, this::tokenFor);
  }

  /**
   * Starts an issuer on a free port of the loopback, with the system's clock.
   *
   * @return the issuer, with one key
   */
  public static FakeIssuer start() {
    return start(Clock.systemUTC());
  }

  /**
   * Starts an issuer on a free port of the loopback.
   *
   * @param clock what tells the times in its tokens
   * @return the issuer, with one key
   */
  public static FakeIssuer start(InstantSource clock) {
    return start(0, clock);
  }

  /**
   * Starts an issuer on the loopback.
   *
   * @param port the port; 0 for a free one
   * @param clock what tells the times in its tokens
   * @return the issuer, with one key
   * @throws java.io.UncheckedIOException if the port is taken
   */
  public static FakeIssuer start(int port, InstantSource clock) {
    var issuer = new FakeIssuer(port, clock);
    issuer.rotate();
    return issuer;
  }

  /**
   * Who issues the tokens.
   *
   * @return the claim {@code iss}: an {@code http} address without a slash at its end
   */
  public String issuer() {
    return server.address();
  }

  /**
   * Where the keys are.
   *
   * @return an {@code http} address
   */
  public URI jwksUrl() {
    return URI.create(issuer() + "/.well-known/jwks.json");
  }

  /**
   * The public key that signs now, as {@code CLERK_JWT_KEY} takes it.
   *
   * @return PEM
   */
  public String publicKeyPem() {
    return current().pem();
  }

  /**
   * This issuer's publishable key. What follows from it is an {@code https} address, where a fake
   * issuer does not listen: for tests that only look at the derivation, or set the JWKS address
   * beside it.
   *
   * @return a key as Clerk forms it
   */
  public String publishableKey() {
    return publishableKey(issuer().substring("http://".length()));
  }

  /**
   * A publishable key for a host, as Clerk forms it.
   *
   * @param host the host of the issuer, such as {@code clerk.example.com}
   * @return {@code pk_test_} and the host with a dollar sign, in Base64
   */
  public static String publishableKey(String host) {
    return "pk_test_" + Base64.getEncoder().encodeToString((host + "$").getBytes(UTF_8));
  }

  /**
   * A token for a user, to be adjusted and then signed.
   *
   * @param subject the claim {@code sub}
   * @return the token in the making
   */
  public TokenBuilder token(String subject) {
    return new TokenBuilder(current(), stranger, issuer(), subject, clock.instant());
  }

  /**
   * A token for a user that is valid for a minute.
   *
   * @param subject the claim {@code sub}
   * @return the token in compact form
   */
  public String sign(String subject) {
    return token(subject).sign();
  }

  /**
   * A token for a user that nobody should accept.
   *
   * @param how what is wrong with it
   * @param subject the claim {@code sub}
   * @return the token in compact form
   */
  public String forge(Forgery how, String subject) {
    return token(subject).forge(how);
  }

  /** Signs with a new key from now on; the earlier ones stay published. */
  public void rotate() {
    keys.add(SigningKey.generate("ins_" + keyNumbers.incrementAndGet()));
  }

  /** Publishes no key any more but the one that signs now. */
  public void retireEarlierKeys() {
    keys.removeAll(new ArrayList<>(keys).subList(0, keys.size() - 1));
  }

  /** Refuses TCP connections. */
  public void refuseConnections() {
    server.refuse();
  }

  /**
   * Answers every request for the keys with a status and no keys.
   *
   * @param status the HTTP status, such as 500
   */
  public void answerWithStatus(int status) {
    server.behave(new KeyServer.Answer(status, "", Duration.ZERO));
  }

  /**
   * Answers every request for the keys with a text in their place: no JSON, or far too much of it.
   *
   * @param body the text
   */
  public void answerWith(String body) {
    server.behave(new KeyServer.Answer(200, body, Duration.ZERO));
  }

  /**
   * Answers with the keys, but late.
   *
   * @param delay how late
   */
  public void answerAfter(Duration delay) {
    server.behave(new KeyServer.Answer(200, null, delay));
  }

  /** Accepts connections and answers with the keys again, at once. */
  public void recover() {
    server.behave(KeyServer.Answer.KEYS);
    server.accept();
  }

  /**
   * How often the keys were asked for, whatever the answer was. Refused connections do not count.
   *
   * @return the number of requests
   */
  public int fetches() {
    return server.requests().size();
  }

  /**
   * The header {@code Authorization} of every request for the keys.
   *
   * @return one text for each request, in order; empty where there was none
   */
  public List<String> authorizations() {
    return server.requests();
  }

  /** Goes away and gives the port back. */
  @Override
  public void close() {
    server.close();
  }

  private SigningKey current() {
    return keys.getLast();
  }

  private String keySet() {
    return JsonObject.of("keys", keys.stream().map(SigningKey::jwk).toList()).toString();
  }

  private String tokenFor(String query) {
    Map<String, String> given = new LinkedHashMap<>();
    for (String parameter : query.split("&", -1)) {
      int equals = parameter.indexOf('=');
      if (equals > 0) {
        given.put(
            parameter.substring(0, equals),
            URLDecoder.decode(parameter.substring(equals + 1), UTF_8));
      }
    }
    String subject = given.remove("sub");
    if (subject == null) {
      throw new IllegalArgumentException("sub: missing (expected: /token?sub=user_17)");
    }
    TokenBuilder token = token(subject);
    for (var claim : given.entrySet()) {
      String value = claim.getValue();
      token =
          switch (claim.getKey()) {
            case "seconds" -> token.expiresIn(Duration.ofSeconds(Long.parseLong(value)));
            case "tier" -> token.claim("public_metadata", JsonObject.of("tier", value));
            default -> token.claim(claim.getKey(), value);
          };
    }
    return token.sign();
  }
}
