package life.avai.canister;

import static java.util.Objects.requireNonNull;

import java.net.URI;
import java.util.List;
import java.util.Locale;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/**
 * Which canisters to ask, and how.
 *
 * @param urls {@code ws://} or {@code wss://}; at least one, each once
 * @param token sent as {@code Authorization: Bearer} on the handshake; null for none
 * @param trust whom to believe for {@code wss://}; null for the platform's authorities
 * @param connectionsPerUrl how many connections are kept to each
 * @param maxInFlight how many questions may be open on one connection
 * @param timeouts how patiently
 * @param inbound what a canister may send
 * @param backoff how long to wait before dialling again
 * @param circuit when one that fails is left alone
 */
public record CanisterSettings(
    List<URI> urls,
    @Nullable String token,
    @Nullable TrustManagerFactory trust,
    int connectionsPerUrl,
    int maxInFlight,
    CanisterTimeouts timeouts,
    InboundBudget inbound,
    Backoff backoff,
    CircuitSettings circuit) {
  public CanisterSettings {
    urls = checked(urls);
    requireNonNull(timeouts, "timeouts");
    requireNonNull(inbound, "inbound");
    requireNonNull(backoff, "backoff");
    requireNonNull(circuit, "circuit");
    requirePositive(connectionsPerUrl, "connectionsPerUrl");
    requirePositive(maxInFlight, "maxInFlight");
  }

  /**
   * The same addresses, each once, with their schemes in lower case, as the rest of the world
   * writes them.
   *
   * @throws IllegalArgumentException when there is none, or one of them is no WebSocket's
   */
  static List<URI> checked(List<URI> urls) {
    if (urls.isEmpty()) {
      throw new IllegalArgumentException("urls: empty (expected: at least one)");
    }
    return urls.stream().map(CanisterSettings::checked).distinct().toList();
  }

  private static URI checked(URI url) {
    String scheme = url.getScheme() == null ? "" : url.getScheme().toLowerCase(Locale.ROOT);
    if (url.getHost() == null || !(scheme.equals("ws") || scheme.equals("wss"))) {
      throw new IllegalArgumentException(
          "url: " + place(url) + " (expected: ws:// or wss:// and a host)");
    }
    return URI.create(scheme + url.toString().substring(scheme.length()));
  }

  /** Where a canister is, without what may be secret in its URL: for logs and metrics. */
  public static String place(URI url) {
    return url.getHost() + (url.getPort() == -1 ? "" : ":" + url.getPort());
  }

  private static void requirePositive(int value, String name) {
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
        null,
        1,
        64,
        CanisterTimeouts.DEFAULTS,
        InboundBudget.DEFAULTS,
        Backoff.DEFAULTS,
        CircuitSettings.DEFAULTS);
  }

  /** The same with other timeouts. */
  public CanisterSettings withTimeouts(CanisterTimeouts newTimeouts) {
    return new CanisterSettings(
        urls, token, trust, connectionsPerUrl, maxInFlight, newTimeouts, inbound, backoff, circuit);
  }

  /** Tells neither the token nor what may be secret in a URL. */
  @Override
  public String toString() {
    return "CanisterSettings" + urls.stream().map(CanisterSettings::place).toList();
  }
}
