package life.avai.domain.turn;

/** Why a turn has no reply; the names are those of the wire and of {@code turns.outcome_code}. */
public enum FailureCode {
  /** The canister said nothing, or fell silent, for too long. */
  TIMEOUT,
  /** The canister failed, as often as it was allowed to. */
  CANISTER_ERROR,
  /** What the canister answered is no reply. */
  INVALID_RESPONSE,
  /** The turn waited too long for a canister. */
  EXPIRED,
  /** There is more to answer than can be answered. */
  OVERLOADED,
  /** Our own fault. */
  INTERNAL,
  /** No canister is configured. */
  AI_DISABLED
}
