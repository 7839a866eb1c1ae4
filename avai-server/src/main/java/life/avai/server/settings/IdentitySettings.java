package life.avai.server.settings;

import java.net.URI;
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
 * @param authorizedParties accepted {@code azp}; empty for pages of this machine
 * @param publishableKey for the chat page; null when there is none
 */
public record IdentitySettings(
    @Nullable String issuer,
    @Nullable URI jwksUrl,
    @Nullable String publicKeyPem,
    @Nullable String secretKey,
    Set<String> authorizedParties,
    @Nullable String publishableKey,
    AnonymousPolicy anonymous) {
  public IdentitySettings {
    authorizedParties = Set.copyOf(authorizedParties);
  }

  /** Whether anybody can sign in. */
  public boolean isSignInConfigured() {
    return issuer != null || jwksUrl != null || publicKeyPem != null || secretKey != null;
  }

  /** Tells nothing of keys. */
  @Override
  public String toString() {
    return "IdentitySettings[issuer=" + issuer + ", anonymous=" + anonymous + "]";
  }
}
