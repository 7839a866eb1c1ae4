package life.avai.server.ratelimit;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.github.bucket4j.Bucket;
import io.github.bucket4j.ConsumptionProbe;
import io.github.bucket4j.TimeMeter;
import java.time.Duration;
import java.util.function.ToIntFunction;
import life.avai.domain.ratelimit.RateLimiter.Decision;

/**
 * A token bucket of one minute's size for each key, refilled evenly.
 *
 * <p>Safe for use by many threads at once.
 */
final class Buckets<K> {
  /** After two minutes untouched a bucket is full again, so forgetting it changes nothing. */
  private static final Duration FORGET_AFTER = Duration.ofMinutes(2);

  /** More than come within two minutes; the least used are forgotten first. */
  private static final int MAX_KEYS = 500_000;

  private final ToIntFunction<K> perMinute;
  private final TimeMeter time;
  private final Cache<K, Bucket> buckets;

  /**
   * All of them full.
   *
   * @param perMinute of a key, always the same
   */
  Buckets(ToIntFunction<K> perMinute, TimeMeter time) {
    this.perMinute = perMinute;
    this.time = time;
    this.buckets =
        Caffeine.newBuilder()
            .expireAfterAccess(FORGET_AFTER)
            .maximumSize(MAX_KEYS)
            .ticker(time::currentTimeNanos)
            .executor(Runnable::run)
            .build();
  }

  /** Takes one permit, or says when to come again. A refusal costs nothing. */
  Decision tryAcquire(K key) {
    ConsumptionProbe probe = buckets.get(key, this::full).tryConsumeAndReturnRemaining(1);
    return probe.isConsumed()
        ? new Decision.Granted()
        : new Decision.Refused(Duration.ofNanos(Math.max(1, probe.getNanosToWaitForRefill())));
  }

  private Bucket full(K key) {
    int size = perMinute.applyAsInt(key);
    return Bucket.builder()
        .addLimit(limit -> limit.capacity(size).refillGreedy(size, Duration.ofMinutes(1)))
        .withCustomTimePrecision(time)
        .build();
  }
}
