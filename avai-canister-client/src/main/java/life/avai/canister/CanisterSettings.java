package life.avai.canister;

import static java.util.Objects.requireNonNull;

import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
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
    urls = urls.stream().map(CanisterSettings::checked).toList();
    requireNonNull(backoff, "backoff");
    if (urls.isEmpty()) {
      throw new IllegalArgumentException("urls: empty (expected: at least one)");
    }
    requirePositive(connectionsPerUrl, "connectionsPerUrl");
    requirePositive(maxInFlight, "maxInFlight");
    requirePositive(maxReplyChars, "maxReplyChars");
    requirePositive(connectTimeout.toMillis(), "connectTimeout");
    requirePositive(heartbeat.toMillis(), "heartbeat");
    requirePositive(firstTimeout.toMillis(), "firstTimeout");
    requirePositive(idleTimeout.toMillis(), "idleTimeout");
  }

  /** With its scheme in lower case, as the rest of the world writes it. */
  private static URI checked(URI url) {
    String scheme = url.getScheme() == null ? "" : url.getScheme().toLowerCase(Locale.ROOT);
    if (url.getHost() == null || !(scheme.equals("ws") || scheme.equals("wss"))) {
      throw new IllegalArgumentException(
          "url: " + place(url) + " (expected: ws:// or wss:// and a host)");
    }
    return URI.create(scheme + url.toString().substring(scheme.length()));
  }

  /** Where a canister is, without what may be secret in its URL: for logs. */
  public static String place(URI url) {
    return url.getScheme()
        + "://"
        + url.getHost()
        + (url.getPort() == -1 ? "" : ":" + url.getPort());
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

  /** Tells neither the token nor what may be secret in a URL. */
  @Override
  public String toString() {
    return "CanisterSettings" + urls.stream().map(CanisterSettings::place).toList();
  }
}
