package life.avai.server.auth;

import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKMatcher;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.source.JWKSource;
import com.nimbusds.jose.jwk.source.JWKSourceBuilder;
import com.nimbusds.jose.proc.SecurityContext;
import java.net.MalformedURLException;
import java.net.URI;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.X509EncodedKeySpec;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import org.jspecify.annotations.Nullable;

/** Where the issuer's public keys come from. */
public final class ClerkKeys {
  /** Where Clerk's backend API has them, for whoever shows a secret key. */
  public static final URI BACKEND_API = URI.create("https://api.clerk.com/v1/jwks");

  private static final int MAX_BYTES = 256 * 1024;

  private ClerkKeys() {}

  /**
   * How long things take.
   *
   * @param fetch all of it, from connecting to the last byte; one that failed is tried once more
   * @param another how long who needs a key that is not kept waits for a fetch of somebody else's
   * @param fresh after this time keys are fetched anew, while those that are kept go on counting
   * @param kept after this time without a fetch that succeeded they count no more
   */
  record Timing(Duration fetch, Duration another, Duration fresh, Duration kept) {
    static final Timing DEFAULTS =
        new Timing(
            Duration.ofSeconds(2),
            Duration.ofSeconds(4),
            Duration.ofMinutes(5),
            Duration.ofHours(4));
  }

  /**
   * Keys that are fetched when the first token is shown, kept, and fetched again before they are
   * old or when one is unknown. Nobody whose key is kept waits for a fetch, and an outage is
   * survived on those that are kept.
   *
   * @param secretKey sent as a bearer token; null for a public address
   */
  public static JWKSource<SecurityContext> fetched(URI jwksUrl, @Nullable String secretKey) {
    return fetched(jwksUrl, secretKey, Timing.DEFAULTS);
  }

  static JWKSource<SecurityContext> fetched(
      URI jwksUrl, @Nullable String secretKey, Timing timing) {
    KeyRetriever retriever = new KeyRetriever(timing.fetch(), MAX_BYTES);
    if (secretKey != null) {
      retriever.setHeaders(Map.of("Authorization", List.of("Bearer " + secretKey)));
    }
    // A virtual thread: it holds up no end of the process, and costs nothing while it waits.
    ScheduledExecutorService background =
        Executors.newSingleThreadScheduledExecutor(Thread.ofVirtual().name("clerk-keys").factory());
    try {
      return JWKSourceBuilder.<SecurityContext>create(jwksUrl.toURL(), retriever)
          .cache(timing.kept().toMillis(), timing.another().toMillis())
          .refreshAheadCache(
              timing.kept().minus(timing.fresh()).toMillis(),
              null,
              background,
              true,
              background,
              true)
          .rateLimited(true)
          .retrying(true)
          .build();
    } catch (MalformedURLException e) {
      background.shutdown();
      throw new IllegalArgumentException("jwksUrl: (expected: an http or https URL)", e);
    }
  }

  /**
   * The one key that was given: no network is needed, and {@code kid} says nothing.
   *
   * @param pem the public key, with newlines or with the two characters \n in their place
   * @throws IllegalArgumentException when it is no RSA key
   */
  public static JWKSource<SecurityContext> given(String pem) {
    RSAKey key = new RSAKey.Builder(publicKey(pem.replace("\\n", "\n"))).build();
    List<JWK> keys = List.of(key);
    return (selector, context) -> {
      JWKMatcher matcher = selector.getMatcher();
      return matcher.getKeyTypes() == null || matcher.getKeyTypes().contains(key.getKeyType())
          ? keys
          : List.of();
    };
  }

  /** The JDK's own reader: that of the library wants Bouncy Castle beside it. */
  private static RSAPublicKey publicKey(String pem) {
    String body =
        pem.replace("-----BEGIN PUBLIC KEY-----", "")
            .replace("-----END PUBLIC KEY-----", "")
            .replaceAll("\\s", "");
    try {
      return (RSAPublicKey)
          KeyFactory.getInstance("RSA")
              .generatePublic(new X509EncodedKeySpec(Base64.getDecoder().decode(body)));
    } catch (GeneralSecurityException | IllegalArgumentException e) {
      throw new IllegalArgumentException("key: (expected: an RSA public key in PEM)", e);
    }
  }
}
