package life.avai.server.auth;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.KeySourceException;
import com.nimbusds.jose.jwk.source.JWKSource;
import com.nimbusds.jose.jwk.source.RateLimitReachedException;
import com.nimbusds.jose.proc.BadJOSEException;
import com.nimbusds.jose.proc.DefaultJOSEObjectTypeVerifier;
import com.nimbusds.jose.proc.JWSVerificationKeySelector;
import com.nimbusds.jose.proc.SecurityContext;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import com.nimbusds.jwt.proc.BadJWTException;
import com.nimbusds.jwt.proc.DefaultJWTClaimsVerifier;
import com.nimbusds.jwt.proc.DefaultJWTProcessor;
import com.nimbusds.jwt.proc.ExpiredJWTException;
import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.text.ParseException;
import java.time.Instant;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Pattern;
import life.avai.domain.identity.CredentialVerifier;
import life.avai.domain.identity.Tier;
import life.avai.domain.identity.VerifiedIdentity;
import life.avai.domain.message.ContentRules;
import org.jspecify.annotations.Nullable;

/**
 * Believes session tokens of Clerk: RS256, the right issuer, in time, for one of our pages.
 *
 * <p>The user's name comes from {@code name}, or {@code first_name} and {@code last_name}; the tier
 * from {@code public_metadata.tier}, {@code metadata.tier} or {@code tier}, which a token template
 * of the Clerk instance may add.
 *
 * <p>Safe for use by many threads at once; blocks while keys are fetched. Closing it ends the
 * fetching of keys in the background.
 */
public final class ClerkCredentialVerifier implements CredentialVerifier, AutoCloseable {
  private static final System.Logger LOG =
      System.getLogger(ClerkCredentialVerifier.class.getName());
  private static final Pattern LOCAL_PAGE =
      Pattern.compile("https?://(?:localhost|127\\.0\\.0\\.1|\\[::1])(?::\\d{1,5})?");

  /** What the library leaves out and reads on: blanks around it, characters that are none. */
  private static final Pattern COMPACT =
      Pattern.compile("[A-Za-z0-9_-]+\\.[A-Za-z0-9_-]+\\.[A-Za-z0-9_-]+");

  /**
   * A session whose user has something to do first, such as to replace a password that is known to
   * others: Clerk's own libraries take it for signed out.
   */
  private static final String PENDING = "pending";

  private static final int MAX_TOKEN = 8_192;
  private static final int MAX_SUBJECT = 255;
  private static final int MAX_NAME = 200;
  private static final int SKEW_SECONDS = 5;

  /** After it a time cannot be told in the protocol's form (RFC 3339). */
  private static final Instant LAST = Instant.parse("9999-12-31T23:59:59Z");

  private static final long TELL_EVERY_NANOS = TimeUnit.SECONDS.toNanos(30);

  private final JWKSource<SecurityContext> keys;
  private final DefaultJWTProcessor<SecurityContext> processor;
  private final AtomicLong lastTold = new AtomicLong(System.nanoTime() - TELL_EVERY_NANOS);

  /**
   * Made once for a server.
   *
   * @param keys where the issuer's public keys come from
   * @param issuer the only {@code iss} that is accepted; null for any that the keys have signed for
   * @param authorizedParties the only {@code azp} that are accepted; empty for pages of this
   *     machine, the same that may connect when no origins are named
   */
  public ClerkCredentialVerifier(
      JWKSource<SecurityContext> keys, @Nullable String issuer, Set<String> authorizedParties) {
    this.keys = keys;
    processor = new DefaultJWTProcessor<>();
    processor.setJWSTypeVerifier(
        new DefaultJOSEObjectTypeVerifier<SecurityContext>(JOSEObjectType.JWT, null));
    processor.setJWSKeySelector(new JWSVerificationKeySelector<>(JWSAlgorithm.RS256, keys));
    processor.setJWTClaimsSetVerifier(new Claims(issuer, Set.copyOf(authorizedParties)));
  }

  private static final class Claims extends DefaultJWTClaimsVerifier<SecurityContext> {
    private final Set<String> authorizedParties;

    Claims(@Nullable String issuer, Set<String> authorizedParties) {
      super(
          issuer == null ? null : new JWTClaimsSet.Builder().issuer(issuer).build(),
          Set.of("sub", "exp"));
      setMaxClockSkew(SKEW_SECONDS);
      this.authorizedParties = authorizedParties;
    }

