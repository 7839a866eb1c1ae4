package life.avai.server.http;

import io.netty.channel.Channel;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * How many WebSockets there may be, in all and from one address.
 *
 * <p>Safe for use by many threads at once.
 */
public final class ConnectionLimits {
  private final int maxInAll;
  private final int maxPerAddress;
  private final boolean countLoopback;
  private final TrustedProxies proxies;
  private final Newcomers newcomers;
  private final AtomicInteger inAll = new AtomicInteger();
  private final Map<InetAddress, Integer> byAddress = new ConcurrentHashMap<>();

  public ConnectionLimits(
      int maxInAll,
      int maxPerAddress,
      boolean countLoopback,
      TrustedProxies proxies,
      Newcomers newcomers) {
    this.maxInAll = maxInAll;
    this.maxPerAddress = maxPerAddress;
    this.countLoopback = countLoopback;
    this.proxies = proxies;
    this.newcomers = newcomers;
  }

  /** What counts as one client: an address, or a network. */
  InetAddress client(InetSocketAddress peer, List<String> forwardedFor) {
    return TrustedProxies.network(proxies.client(peer.getAddress(), forwardedFor));
  }

  /**
   * Counts a connection in, until its channel closes.
   *
   * @param address what {@link #client} told
   * @return the address; empty when there are too many
   */
  Optional<InetAddress> admit(Channel channel, InetAddress address) {
    if (inAll.incrementAndGet() > maxInAll) {
      inAll.decrementAndGet();
      return Optional.empty();
    }
    boolean counted = countLoopback || !address.isLoopbackAddress();
    if (counted && byAddress.merge(address, 1, Integer::sum) > maxPerAddress) {
      leave(address);
      inAll.decrementAndGet();
      return Optional.empty();
    }
    newcomers.upgraded(channel);
    channel
        .closeFuture()
        .addListener(closed -> {
          inAll.decrementAndGet();
          if (counted) {
            leave(address);
          }
        });
    return Optional.of(address);
  }

  private void leave(InetAddress address) {
    byAddress.computeIfPresent(address, (key, count) -> count == 1 ? null : count - 1);
  }
}
