package life.avai.testkit.check;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Holds a recording against the properties P1 to P16: what must be true of every run, whatever
 * broke in it.
 *
 * <pre>{@code
 * Recording run = recorder.recording(Database.read(dataSource, "public"));
 * Checker.standard().requireSound(run);
 * run.requireMet(Fault.RESUMED_IN_MID_STREAM);
 * }</pre>
 *
 * <p>It is to be asked when all is quiet: every turn has ended, and clients have read what there
 * was to read. Each property says in its own class what cannot be told from outside. Connections
 * that ended, sends without an answer, repeats, several connections of one user and several servers
 * are no violations.
 *
 * <p>Never changes; safe for use by many threads at once.
 */
public final class Checker {
  private static final int SHOWN = 20;

  private final Map<String, RateLimit> limits;
  private final Duration recovery;

  private Checker(Map<String, RateLimit> limits, Duration recovery) {
    this.limits = Map.copyOf(limits);
    this.recovery = recovery;
  }

  /**
   * A checker that knows no rate limits and allows ten seconds to recover.
   *
   * @return the checker
   */
  public static Checker standard() {
    return new Checker(Map.of(), Duration.ofSeconds(10));
  }

  /**
   * The same, with a limit for {@link Property#COUNTED}.
   *
   * @param tier whose limit, as {@code auth_success} names it
   * @param limit how much a user of this tier may send, on all servers together
   * @return a new checker
   */
  public Checker limit(String tier, RateLimit limit) {
    var more = new HashMap<>(limits);
    more.put(requireNonNull(tier, "tier"), requireNonNull(limit, "limit"));
    return new Checker(more, recovery);
  }

  /**
   * The same, with another time for {@link Property#RECOVERING}.
   *
   * @param longest how long after {@link Recorder#recovered} a send may still fail
   * @return a new checker
   */
  public Checker recovery(Duration longest) {
    return new Checker(limits, requireNonNull(longest, "longest"));
  }

  /**
   * Looks for everything that does not hold.
   *
   * @param run the recording
   * @return every violation, by property; empty when all is well
   */
  public List<Violation> check(Recording run) {
    var observations = new Observations(run);
    var violations = new ArrayList<Violation>();
    checks()
        .forEach((property, check) -> check.check(observations, new Report(property, violations)));
    return List.copyOf(violations);
  }

  /**
   * Demands that nothing is wrong.
   *
   * @param run the recording
   * @throws AssertionError that names what does not hold
   */
  public void requireSound(Recording run) {
    List<Violation> violations = check(run);
    if (!violations.isEmpty()) {
      throw new AssertionError(
          violations.stream()
              .limit(SHOWN)
              .map(Violation::toString)
              .collect(
                  Collectors.joining(
                      "\n  ", violations.size() + " violations, at first:\n  ", "")));
    }
  }

  private Map<Property, Check> checks() {
    var checks = new EnumMap<Property, Check>(Property.class);
    for (Property property : Property.values()) {
      checks.put(property, check(property));
    }
    return checks;
  }

  private Check check(Property property) {
    return switch (property) {
      case DURABLE -> new Durable();
      case NO_PHANTOMS -> new NoPhantoms();
      case IDEMPOTENT -> new Idempotent();
      case TOTAL -> new Total();
      case ONE_REPLY -> new OneReply();
      case SEEN_IS_STORED -> new SeenIsStored();
      case ORDERED -> new Ordered();
      case CAUSAL -> new Causal();
      case ISOLATED -> new Isolated();
      case COUNTED -> new Counted(limits);
      case GAPLESS -> new Gapless();
      case RECOVERING -> new Recovering(recovery);
      case AUTHENTICATED -> new Authenticated();
      case HONEST -> new Honest();
      case TYPING_ENDS -> new TypingEnds();
      case FENCED -> new Fenced();
    };
  }
}
