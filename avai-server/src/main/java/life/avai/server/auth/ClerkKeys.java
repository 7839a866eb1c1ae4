package life.avai.server.auth;

import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKMatcher;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.source.JWKSource;
import com.nimbusds.jose.jwk.source.JWKSourceBuilder;
import com.nimbusds.jose.proc.SecurityContext;
import com.nimbusds.jose.util.DefaultResourceRetriever;
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
import org.jspecify.annotations.Nullable;

/** Where the issuer's public keys come from. */
public final class ClerkKeys {
  /** Where Clerk's backend API has them, for whoever shows a secret key. */
  public static final URI BACKEND_API = URI.create("https://api.clerk.com/v1/jwks");

  private static final int TIMEOUT_MILLIS = 2_000;
  private static final int MAX_BYTES = 256 * 1024;
  private static final Duration FRESH = Duration.ofMinutes(5);
  private static final Duration SURVIVES_OUTAGE = Duration.ofHours(4);

  private ClerkKeys() {}

  /**
   * Keys that are fetched, kept, and fetched again when they are old or one is unknown; an outage
   * is survived on those that are kept.
   *
   * @param secretKey sent as a bearer token; null for a public address
   */
  public static JWKSource<SecurityContext> fetched(URI jwksUrl, @Nullable String secretKey) {
    DefaultResourceRetriever retriever =
        new DefaultResourceRetriever(TIMEOUT_MILLIS, TIMEOUT_MILLIS, MAX_BYTES);
    if (secretKey != null) {
      retriever.setHeaders(Map.of("Authorization", List.of("Bearer " + secretKey)));
    }
    try {
      return JWKSourceBuilder.<SecurityContext>create(jwksUrl.toURL(), retriever)
          .cache(FRESH.toMillis(), 2L * TIMEOUT_MILLIS)
          .rateLimited(true)
          .retrying(true)
          .outageTolerant(SURVIVES_OUTAGE.toMillis())
          .build();
    } catch (MalformedURLException e) {
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
