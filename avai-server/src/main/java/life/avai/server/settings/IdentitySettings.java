package life.avai.server.settings;

import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Set;
import life.avai.domain.identity.Authenticate.AnonymousPolicy;
import org.jspecify.annotations.Nullable;

/**
 * Who may come, and how they prove who they are.
 *
 * @param issuer the tokens' {@code iss}; null when nobody can sign in
 * @param jwksUrl where the issuer's keys are; null when a key is given
 * @param publicKeyPem the issuer's key; null when it is fetched
 * @param secretKey fetches the keys from the provider's own API; null for the public address
 * @param webhookSecret proves that a webhook is the provider's; null when none is heard
 * @param authorizedParties accepted {@code azp}; empty for pages of this machine
 * @param publishableKey for the chat page; null when there is none
 */
public record IdentitySettings(
    @Nullable String issuer,
    @Nullable URI jwksUrl,
    @Nullable String publicKeyPem,
    @Nullable String secretKey,
    @Nullable String webhookSecret,
    Set<String> authorizedParties,
    @Nullable String publishableKey,
    AnonymousPolicy anonymous) {
  public IdentitySettings {
    authorizedParties = Set.copyOf(authorizedParties);
    if (publishableKey != null) {
      frontendOf(publishableKey);
    }
  }

  /** Whether anybody can sign in. */
  public boolean isSignInConfigured() {
    return issuer != null || jwksUrl != null || publicKeyPem != null || secretKey != null;
  }

  /** The origin of Clerk's frontend API, which the publishable key names; null without one. */
  public @Nullable String frontendApi() {
    return publishableKey == null ? null : frontendOf(publishableKey);
  }

  /**
   * Clerk's publishable key is the host of its frontend API in Base64, with a dollar behind it.
   *
   * @throws ConfigurationException when it is none
   */
  static String frontendOf(String publishableKey) {
    String expected = "pk_test_... or pk_live_..., as Clerk's dashboard shows it";
    if (!publishableKey.matches("pk_(test|live)_[A-Za-z0-9+/=_-]+")) {
      throw new ConfigurationException("CLERK_PUBLISHABLE_KEY", expected);
    }
    try {
      String encoded = publishableKey.substring("pk_test_".length());
      String host = new String(Base64.getDecoder().decode(encoded), StandardCharsets.US_ASCII);
      if (host.matches("[A-Za-z0-9.:-]+\\$")) {
        return "https://" + host.substring(0, host.length() - 1);
      }
    } catch (IllegalArgumentException e) {
      // Told below.
    }
    throw new ConfigurationException("CLERK_PUBLISHABLE_KEY", expected);
  }

  /** Tells nothing of keys. */
  @Override
  public String toString() {
    return "IdentitySettings[issuer=" + issuer + ", anonymous=" + anonymous + "]";
  }
}
