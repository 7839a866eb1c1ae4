package life.avai.server.http;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Which web pages may open a WebSocket. Browsers always say where a page comes from; what says
 * nothing is no browser, and has no cookies or sessions of a user's to abuse.
 *
 * @param allowed origins such as {@code https://app.example}; empty for the same host and localhost
 */
public record OriginPolicy(Set<String> allowed) {
  private static final Set<String> LOCAL = Set.of("localhost", "127.0.0.1", "[::1]");

  public OriginPolicy {
    allowed = allowed.stream().map(OriginPolicy::plain).collect(Collectors.toUnmodifiableSet());
  }

  boolean allows(@Nullable String origin, @Nullable String host) {
    if (origin == null) {
      return true;
    }
    String asked = plain(origin);
    if (!allowed.isEmpty()) {
      return allowed.contains(asked);
    }
    try {
      URI uri = new URI(asked);
      if (!isOrigin(uri)) {
        return false;
      }
      return LOCAL.contains(uri.getHost())
          || (host != null && host.toLowerCase(Locale.ROOT).equals(uri.getRawAuthority()));
    } catch (URISyntaxException e) {
      return false;
    }
  }

  /** A scheme, a host and perhaps a port: with more it is no browser's word for a page. */
  private static boolean isOrigin(URI uri) {
    return uri.getHost() != null
        && uri.getRawUserInfo() == null
        && ("http".equals(uri.getScheme()) || "https".equals(uri.getScheme()))
        && uri.toString().equals(uri.getScheme() + "://" + uri.getRawAuthority());
  }

  /** Whether a host, with its port if it has one, is that of an allowed page. */
  boolean names(@Nullable String host) {
    return host != null
        && (allowed.contains(plain("https://" + host))
            || allowed.contains(plain("http://" + host)));
  }

  /** As browsers write it: in lower case, and without the port that goes without saying. */
  public static String plain(String origin) {
    String lower = origin.toLowerCase(Locale.ROOT);
    if (lower.startsWith("https://") && lower.endsWith(":443")) {
      return lower.substring(0, lower.length() - ":443".length());
    }
    if (lower.startsWith("http://") && lower.endsWith(":80")) {
      return lower.substring(0, lower.length() - ":80".length());
    }
    return lower;
  }
}
