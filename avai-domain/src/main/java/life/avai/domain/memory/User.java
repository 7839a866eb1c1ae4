package life.avai.domain.memory;

import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.UUID;
import life.avai.domain.identity.Tier;
import life.avai.domain.identity.UserId;
import org.jspecify.annotations.Nullable;

/**
 * One user as it is kept.
 *
 * @param subject null for the anonymous
 * @param sessionId null for the signed in
 * @param tokenHash of the anonymous session; null for the signed in
 * @param seenAt when they were last here, to the hour
 */
record User(
    UserId id,
    @Nullable String subject,
    String name,
    Tier tier,
    @Nullable UUID sessionId,
    @Nullable ByteBuffer tokenHash,
    Instant createdAt,
    Instant seenAt) {
  User seen(Instant now) {
    return new User(id, subject, name, tier, sessionId, tokenHash, createdAt, now);
  }
}
