package life.avai.canister.connection;

import java.util.function.LongSupplier;
import life.avai.canister.CanisterState;
import life.avai.canister.CircuitSettings;

/**
 * Tells whether a canister should be asked: closed while it does well, open after it failed too
 * often, half open when it may be tried with one question.
 *
 * <p>Of our own and not resilience4j's, for three reasons. The choice among canisters has to know
 * who would permit a question without taking the permit, which its breaker tells only by taking.
 * When no canister permits, the least bad is asked all the same, and its success must close the
 * circuit. And its jars are no named modules, which would keep whoever embeds this one from jlink.
 *
 * <p>Safe for use by many threads at once.
 */
final class Circuit {
  /** What {@link #tryAcquire} gives when the canister should not be asked. */
  static final int REFUSED = -1;

  private static final int MAX_DOUBLINGS = 20;

  private final CircuitSettings settings;
  private final LongSupplier nanoTime;
  // Guarded by this, as all that follows.
  private CanisterState.Circuit state = CanisterState.Circuit.CLOSED;

  /** Grows with every change of state: what was asked before one says nothing after it. */
  private int epoch;

  private long latest;
  private int outcomes;
  private boolean probing;
  private int opened;
  private long openUntilNanos;

  Circuit(CircuitSettings settings, LongSupplier nanoTime) {
    this.settings = settings;
    this.nanoTime = nanoTime;
  }

  synchronized CanisterState.Circuit state() {
    return state == CanisterState.Circuit.OPEN && isPauseOver()
        ? CanisterState.Circuit.HALF_OPEN
        : state;
  }

  /** Whether {@link #tryAcquire} would give a permit. */
  synchronized boolean permits() {
    return switch (state) {
      case CLOSED -> true;
      case HALF_OPEN -> !probing;
      case OPEN -> isPauseOver();
    };
  }

  /** A permit for one question, to be handed back with what came of it; or {@link #REFUSED}. */
  synchronized int tryAcquire() {
    if (!permits()) {
      return REFUSED;
    }
    if (state == CanisterState.Circuit.OPEN) {
      become(CanisterState.Circuit.HALF_OPEN);
    }
    probing = state == CanisterState.Circuit.HALF_OPEN;
    return epoch;
  }

  /** A permit whatever the state: for when there is nobody better. */
  synchronized int acquire() {
    int permit = tryAcquire();
    return permit == REFUSED ? epoch : permit;
  }

  /** Nothing came of a question that would tell how the canister does. */
  synchronized void unused(int permit) {
    if (permit == epoch) {
      probing = false;
    }
  }

  /** The canister did well; tells whether that changed the state. */
  synchronized boolean succeeded(int permit) {
    if (permit != epoch) {
      return false;
    }
    if (state == CanisterState.Circuit.CLOSED) {
      note(false);
      return false;
    }
    opened = 0;
    become(CanisterState.Circuit.CLOSED);
    return true;
  }

  /** The canister failed; tells whether that changed the state. */
  synchronized boolean failed(int permit) {
    if (permit != epoch) {
      return false;
    }
    return switch (state) {
      case CLOSED -> {
        note(true);
        int failures = Long.bitCount(latest);
        yield failures >= settings.failures() && 2 * failures >= outcomes && open();
      }
      case HALF_OPEN -> open();
      case OPEN -> false;
    };
  }

  /** The canister misbehaved in a way that needs no second time; tells whether it was asked. */
  synchronized boolean trip() {
    return state != CanisterState.Circuit.OPEN && open();
  }

  private boolean isPauseOver() {
    return nanoTime.getAsLong() - openUntilNanos >= 0;
  }

  private void note(boolean failure) {
    long mask = settings.window() == Long.SIZE ? -1L : (1L << settings.window()) - 1;
    latest = ((latest << 1) | (failure ? 1 : 0)) & mask;
    outcomes = Math.min(outcomes + 1, settings.window());
  }

  private boolean open() {
    long pause =
        Math.min(
            settings.longestPause().toNanos(),
            settings.firstPause().toNanos() << Math.min(opened, MAX_DOUBLINGS));
    opened++;
    openUntilNanos = nanoTime.getAsLong() + pause;
    become(CanisterState.Circuit.OPEN);
    return true;
  }

  private void become(CanisterState.Circuit next) {
    state = next;
    epoch++;
    latest = 0;
    outcomes = 0;
    probing = false;
  }
}
