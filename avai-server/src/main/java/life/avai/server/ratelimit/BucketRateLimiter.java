package life.avai.server.ratelimit;

import io.github.bucket4j.TimeMeter;
import java.util.UUID;
import life.avai.domain.identity.Caller;
import life.avai.domain.identity.Tier;
import life.avai.domain.ratelimit.MessageLimits;
import life.avai.domain.ratelimit.RateLimiter;

/**
 * So many messages a minute for each user, over all the user's sockets.
 *
 * <p>Safe for use by many threads at once.
 */
public final class BucketRateLimiter implements RateLimiter {
  private final Buckets<Key> buckets;

  private record Key(UUID user, Tier tier) {}

  public BucketRateLimiter(MessageLimits limits) {
    this(limits, TimeMeter.SYSTEM_NANOTIME);
  }

  /** With a clock of one's own, for tests. */
  public BucketRateLimiter(MessageLimits limits, TimeMeter time) {
    this.buckets = new Buckets<>(key -> limits.perMinute(key.tier()), time);
  }

  @Override
  public Decision tryAcquire(Caller caller) {
    return buckets.tryAcquire(new Key(caller.userId().value(), caller.tier()));
  }
}
