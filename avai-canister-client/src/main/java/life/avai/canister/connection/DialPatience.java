package life.avai.canister.connection;

import java.time.Duration;
import java.util.random.RandomGenerator;
import life.avai.canister.Backoff;

/**
 * How long to wait before a canister is dialled again: longer with each failure in a row, and with
 * each connection in a row on which it broke the rules, however well it had answered before that.
 * Used by one thread.
 */
final class DialPatience {
  /** One that breaks the rules now and then is better than none, and who asks it does not wait. */
  private static final int FORGIVEN = 3;

  private final Backoff backoff;
  private int failures;
  private int offences;

  DialPatience(Backoff backoff) {
    this.backoff = backoff;
  }

  /** Whether nothing has failed since it last went well. */
  boolean isFresh() {
    return failures == 0;
  }

  /** It has done what it is for, which says nothing of whether it keeps to the rules. */
  void proven() {
    failures = 0;
  }

  /**
   * A connection is gone. One that lived long was no failure to dial, whether it had something to
   * do or not.
   */
  void ended(Duration lived, boolean brokeTheRules) {
    if (lived.compareTo(backoff.longest()) > 0) {
      failures = 0;
      offences = 0;
    }
    if (brokeTheRules) {
      offences++;
    }
  }

  /** The wait before the next try. */
  Duration beforeNext(RandomGenerator random) {
    failures++;
    return backoff.before(failures + Math.max(0, offences - FORGIVEN), random);
  }
}
