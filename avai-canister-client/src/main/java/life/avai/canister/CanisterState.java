package life.avai.canister;

import java.net.URI;
import java.time.Duration;
import java.util.Locale;

/**
 * How one canister stands.
 *
 * @param connected how many connections to it are open and take questions
 * @param inFlight how many questions it has
 * @param latency what is expected of it to the first piece of text; zero when nothing is known
 */
public record CanisterState(
    URI url, Circuit circuit, int connected, int inFlight, Duration latency) {
  /** Whether it may be asked. */
  public enum Circuit {
    /** It is asked. */
    CLOSED,
    /** One question is put to see whether it has recovered. */
    HALF_OPEN,
    /** It failed too often and is left alone, unless there is no other. */
    OPEN;

    /** The name in metrics and in the health report. */
    public String label() {
      return name().toLowerCase(Locale.ROOT);
    }
  }
}
