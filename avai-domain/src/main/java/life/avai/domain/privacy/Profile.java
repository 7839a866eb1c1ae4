package life.avai.domain.privacy;

import static java.util.Objects.requireNonNull;

import java.time.Instant;
import life.avai.domain.identity.Tier;
import life.avai.domain.identity.UserId;
import org.jspecify.annotations.Nullable;

/**
 * What is kept about a user besides what they said.
 *
 * @param subject the identity provider's name for the user; null for the anonymous
 */
public record Profile(
    UserId id, @Nullable String subject, String name, Tier tier, Instant createdAt) {
  public Profile {
    requireNonNull(id, "id");
    requireNonNull(name, "name");
    requireNonNull(tier, "tier");
    requireNonNull(createdAt, "createdAt");
  }
}
