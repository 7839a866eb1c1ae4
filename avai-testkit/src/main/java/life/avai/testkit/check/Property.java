package life.avai.testkit.check;

/** What must hold of every run, whatever broke in it. */
public enum Property {
  /** An acknowledged message is stored once, as it was sent. */
  DURABLE("P1"),
  /** A stored user message was sent, and not refused. */
  NO_PHANTOMS("P2"),
  /** A {@code client_message_id} is one message for ever. */
  IDEMPOTENT("P3"),
  /** A message has a turn, one more for each regenerate, and each turn has ended for good. */
  TOTAL("P4"),
  /** A completed turn has one reply; a turn that failed has none. */
  ONE_REPLY("P5"),
  /** What a client was shown is what is stored. */
  SEEN_IS_STORED("P6"),
  /** Positions are dense and follow the order of sending. */
  ORDERED("P7"),
  /** A reply follows its question; a canister is shown what came before, and nothing else. */
  CAUSAL("P8"),
  /** Nothing of one user reaches another, or a log. */
  ISOLATED("P9"),
  /** Counters agree with the rows, and nobody sends more than is allowed. */
  COUNTED("P10"),
  /** The pieces of a reply follow one another without a gap or a repeat. */
  GAPLESS("P11"),
  /** After the last fault everything works again, and nothing has leaked. */
  RECOVERING("P12"),
  /** Data go to authenticated connections only. */
  AUTHENTICATED("P13"),
  /** Every request has one answer, and what can be tried again can succeed. */
  HONEST("P14"),
  /** Typing that began has ended before the outcome. */
  TYPING_ENDS("P15"),
  /** A server whose turn was taken over changes nothing about it. */
  FENCED("P16");

  private final String label;

  Property(String label) {
    this.label = label;
  }

  /**
   * The short name.
   *
   * @return {@code P1} to {@code P16}
   */
  public String label() {
    return label;
  }
}
