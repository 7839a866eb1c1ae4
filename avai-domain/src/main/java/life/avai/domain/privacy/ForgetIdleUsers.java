package life.avai.domain.privacy;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Collection;
import java.util.HashSet;
import java.util.Set;
import life.avai.domain.identity.Tier;
import life.avai.domain.identity.UserId;

/** Deletes users who have not come back for as long as their tier is kept. */
public final class ForgetIdleUsers {
  /** A transaction of this many users holds nobody up. */
  private static final int AT_ONCE = 50;

  private static final Duration PRECISION = Duration.ofHours(1);

  private final PersonalData data;
  private final ExportLinks links;
  private final Retention retention;
  private final InstantSource clock;

  public ForgetIdleUsers(
      PersonalData data, ExportLinks links, Retention retention, InstantSource clock) {
    this.data = requireNonNull(data, "data");
    this.links = requireNonNull(links, "links");
    this.retention = requireNonNull(retention, "retention");
    this.clock = requireNonNull(clock, "clock");
  }

  /**
   * What was found.
   *
   * @param deleted how many users were deleted because they were idle
   * @param gone those who are connected and were deleted before, here or by another server
   */
  public record Report(int deleted, Set<UserId> gone) {
    public Report {
      gone = Set.copyOf(gone);
    }
  }

  /**
   * Goes over all tiers once.
   *
   * @param connected who has a connection here: they are not idle, whatever they do
   */
  public Report handle(Collection<UserId> connected) {
    Set<UserId> gone = new HashSet<>(connected);
    // Before anybody is deleted: who is here counts as seen now.
    gone.removeAll(data.seen(connected, clock.instant(), precision()));
    links.sweep(clock.instant());
    int deleted = 0;
    for (Tier tier : Tier.values()) {
      Duration period = retention.periods().get(tier);
      if (period != null) {
        deleted += forget(tier, clock.instant().minus(period));
      }
    }
    return new Report(deleted, gone);
  }

  private int forget(Tier tier, Instant since) {
    int all = 0;
    int some;
    do {
      some = data.deleteIdle(tier, since, AT_ONCE);
      all += some;
    } while (some == AT_ONCE);
    return all;
  }

  /** Fine enough for the shortest period, and a write an hour at most for a longer one. */
  private Duration precision() {
    return retention
        .shortest()
        .map(period -> period.dividedBy(4))
        .filter(quarter -> quarter.compareTo(PRECISION) < 0)
        .orElse(PRECISION);
  }
}
