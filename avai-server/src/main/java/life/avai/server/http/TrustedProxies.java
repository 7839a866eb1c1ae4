package life.avai.server.http;

import io.netty.util.NetUtil;
import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Whose word is believed about where a request came from.
 *
 * @param networks CIDR blocks
 */
public record TrustedProxies(List<Network> networks) {
  public TrustedProxies {
    networks = List.copyOf(networks);
  }

  /** Nobody is believed. */
  public static final TrustedProxies NONE = new TrustedProxies(List.of());

  /** A block of addresses. */
  public record Network(InetAddress base, int prefix) {
    /**
     * Reads {@code 10.0.0.0/8}, {@code fd00::/8} or a single address.
     *
     * @throws IllegalArgumentException when it is none
     */
    public static Network parse(String cidr) {
      int slash = cidr.indexOf('/');
      InetAddress base = literal(slash < 0 ? cidr : cidr.substring(0, slash));
      if (base == null) {
        throw new IllegalArgumentException("network: " + cidr + " (expected: address/bits)");
      }
      int bits = base.getAddress().length * 8;
      int prefix = bits;
      if (slash >= 0) {
        try {
          prefix = Integer.parseInt(cidr.substring(slash + 1));
        } catch (NumberFormatException e) {
          prefix = -1;
        }
      }
      if (prefix < 0 || prefix > bits) {
        throw new IllegalArgumentException(
            "network: " + cidr + " (expected: 0 to " + bits + " bits)");
      }
      return new Network(base, prefix);
    }

    boolean contains(InetAddress address) {
      byte[] mine = base.getAddress();
      byte[] other = address.getAddress();
      if (mine.length != other.length) {
        return false;
      }
      for (int bit = 0; bit < prefix; bit++) {
        int mask = 0x80 >> (bit % 8);
        if ((mine[bit / 8] & mask) != (other[bit / 8] & mask)) {
          return false;
        }
      }
      return true;
    }
  }

  /** Whether it is one of them. */
  public boolean trusts(InetAddress address) {
    InetAddress plain = plain(address);
    return networks.stream().anyMatch(network -> network.contains(plain));
  }

  /**
   * The nearest address that no proxy of ours vouches for: who is behind it is anybody's claim.
   *
   * @param forwardedFor the header fields {@code X-Forwarded-For}, in their order; each proxy has
   *     added one hop at the end
   */
  InetAddress client(InetAddress peer, List<String> forwardedFor) {
    InetAddress nearest = plain(peer);
    if (!trusts(nearest)) {
      return nearest;
    }
    List<String> hops = new ArrayList<>();
    forwardedFor.forEach(header -> hops.addAll(List.of(header.split(",", -1))));
    for (String hop : hops.reversed()) {
      InetAddress address = hop(hop.strip());
      if (address == null) {
        return nearest;
      }
      nearest = address;
      if (!trusts(address)) {
        return address;
      }
    }
    return nearest;
  }

  /**
   * What counts as one client: an address of IPv4, or a network of 64 bits of IPv6, all of which
   * one host can give itself.
   */
  static InetAddress network(InetAddress address) {
    InetAddress plain = plain(address);
    if (!(plain instanceof Inet6Address) || plain.isLoopbackAddress()) {
      return plain;
    }
    byte[] bytes = plain.getAddress();
    Arrays.fill(bytes, 8, 16, (byte) 0);
    return ofBytes(bytes);
  }

  /** Without a zone, and an IPv4 address that is written as IPv6 as what it is. */
  private static InetAddress plain(InetAddress address) {
    return address instanceof Inet4Address ? address : ofBytes(address.getAddress());
  }

  /** A hop as proxies write it: some add a port, and then put IPv6 in brackets. */
  private static @Nullable InetAddress hop(String text) {
    if (text.startsWith("[")) {
      int end = text.indexOf(']');
      return end < 0 ? null : literal(text.substring(1, end));
    }
    int colon = text.indexOf(':');
    return colon >= 0 && colon == text.lastIndexOf(':')
        ? literal(text.substring(0, colon))
        : literal(text);
  }

  /** An address written as one; names are never looked up. */
  private static @Nullable InetAddress literal(String text) {
    byte[] bytes = NetUtil.createByteArrayFromIpAddressString(text);
    return bytes == null ? null : ofBytes(bytes);
  }

  private static InetAddress ofBytes(byte[] bytes) {
    try {
      return InetAddress.getByAddress(bytes);
    } catch (UnknownHostException e) {
      throw new IllegalArgumentException("address: (expected: 4 or 16 bytes)", e);
    }
  }
}
