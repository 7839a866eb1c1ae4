package life.avai.server.http;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Under which names a server that is there for its own machine alone is asked.
 *
 * <p>A page of somebody else's can have its name resolved to 127.0.0.1 and then be of the same
 * origin as whatever listens there. The name is still in {@code Host}, and it is none of ours.
 *
 * @param onLoopback whether the server listens on the loopback alone: then nothing but names of
 *     this machine, and of the allowed pages, will do. One that listens everywhere checks it only
 *     for what comes over the loopback, and only when no origins are named: with a list of origins
 *     it is somebody's proxy that comes that way
 * @param proxies are believed, whatever they ask for
 */
public record HostPolicy(boolean onLoopback, OriginPolicy origins, TrustedProxies proxies) {
  private static final Set<String> LOCAL = Set.of("localhost", "127.0.0.1", "[::1]");

  /** Whether a request may be answered. */
  boolean allows(@Nullable String host, InetSocketAddress local, InetAddress peer) {
    boolean guarded =
        onLoopback || (origins.allowed().isEmpty() && local.getAddress().isLoopbackAddress());
    return !guarded || isLocal(host) || origins.names(host) || proxies.trusts(peer);
  }

  /** Whether a name is one of this machine; who gives none is no browser. */
  static boolean isLocal(@Nullable String host) {
    if (host == null) {
      return true;
    }
    String name = host.toLowerCase(Locale.ROOT).replaceFirst(":\\d{0,5}$", "");
    return LOCAL.contains(name) || name.matches("127(\\.\\d{1,3}){3}");
  }
}
