package life.avai.domain.ratelimit;

import java.time.Duration;
import life.avai.domain.identity.Caller;

/**
 * Decides whether somebody may send one more message now.
 *
 * <p>Safe for use by many threads at once; never blocks for long.
 */
@FunctionalInterface
public interface RateLimiter {
  /** Takes one permit of the caller's, or says when to come again. A refusal costs nothing. */
  Decision tryAcquire(Caller caller);

  /** Whether it was granted. */
  sealed interface Decision {
    record Granted() implements Decision {}

    /**
     * Not now.
     *
     * @param retryAfter when a permit will be there; positive
     */
    record Refused(Duration retryAfter) implements Decision {}
  }
}
