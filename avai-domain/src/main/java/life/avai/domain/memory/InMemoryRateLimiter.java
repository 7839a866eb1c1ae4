package life.avai.domain.memory;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import life.avai.domain.identity.Caller;
import life.avai.domain.identity.UserId;
import life.avai.domain.ratelimit.MessageLimits;
import life.avai.domain.ratelimit.RateLimiter;

/**
 * A token bucket for every user: a minute's worth may come at once, and it is refilled evenly. What
 * has been used is lost with the process; the buckets of users who have not sent for a minute are
 * dropped.
 *
 * <p>Safe for use by many threads at once.
 */
public final class InMemoryRateLimiter implements RateLimiter {
  private static final Duration REFILL = Duration.ofMinutes(1);
  private static final int SWEEP_ABOVE = 10_000;

  private final MessageLimits limits;
  private final InstantSource clock;
  private final ReentrantLock lock = new ReentrantLock();
  // Guarded by lock: when each user's bucket will be full again.
  private final Map<UserId, Instant> fullAgain = new HashMap<>();

  /** Limits by tier, refilled by the clock. */
  public InMemoryRateLimiter(MessageLimits limits, InstantSource clock) {
    this.limits = requireNonNull(limits, "limits");
    this.clock = requireNonNull(clock, "clock");
  }

  @Override
  public Decision tryAcquire(Caller caller) {
    Duration cost = REFILL.dividedBy(limits.perMinute(caller.tier()));
    lock.lock();
    try {
      Instant now = clock.instant();
      if (fullAgain.size() > SWEEP_ABOVE) {
        fullAgain.values().removeIf(full -> !full.isAfter(now));
      }
      Instant full = Conversation.later(fullAgain.get(caller.userId()), now);
      Instant then = full.plus(cost);
      Duration missing = Duration.between(now.plus(REFILL), then);
      if (missing.isPositive()) {
        return new Decision.Refused(missing);
      }
      fullAgain.put(caller.userId(), then);
      return new Decision.Granted();
    } finally {
      lock.unlock();
    }
  }
}
