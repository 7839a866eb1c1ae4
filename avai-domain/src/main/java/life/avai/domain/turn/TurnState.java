package life.avai.domain.turn;

import java.util.Locale;

/**
 * {@code waiting -> running -> completed | failed | cancelled | expired}; the last four never
 * change again.
 */
public enum TurnState {
  WAITING,
  RUNNING,
  COMPLETED,
  FAILED,
  CANCELLED,
  EXPIRED;

  private final String wireName = name().toLowerCase(Locale.ROOT);

  /** The name in the database. */
  public String wireName() {
    return wireName;
  }

  /** The state of that name. */
  public static TurnState ofWireName(String name) {
    return valueOf(name.toUpperCase(Locale.ROOT));
  }

  /** Whether the turn is over. */
  public boolean isTerminal() {
    return this != WAITING && this != RUNNING;
  }
}
