package life.avai.domain.identity;

import static java.util.Objects.requireNonNull;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What a valid token says of its bearer.
 *
 * @param subject the identity provider's name for the user; not empty
 * @param name how to address the user
 * @param tier what the token says was subscribed to
 * @param expiresAt when the token ends
 * @param providerSession the provider's session, which it may end before the token does; null when
 *     not told
 */
public record VerifiedIdentity(
    String subject, String name, Tier tier, Instant expiresAt, @Nullable String providerSession) {
  public VerifiedIdentity {
    if (subject.isEmpty()) {
      throw new IllegalArgumentException(
          "subject: empty (expected: the provider's name for the user)");
    }
    requireNonNull(name, "name");
    requireNonNull(tier, "tier");
    requireNonNull(expiresAt, "expiresAt");
  }
}
