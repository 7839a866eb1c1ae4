package life.avai.server.ratelimit;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.bucket4j.TimeMeter;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import life.avai.domain.identity.Caller;
import life.avai.domain.identity.Tier;
import life.avai.domain.identity.UserId;
import life.avai.domain.ratelimit.MessageLimits;
import life.avai.domain.ratelimit.RateLimiter.Decision;
import org.junit.jupiter.api.Test;

class BucketRateLimiterTest {
  private final AtomicLong nanos = new AtomicLong();
  private final BucketRateLimiter limiter =
      new BucketRateLimiter(
          new MessageLimits(20, 60, 120, 600),
          new TimeMeter() {
            @Override
            public long currentTimeNanos() {
              return nanos.get();
            }

            @Override
            public boolean isWallClockBased() {
              return false;
            }
          });

  private void pass(Duration time) {
    nanos.addAndGet(time.toNanos());
  }

  private static Caller user(Tier tier) {
    UserId id = new UserId(UUID.randomUUID());
    return tier == Tier.ANONYMOUS
        ? new Caller.Anonymous(id, UUID.randomUUID())
        : new Caller.SignedIn(id, "user_1", "User", tier);
  }

  private int granted(Caller caller) {
    int granted = 0;
    while (granted < 10_000 && limiter.tryAcquire(caller) instanceof Decision.Granted) {
      granted++;
    }
    return granted;
  }

  @Test
  void eachTierHasAMinutesWorth() {
    assertThat(granted(user(Tier.ANONYMOUS))).isEqualTo(20);
    assertThat(granted(user(Tier.FREE))).isEqualTo(60);
    assertThat(granted(user(Tier.PRO))).isEqualTo(120);
    assertThat(granted(user(Tier.ENTERPRISE))).isEqualTo(600);
  }

  @Test
  void oneUsersSpendingIsNobodyElses() {
    granted(user(Tier.FREE));
    assertThat(granted(user(Tier.FREE))).isEqualTo(60);
  }

  @Test
  void permitsComeBackEvenly() {
    Caller caller = user(Tier.FREE);
    granted(caller);
    pass(Duration.ofSeconds(10));
    assertThat(granted(caller)).isEqualTo(10);
  }

  @Test
  void retryAfter_isTheTimeUntilTheNextPermit() {
    Caller caller = user(Tier.ANONYMOUS);
    granted(caller);
    Duration wait = ((Decision.Refused) limiter.tryAcquire(caller)).retryAfter();
    assertThat(wait).isBetween(Duration.ofMillis(1), Duration.ofSeconds(3));
    pass(wait.minusMillis(1));
    assertThat(limiter.tryAcquire(caller)).isInstanceOf(Decision.Refused.class);
    pass(Duration.ofMillis(1));
    assertThat(limiter.tryAcquire(caller)).isInstanceOf(Decision.Granted.class);
  }

  @Test
  void longRest_givesNoMoreThanAMinutesWorth() {
    Caller caller = user(Tier.FREE);
    granted(caller);
    pass(Duration.ofHours(5));
    assertThat(granted(caller)).isEqualTo(60);
  }
}