    @Override
    public void verify(JWTClaimsSet claims, SecurityContext context) throws BadJWTException {
      super.verify(claims, context);
      Object party = claims.getClaim("azp");
      if (party != null
          && !(party instanceof String name
              && (authorizedParties.isEmpty()
                  ? LOCAL_PAGE.matcher(name).matches()
                  : authorizedParties.contains(name)))) {
        throw new BadJWTException("azp");
      }
      if (PENDING.equals(claims.getClaim("sts"))) {
        throw new BadJWTException("sts");
      }
      if (claims.getExpirationTime().toInstant().isAfter(LAST)) {
        throw new BadJWTException("exp");
      }
      if (claims.getIssueTime() != null
          && claims.getIssueTime().toInstant().isAfter(Instant.now().plusSeconds(SKEW_SECONDS))) {
        throw new BadJWTException("iat");
      }
      String subject = claims.getSubject();
      if (subject == null
          || subject.isBlank()
          || subject.length() > MAX_SUBJECT
          || !ContentRules.isStorable(subject)) {
        throw new BadJWTException("sub");
      }
    }
  }

  @Override
  public Verification verify(String token) {
    if (token.length() > MAX_TOKEN) {
      return new Verification.Rejected("the token is too long");
    }
    if (!COMPACT.matcher(token).matches()) {
      return new Verification.Rejected("the token is no signed JWT");
    }
    try {
      SignedJWT parsed = SignedJWT.parse(token);
      if (parsed.getHeader().getCriticalParams() != null) {
        // None is understood here, and an empty list of them is against RFC 7515.
        return new Verification.Rejected("the token is not valid here");
      }
      JWTClaimsSet claims = processor.process(parsed, null);
      // The claims set makes a text of a number; a subject is a text from the start.
      if (!(parsed.getPayload().toJSONObject().get("sub") instanceof String)) {
        return new Verification.Rejected("the token is not valid here");
      }
      return new Verification.Verified(identity(claims));
    } catch (ParseException e) {
      return new Verification.Rejected("the token is no signed JWT");
    } catch (ExpiredJWTException e) {
      return new Verification.Rejected("the token has expired");
    } catch (BadJOSEException e) {
      return new Verification.Rejected("the token is not valid here");
    } catch (KeySourceException e) {
      LOG.log(
          isWorthTelling(e) ? System.Logger.Level.WARNING : System.Logger.Level.DEBUG,
          "the keys of the identity provider cannot be had: {0}",
          e.getMessage());
      return new Verification.Undecided("sign-in is not possible just now; try again");
    } catch (JOSEException | RuntimeException e) {
      // A token is anybody's text: whatever it breaks inside the library, it proves nothing.
      return new Verification.Rejected("the token is not valid here");
    }
  }

  /**
   * Anybody can name keys that nobody has: that we then do not ask again at once says nothing of
   * the provider, and what does is told once in a while, not once a token.
   */
  private boolean isWorthTelling(KeySourceException e) {
    if (e instanceof RateLimitReachedException) {
      return false;
    }
    long now = System.nanoTime();
    long last = lastTold.get();
    return now - last >= TELL_EVERY_NANOS && lastTold.compareAndSet(last, now);
  }

  private static VerifiedIdentity identity(JWTClaimsSet claims) {
    Object session = claims.getClaim("sid");
    return new VerifiedIdentity(
        claims.getSubject(),
        name(claims),
        tier(claims),
        claims.getExpirationTime().toInstant(),
        session instanceof String id && ContentRules.isStorable(id) ? id : null);
  }

  private static String name(JWTClaimsSet claims) {
    String name = text(claims.getClaim("name"));
    if (name.isEmpty()) {
      name =
          (text(claims.getClaim("first_name")) + " " + text(claims.getClaim("last_name"))).strip();
    }
    if (name.isEmpty()) {
      return "User";
    }
    return name.codePointCount(0, name.length()) <= MAX_NAME
        ? name
        : name.substring(0, name.offsetByCodePoints(0, MAX_NAME));
  }

  private static Tier tier(JWTClaimsSet claims) {
    for (String container : new String[] {"public_metadata", "metadata"}) {
      if (claims.getClaim(container) instanceof Map<?, ?> map
          && map.get("tier") instanceof String tier) {
        return signedInTier(tier);
      }
    }
    return signedInTier(text(claims.getClaim("tier")));
  }

  private static Tier signedInTier(String name) {
    Tier tier = Tier.ofWireName(name);
    return tier == Tier.ANONYMOUS ? Tier.FREE : tier;
  }

  /** A claim that is a text that can be kept, else nothing. */
  private static String text(@Nullable Object claim) {
    return claim instanceof String text && ContentRules.isStorable(text) ? text.strip() : "";
  }

  @Override
  public void close() {
    if (keys instanceof Closeable fetched) {
      try {
        fetched.close();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
