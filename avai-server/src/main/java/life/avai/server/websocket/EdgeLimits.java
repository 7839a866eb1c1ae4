package life.avai.server.websocket;

import java.time.Duration;
import life.avai.domain.message.ContentRules;

/**
 * What a connection may do, and for how long.
 *
 * @param maxFrameBytes a message in all its fragments
 * @param authTimeout how long a socket may stay without having said who is there
 * @param idleTimeout how long it may stay without a frame
 * @param heartbeat how often a quiet one is pinged; it is given up after two that went unanswered
 * @param slowReaderTimeout how long it may take nothing while something waits for it
 * @param maxPerUser how many sockets one user may have
 * @param requestsPerMinute how many frames other than messages one socket may send, at once and
 *     then evenly
 */
public record EdgeLimits(
    int maxFrameBytes,
    ContentRules content,
    Duration authTimeout,
    Duration idleTimeout,
    Duration heartbeat,
    Duration slowReaderTimeout,
    int maxPerUser,
    int requestsPerMinute) {
  public static final EdgeLimits DEFAULTS =
      new EdgeLimits(
          524_288,
          ContentRules.DEFAULTS,
          Duration.ofSeconds(10),
          Duration.ofMinutes(30),
          Duration.ofSeconds(30),
          Duration.ofSeconds(30),
          50,
          6_000);

  /** How many fragments a message may come in. */
  static final int MAX_FRAGMENTS = 64;

  /** How long the fragments of one message may take. */
  static final Duration MESSAGE_DEADLINE = Duration.ofSeconds(30);

  /** How long somebody whose token has ended may take to bring another. */
  static final Duration RENEWAL_GRACE = Duration.ofSeconds(10);
}
