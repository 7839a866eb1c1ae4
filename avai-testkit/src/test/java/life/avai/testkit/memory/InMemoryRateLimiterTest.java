package life.avai.testkit.memory;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.atomic.AtomicReference;
import life.avai.domain.identity.Caller;
import life.avai.domain.memory.InMemoryRateLimiter;
import life.avai.domain.ratelimit.MessageLimits;
import life.avai.domain.ratelimit.RateLimiter;
import life.avai.domain.ratelimit.RateLimiter.Decision.Granted;
import life.avai.domain.ratelimit.RateLimiter.Decision.Refused;
import life.avai.testkit.contract.RateLimiterContract;
import life.avai.testkit.fixture.Fixtures;
import org.junit.jupiter.api.Test;

class InMemoryRateLimiterTest extends RateLimiterContract {
  private static final MessageLimits LIMITS = new MessageLimits(2, 30, 60, 600);

  private final AtomicReference<Instant> now = new AtomicReference<>(Fixtures.NOON);

  @Override
  protected RateLimiter freshLimiter() {
    return new InMemoryRateLimiter(LIMITS, InstantSource.system());
  }

  @Override
  protected int capacity() {
    return LIMITS.free();
  }

  @Test
  void tryAcquire_afterTheTimeThatItNamed_isGrantedAndNotBefore() {
    RateLimiter limiter = new InMemoryRateLimiter(LIMITS, now::get);
    Caller guest = new Caller.Anonymous(Fixtures.userId(), Fixtures.userId().value());
    assertThat(limiter.tryAcquire(guest)).isEqualTo(new Granted());
    assertThat(limiter.tryAcquire(guest)).isEqualTo(new Granted());

    assertThat(limiter.tryAcquire(guest)).isEqualTo(new Refused(Duration.ofSeconds(30)));
    now.set(Fixtures.NOON.plusSeconds(29));
    assertThat(limiter.tryAcquire(guest)).isEqualTo(new Refused(Duration.ofSeconds(1)));
    now.set(Fixtures.NOON.plusSeconds(30));
    assertThat(limiter.tryAcquire(guest)).isEqualTo(new Granted());
    assertThat(limiter.tryAcquire(guest)).isInstanceOf(Refused.class);
  }
}
