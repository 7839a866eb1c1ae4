package example;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import life.avai.domain.identity.Caller;
import life.avai.domain.identity.UserId;
import life.avai.domain.ratelimit.RateLimiter;

/** A rate limiter of your own: so many messages in any minute. */
final class SlidingMinute implements RateLimiter {
  private static final Duration MINUTE = Duration.ofMinutes(1);

  private final int messages;
  private final InstantSource clock;
  private final Map<UserId, ArrayDeque<Instant>> sent = new HashMap<>();

  SlidingMinute(int messages, InstantSource clock) {
    this.messages = messages;
    this.clock = clock;
  }

  @Override
  public synchronized Decision tryAcquire(Caller caller) {
    Instant now = clock.instant();
    ArrayDeque<Instant> mine = sent.computeIfAbsent(caller.userId(), id -> new ArrayDeque<>());
    while (!mine.isEmpty() && !mine.getFirst().plus(MINUTE).isAfter(now)) {
      mine.removeFirst();
    }
    if (mine.size() == messages) {
      return new Decision.Refused(Duration.between(now, mine.getFirst().plus(MINUTE)));
    }
    mine.addLast(now);
    return new Decision.Granted();
  }
}
