package life.avai.server.http;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;
import java.util.Set;
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
    allowed = Set.copyOf(allowed);
  }

  boolean allows(@Nullable String origin, @Nullable String host) {
    if (origin == null) {
      return true;
    }
    String asked = origin.toLowerCase(Locale.ROOT);
    if (!allowed.isEmpty()) {
      return allowed.contains(asked);
    }
    try {
      URI uri = new URI(asked);
      if (uri.getHost() == null
          || !("http".equals(uri.getScheme()) || "https".equals(uri.getScheme()))) {
        return false;
      }
      return LOCAL.contains(uri.getHost())
          || (host != null && host.toLowerCase(Locale.ROOT).equals(uri.getRawAuthority()));
    } catch (URISyntaxException e) {
      return false;
    }
  }
}
