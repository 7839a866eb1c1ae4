package life.avai.canister;

import static java.util.Objects.requireNonNull;

import java.net.URI;
import java.time.Duration;
import java.util.List;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/**
 * Which canisters to ask, and how patiently.
 *
 * @param urls {@code ws://} or {@code wss://}; at least one
 * @param token sent as {@code Authorization: Bearer} on the handshake; null for none
 * @param connectionsPerUrl how many connections are kept to each
 * @param maxInFlight how many questions may be open on one connection
 * @param connectTimeout for TCP, TLS and the handshake together
 * @param heartbeat how often a canister is pinged; one that is silent for two is given up
 * @param firstTimeout until its first sign of life on a question
 * @param idleTimeout between two signs of life
 * @param maxReplyChars the longest reply, in code points
 * @param backoff how long to wait before dialling again
 * @param trust whom to believe for {@code wss://}; null for the platform's authorities
 */
public record CanisterSettings(
    List<URI> urls,
    @Nullable String token,
    int connectionsPerUrl,
    int maxInFlight,
    Duration connectTimeout,
    Duration heartbeat,
    Duration firstTimeout,
    Duration idleTimeout,
    int maxReplyChars,
    Backoff backoff,
    @Nullable TrustManagerFactory trust) {
  public CanisterSettings {
    urls = List.copyOf(urls);
    requireNonNull(backoff, "backoff");
    if (urls.isEmpty()) {
      throw new IllegalArgumentException("urls: empty (expected: at least one)");
    }
    for (URI url : urls) {
      if (url.getHost() == null
          || !("ws".equals(url.getScheme()) || "wss".equals(url.getScheme()))) {
        throw new IllegalArgumentException("url: " + url + " (expected: ws:// or wss://)");
      }
    }
    requirePositive(connectionsPerUrl, "connectionsPerUrl");
    requirePositive(maxInFlight, "maxInFlight");
    requirePositive(maxReplyChars, "maxReplyChars");
    requirePositive(connectTimeout.toMillis(), "connectTimeout");
    requirePositive(heartbeat.toMillis(), "heartbeat");
    requirePositive(firstTimeout.toMillis(), "firstTimeout");
    requirePositive(idleTimeout.toMillis(), "idleTimeout");
  }

  private static void requirePositive(long value, String name) {
    if (value < 1) {
      throw new IllegalArgumentException(name + ": " + value + " (expected: positive)");
    }
  }

  /** The defaults for one canister. */
  public static CanisterSettings of(URI url) {
    return of(List.of(url));
  }

  /** The defaults for several. */
  public static CanisterSettings of(List<URI> urls) {
    return new CanisterSettings(
        urls,
        null,
        1,
        64,
        Duration.ofSeconds(5),
        Duration.ofSeconds(15),
        Duration.ofSeconds(30),
        Duration.ofSeconds(30),
        200_000,
        Backoff.DEFAULTS,
        null);
  }

  /**
   * The largest message that a canister may send: a reply with every character escaped, and its
   * report.
   */
  public int maxMessageBytes() {
    return (int) Math.min(Integer.MAX_VALUE, 12L * maxReplyChars + (256 << 10));
  }

  /** Tells nothing of the token. */
  @Override
  public String toString() {
    return "CanisterSettings" + urls;
  }
}
