package life.avai.testkit.check;

/**
 * What can break in a run. A run proves something about a fault only if it met it.
 *
 * <p>Some show in what clients see; the others are told by whoever made them: {@link Recorder#met}.
 */
public enum Fault {
  /**
   * A message was stored and its acknowledgement never came. Seen: its connection ended before the
   * answer, and a repeat was answered as one. Whether a server was killed or a wire cut does not
   * show.
   */
  KILLED_BETWEEN_COMMIT_AND_ACKNOWLEDGEMENT,
  /** The connection to the database was lost in a commit. Not seen by clients: to be told. */
  COMMIT_OUTCOME_UNKNOWN,
  /** Another server went on with a turn. Seen between snapshots; else to be told. */
  LEASE_TAKEN_OVER,
  /**
   * A canister answered an attempt that was over. Seen: a frame of it was begun after the next one
   * was asked for.
   */
  LATE_ANSWER_DROPPED,
  /** A repeat was acknowledged as one. Seen. */
  DUPLICATE_ACKNOWLEDGED,
  /** A client went on reading a reply from the middle. Seen. */
  RESUMED_IN_MID_STREAM,
  /** A connection was closed with 4008. Seen. */
  SLOW_READER_CLOSED,
  /** A token ended between a question and its outcome. Seen. */
  TOKEN_EXPIRED_IN_MID_TURN,
  /** PostgreSQL broke a transaction off, and it was repeated. Not seen by clients: to be told. */
  TRANSACTION_RETRIED,
  /** A turn waited for a canister, and was answered. Seen. */
  CANISTER_AWAY_AND_BACK
}
