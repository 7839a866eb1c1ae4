package life.avai.domain.memory;

import java.nio.ByteBuffer;
import java.util.UUID;
import life.avai.domain.identity.Tier;
import life.avai.domain.identity.UserId;
import org.jspecify.annotations.Nullable;

/**
 * One user as it is kept.
 *
 * @param subject null for the anonymous
 * @param sessionId null for the signed in
 * @param tokenHash of the anonymous session; null when there is none or it is spent
 */
record User(
    UserId id,
    @Nullable String subject,
    Tier tier,
    @Nullable UUID sessionId,
    @Nullable ByteBuffer tokenHash) {}
