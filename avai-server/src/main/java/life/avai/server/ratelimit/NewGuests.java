package life.avai.server.ratelimit;

import io.github.bucket4j.TimeMeter;
import java.net.InetAddress;
import life.avai.domain.ratelimit.RateLimiter.Decision;

/**
 * So many new anonymous users a minute from one address: each is a row that is kept for weeks. Who
 * shows the session of an earlier one is nobody new.
 *
 * <p>Safe for use by many threads at once.
 */
public final class NewGuests {
  private final boolean countLoopback;
  private final Buckets<InetAddress> buckets;

  /**
   * Nobody has come yet.
   *
   * @param countLoopback whether the addresses of this machine are counted too
   */
  public NewGuests(int perMinute, boolean countLoopback) {
    this.countLoopback = countLoopback;
    this.buckets = new Buckets<>(address -> perMinute, TimeMeter.SYSTEM_NANOTIME);
  }

  /**
   * Whether one more may come now.
   *
   * @param address what counts as one client
   */
  public Decision tryAcquire(InetAddress address) {
    return countLoopback || !address.isLoopbackAddress()
        ? buckets.tryAcquire(address)
        : new Decision.Granted();
  }
}
