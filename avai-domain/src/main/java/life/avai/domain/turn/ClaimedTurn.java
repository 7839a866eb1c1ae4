package life.avai.domain.turn;

import static java.util.Objects.requireNonNull;

import life.avai.domain.conversation.ThreadContext;

/**
 * A turn that this server may work on, and all that is needed to do so.
 *
 * @param attempt the number of the attempt that is now to be made; every write to the turn names it
 * @param tries how many attempts of this turn have been lost already
 * @param cancelRequested whether somebody cancelled it while it was without an owner that could
 *     hear
 */
public record ClaimedTurn(
    RequestId id, int attempt, int tries, boolean cancelRequested, ThreadContext context) {
  public ClaimedTurn {
    requireNonNull(id, "id");
    requireNonNull(context, "context");
    if (attempt < 1) {
      throw new IllegalArgumentException("attempt: " + attempt + " (expected: at least 1)");
    }
  }
}
