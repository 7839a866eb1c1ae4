package life.avai.server.settings;

import java.net.URI;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Who answers.
 *
 * @param urls empty when nobody does
 * @param token sent on the handshake; null for none
 * @param connections to each URL
 * @param maxInFlight on each connection
 * @param firstTimeout until the first sign of life
 * @param idleTimeout between two
 * @param hedgeAfter without a sign of life, when a second one is asked; null for never
 */
public record CanisterAddresses(
    List<URI> urls,
    @Nullable String token,
    int connections,
    int maxInFlight,
    Duration firstTimeout,
    Duration idleTimeout,
    @Nullable Duration hedgeAfter,
    int maxReplyChars) {
  public CanisterAddresses {
    urls = List.copyOf(urls);
  }

  /** The addresses without what may be a secret in them: user and query. */
  List<String> shown() {
    return urls.stream()
        .map(url -> url.toString().replaceAll("[?#].*", "").replaceAll("//[^/@]*@", "//"))
        .toList();
  }

  /** Tells nothing of the token. */
  @Override
  public String toString() {
    return "CanisterAddresses" + shown();
  }
}
