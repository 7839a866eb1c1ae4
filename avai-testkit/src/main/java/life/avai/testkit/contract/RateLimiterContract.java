package life.avai.testkit.contract;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import life.avai.domain.identity.Caller;
import life.avai.domain.identity.Tier;
import life.avai.domain.ratelimit.RateLimiter;
import life.avai.domain.ratelimit.RateLimiter.Decision;
import life.avai.domain.ratelimit.RateLimiter.Decision.Granted;
import life.avai.domain.ratelimit.RateLimiter.Decision.Refused;
import life.avai.testkit.fixture.Fixtures;
import org.junit.jupiter.api.Test;

/** What every {@link RateLimiter} must do; each adapter's test class extends it. */
public abstract class RateLimiterContract {
  private final Caller caller =
      new Caller.SignedIn(Fixtures.userId(), "user_limited", "Limited", Tier.FREE);

  /** A limiter of which nobody has asked anything yet. */
  protected abstract RateLimiter freshLimiter();

  /** How many permits of a {@link Tier#FREE} user's may be taken at once; refilled in a minute. */
  protected abstract int capacity();

  @Test
  void tryAcquire_grantsAMinutesWorthAtOnceAndThenRefuses() {
    RateLimiter limiter = freshLimiter();

    for (int i = 0; i < capacity(); i++) {
      assertThat(limiter.tryAcquire(caller)).isEqualTo(new Granted());
    }
    assertThat(limiter.tryAcquire(caller))
        .isInstanceOfSatisfying(
            Refused.class,
            refused -> {
              assertThat(refused.retryAfter()).isPositive();
              assertThat(refused.retryAfter()).isLessThanOrEqualTo(Duration.ofMinutes(1));
            });
  }

  @Test
  void tryAcquire_refused_costsNothing() {
    RateLimiter limiter = freshLimiter();
    Refused first = exhausted(limiter);

    for (int i = 0; i < 10 * capacity(); i++) {
      if (limiter.tryAcquire(caller) instanceof Refused(var retryAfter)) {
        assertThat(retryAfter).isLessThanOrEqualTo(first.retryAfter());
      }
    }
  }

  @Test
  void tryAcquire_countsEachUserAlone() {
    RateLimiter limiter = freshLimiter();
    Refused refused = exhausted(limiter);
    Caller other = new Caller.SignedIn(Fixtures.userId(), "user_other", "Other", Tier.FREE);

    assertThat(refused.retryAfter()).isPositive();
    assertThat(limiter.tryAcquire(other)).isEqualTo(new Granted());
  }

  @Test
  void tryAcquire_byManyAtOnce_grantsNoMoreThanThereAre() {
    RateLimiter limiter = freshLimiter();
    long start = System.nanoTime();

    List<Decision> decisions =
        ConcurrencyContract.atOnce(2 * capacity(), i -> limiter.tryAcquire(caller));

    // What was refilled while we asked, if this machine is slow.
    long refilled = 1 + (System.nanoTime() - start) * capacity() / 60_000_000_000L;
    long granted = decisions.stream().filter(Granted.class::isInstance).count();
    assertThat(granted).isBetween((long) capacity(), capacity() + refilled);
  }

  /** Takes permits until one is refused. */
  private Refused exhausted(RateLimiter limiter) {
    for (int i = 0; i < 3 * capacity(); i++) {
      if (limiter.tryAcquire(caller) instanceof Refused refused) {
        return refused;
      }
    }
    throw new AssertionError("never refused");
  }
}
