package life.avai.testkit.identity;

import java.time.Duration;
import java.time.Instant;
import life.avai.testkit.json.Json;
import life.avai.testkit.json.JsonObject;
import org.jspecify.annotations.Nullable;

/**
 * A session token in the making, each claim of which a test may change. It begins as one that Clerk
 * would give: valid for a minute, without {@code azp}. Every method returns a new builder.
 */
public final class TokenBuilder {
  private final SigningKey key;
  private final SigningKey stranger;
  private final Instant now;
  private final JsonObject header;
  private final JsonObject claims;

  TokenBuilder(SigningKey key, SigningKey stranger, String issuer, String subject, Instant now) {
    this(
        key,
        stranger,
        now,
        JsonObject.of("alg", "RS256", "kid", key.id(), "typ", "JWT"),
        JsonObject.of(
            "iss",
            issuer,
            "sub",
            subject,
            "sid",
            "sess_" + subject,
            "iat",
            now.getEpochSecond(),
            "nbf",
            now.getEpochSecond() - 10,
            "exp",
            now.getEpochSecond() + 60));
  }

  private TokenBuilder(
      SigningKey key, SigningKey stranger, Instant now, JsonObject header, JsonObject claims) {
    this.key = key;
    this.stranger = stranger;
    this.now = now;
    this.header = header;
    this.claims = claims;
  }

  /**
   * Sets a claim: {@code name}, {@code email}, {@code public_metadata}, any other.
   *
   * @param name its name
   * @param value as {@link JsonObject#of} takes it
   * @return the token with it
   */
  public TokenBuilder claim(String name, @Nullable Object value) {
    return new TokenBuilder(key, stranger, now, header, claims.with(name, value));
  }

  /**
   * Leaves claims out.
   *
   * @param names their names
   * @return the token without them
   */
  public TokenBuilder without(String... names) {
    return new TokenBuilder(key, stranger, now, header, claims.without(names));
  }

  /**
   * Sets a field of the header.
   *
   * @param name its name
   * @param value as {@link JsonObject#of} takes it
   * @return the token with it
   */
  public TokenBuilder header(String name, @Nullable Object value) {
    return new TokenBuilder(key, stranger, now, header.with(name, value), claims);
  }

  /**
   * Sets {@code iss}.
   *
   * @param issuer who issued the token
   * @return the token with it
   */
  public TokenBuilder issuer(String issuer) {
    return claim("iss", issuer);
  }

  /**
   * Sets {@code azp}.
   *
   * @param party the origin that the token was made for
   * @return the token with it
   */
  public TokenBuilder authorizedParty(String party) {
    return claim("azp", party);
  }

  /**
   * Sets {@code sid}.
   *
   * @param session the session's id
   * @return the token with it
   */
  public TokenBuilder session(String session) {
    return claim("sid", session);
  }

  /**
   * Sets {@code exp}.
   *
   * @param time how long from now the token is valid; negative for one that has ended
   * @return the token with it
   */
  public TokenBuilder expiresIn(Duration time) {
    return claim("exp", now.plus(time).getEpochSecond());
  }

  /**
   * Sets {@code nbf}.
   *
   * @param time how long from now the token begins to be valid; negative for one that has begun
   * @return the token with it
   */
  public TokenBuilder notBefore(Duration time) {
    return claim("nbf", now.plus(time).getEpochSecond());
  }

  /**
   * Sets {@code iat}.
   *
   * @param time when the token was issued
   * @return the token with it
   */
  public TokenBuilder issuedAt(Instant time) {
    return claim("iat", time.getEpochSecond());
  }

  /**
   * Signs the token with the issuer's key.
   *
   * @return the token in compact form
   */
  public String sign() {
    return key.sign(header, claims);
  }

  /**
   * Makes a token that nobody should accept.
   *
   * @param how what is wrong with it
   * @return the token in compact form
   */
  public String forge(Forgery how) {
    return switch (how) {
      case ALG_NONE -> SigningKey.signingInput(header.with("alg", "none"), claims) + ".";
      case HS256_WITH_PUBLIC_KEY -> key.signWithPublicKey(header.with("alg", "HS256"), claims);
      case UNKNOWN_KEY_ID -> stranger.sign(header.with("kid", stranger.id()), claims);
      case STRANGERS_KEY -> stranger.sign(header, claims);
      case EMBEDDED_KEY -> stranger.sign(header.with("jwk", stranger.jwk()), claims);
      case CHANGED_CLAIMS -> {
        String signature = sign().substring(sign().lastIndexOf('.'));
        yield SigningKey.signingInput(header, claims.with("sub", "user_changed")) + signature;
      }
      case NO_SIGNATURE -> SigningKey.signingInput(header, claims) + ".";
      case EXPIRED -> expiresIn(Duration.ofHours(-1)).sign();
      case NOT_YET_VALID -> notBefore(Duration.ofHours(1)).expiresIn(Duration.ofHours(2)).sign();
      case WITHOUT_EXPIRY -> without("exp").sign();
      case WITHOUT_SUBJECT -> without("sub").sign();
      case FOREIGN_ISSUER -> issuer("https://other.example").sign();
      case FOREIGN_PARTY -> authorizedParty("https://evil.example").sign();
      case MALFORMED_CLAIMS -> key.sign(header, JsonObject.of("x", Json.raw("{")));
      case GARBAGE -> "not.a.token";
    };
  }
}
