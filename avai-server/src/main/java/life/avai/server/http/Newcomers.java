package life.avai.server.http;

import io.netty.channel.Channel;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The connections that have not shown yet whose they are: whatever has been accepted, until a user
 * has authenticated on it.
 *
 * <p>There is room for so many in all, and for so many from one address that have not become a
 * WebSocket; those that have are counted by {@link ConnectionLimits}. When there is none the oldest
 * goes, because honest clients are here for a moment only, and those that dawdle are not. So
 * neither memory nor descriptors can be had for nothing, and who comes next is served all the same.
 *
 * <p>Safe for use by many threads at once.
 */
public final class Newcomers {
  private final int max;
  private final int maxPerAddress;
  private final Predicate<InetAddress> counted;
  // Guarded by this; oldest first.
  private final Set<Channel> all = new LinkedHashSet<>();
  private final Map<InetAddress, Set<Channel>> byAddress = new HashMap<>();

  /**
   * Nobody has come yet.
   *
   * @param counted whether an address stands for one client: a proxy's does not
   */
  public Newcomers(int max, int maxPerAddress, Predicate<InetAddress> counted) {
    this.max = max;
    this.maxPerAddress = maxPerAddress;
    this.counted = counted;
  }

  /** Takes a new connection in. */
  public void arrived(Channel channel) {
    InetAddress address = address(channel);
    Channel surplus = enter(channel, address);
    if (surplus != null) {
      surplus.close();
    }
    channel.closeFuture().addListener(closed -> leave(channel, address));
  }

  /** The connection is a WebSocket now, and still nobody's. */
  void upgraded(Channel channel) {
    leaveAddress(channel, address(channel));
  }

  /** The connection belongs to somebody now. */
  public void known(Channel channel) {
    leave(channel, address(channel));
  }

  /** How many there are. */
  public synchronized int size() {
    return all.size();
  }

  private static InetAddress address(Channel channel) {
    return TrustedProxies.network(((InetSocketAddress) channel.remoteAddress()).getAddress());
  }

  private synchronized @Nullable Channel enter(Channel channel, InetAddress address) {
    all.add(channel);
    Channel surplus = null;
    if (counted.test(address)) {
      Set<Channel> same = byAddress.computeIfAbsent(address, key -> new LinkedHashSet<>(2));
      same.add(channel);
      if (same.size() > maxPerAddress) {
        surplus = oldest(same);
      }
    }
    if (surplus == null && all.size() > max) {
      surplus = oldest(all);
    }
    if (surplus != null) {
      leave(surplus, address(surplus));
    }
    return surplus;
  }

  private static Channel oldest(Set<Channel> channels) {
    Iterator<Channel> oldestFirst = channels.iterator();
    return oldestFirst.next();
  }

  private synchronized void leave(Channel channel, InetAddress address) {
    all.remove(channel);
    leaveAddress(channel, address);
  }

  private synchronized void leaveAddress(Channel channel, InetAddress address) {
    byAddress.computeIfPresent(
        address,
        (key, same) -> {
          same.remove(channel);
          return same.isEmpty() ? null : same;
        });
  }
}
