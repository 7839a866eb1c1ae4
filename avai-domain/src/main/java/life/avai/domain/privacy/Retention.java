package life.avai.domain.privacy;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import life.avai.domain.identity.Tier;

/**
 * How long users are kept who do not come back.
 *
 * @param periods by tier; a tier that is not there is kept for ever
 */
public record Retention(Map<Tier, Duration> periods) {
  /** The anonymous for thirty days, everybody else for ever. */
  public static final Retention DEFAULTS =
      new Retention(Map.of(Tier.ANONYMOUS, Duration.ofDays(30)));

  public Retention {
    periods = Map.copyOf(periods);
    periods.forEach((tier, period) -> {
      if (period.isNegative() || period.isZero()) {
        throw new IllegalArgumentException(tier + ": " + period + " (expected: positive)");
      }
    });
  }

  /** The shortest period; empty when everybody is kept for ever. */
  public Optional<Duration> shortest() {
    return periods.values().stream().min(Duration::compareTo);
  }
}
