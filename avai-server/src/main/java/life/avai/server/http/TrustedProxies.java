package life.avai.server.http;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
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

  private boolean trusts(InetAddress address) {
    return networks.stream().anyMatch(network -> network.contains(address));
  }

  /** The nearest address that no proxy of ours vouches for. */
  InetAddress client(InetAddress peer, List<String> forwardedFor) {
    if (!trusts(peer)) {
      return peer;
    }
    List<String> hops = new ArrayList<>();
    forwardedFor.forEach(header -> hops.addAll(List.of(header.split(",", -1))));
    InetAddress nearest = peer;
    for (String hop : hops.reversed()) {
      InetAddress address = literal(hop.strip());
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

  /** An address written as one; names are never looked up. */
  private static @Nullable InetAddress literal(String text) {
    if (!text.matches("[0-9.]{7,15}|[0-9A-Fa-f:.]{2,45}")) {
      return null;
    }
    try {
      return InetAddress.getByName(text);
    } catch (UnknownHostException e) {
      return null;
    }
  }
}
