package example;

import java.time.InstantSource;
import life.avai.domain.ratelimit.RateLimiter;
import life.avai.testkit.contract.RateLimiterContract;

class SlidingMinuteTest extends RateLimiterContract {
  @Override
  protected RateLimiter freshLimiter() {
    return new SlidingMinute(capacity(), InstantSource.system());
  }

  @Override
  protected int capacity() {
    return 30;
  }
}
