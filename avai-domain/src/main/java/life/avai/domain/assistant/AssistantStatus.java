package life.avai.domain.assistant;

import static java.util.Objects.requireNonNull;

import java.util.Locale;

/**
 * Whether anybody is there to answer.
 *
 * @param connected how many of the configured models can be asked now
 * @param configured how many there should be
 * @param capacity how many more questions can be put now
 */
public record AssistantStatus(State state, int connected, int configured, int capacity) {
  public AssistantStatus {
    requireNonNull(state, "state");
  }

  /** The status of a server without a model. */
  public static final AssistantStatus DISABLED = new AssistantStatus(State.DISABLED, 0, 0, 0);

  /** The overall state. */
  public enum State {
    /** Every model is there. */
    AVAILABLE,
    /** Some are. */
    DEGRADED,
    /** None is. */
    UNAVAILABLE,
    /** None is configured. */
    DISABLED;

    /** The name on the wire. */
    public String wireName() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** Whether a question could be put now or soon. */
  public boolean isReachable() {
    return state == State.AVAILABLE || state == State.DEGRADED;
  }
}
