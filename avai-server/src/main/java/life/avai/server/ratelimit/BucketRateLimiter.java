package life.avai.server.ratelimit;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.github.bucket4j.Bucket;
import io.github.bucket4j.ConsumptionProbe;
import io.github.bucket4j.TimeMeter;
import java.time.Duration;
import java.util.UUID;
import life.avai.domain.identity.Caller;
import life.avai.domain.identity.Tier;
import life.avai.domain.ratelimit.MessageLimits;
import life.avai.domain.ratelimit.RateLimiter;

/**
 * A token bucket of one minute's size for each user, refilled evenly, over all the user's sockets.
 *
 * <p>Safe for use by many threads at once.
 */
public final class BucketRateLimiter implements RateLimiter {
  /** After two minutes untouched a bucket is full again, so forgetting it changes nothing. */
  private static final Duration FORGET_AFTER = Duration.ofMinutes(2);

  /** More than send within two minutes; the least used are forgotten first. */
  private static final int MAX_USERS = 500_000;

  private final MessageLimits limits;
  private final TimeMeter time;
  private final Cache<Key, Bucket> buckets;

  private record Key(UUID user, Tier tier) {}

  public BucketRateLimiter(MessageLimits limits) {
    this(limits, TimeMeter.SYSTEM_NANOTIME);
  }

  /** With a clock of one's own, for tests. */
  public BucketRateLimiter(MessageLimits limits, TimeMeter time) {
    this.limits = limits;
    this.time = time;
    this.buckets =
        Caffeine.newBuilder()
            .expireAfterAccess(FORGET_AFTER)
            .maximumSize(MAX_USERS)
            .ticker(time::currentTimeNanos)
            .executor(Runnable::run)
            .build();
  }

  @Override
  public Decision tryAcquire(Caller caller) {
    Key key = new Key(caller.userId().value(), caller.tier());
    ConsumptionProbe probe = buckets.get(key, this::bucket).tryConsumeAndReturnRemaining(1);
    return probe.isConsumed()
        ? new Decision.Granted()
        : new Decision.Refused(Duration.ofNanos(Math.max(1, probe.getNanosToWaitForRefill())));
  }

  private Bucket bucket(Key key) {
    int perMinute = limits.perMinute(key.tier());
    return Bucket.builder()
        .addLimit(limit -> limit.capacity(perMinute).refillGreedy(perMinute, Duration.ofMinutes(1)))
        .withCustomTimePrecision(time)
        .build();
  }
}
