package life.avai.canister;

/**
 * What a canister may send. One that sends faster is read more slowly; one that sends too much that
 * is of no use, or anything too large, is cut off.
 *
 * @param replyChars the longest reply, in code points
 * @param framesPerSecond on one connection; a second's worth may come at once
 * @param bytesPerSecond of payload, on one connection; a second's worth may come at once
 */
public record InboundBudget(int replyChars, int framesPerSecond, long bytesPerSecond) {
  /**
   * Far above what models write (some hundred pieces a second each), so that only a flood is
   * slowed.
   */
  public static final InboundBudget DEFAULTS = new InboundBudget(200_000, 50_000, 32L << 20);

  public InboundBudget {
    if (replyChars < 1 || framesPerSecond < 1 || bytesPerSecond < 1) {
      throw new IllegalArgumentException(
          "budget: %d characters, %d frames, %d bytes (expected: positive)"
              .formatted(replyChars, framesPerSecond, bytesPerSecond));
    }
  }

  /** The same with another longest reply. */
  public InboundBudget withReplyChars(int newReplyChars) {
    return new InboundBudget(newReplyChars, framesPerSecond, bytesPerSecond);
  }

  /**
   * The largest message that a canister may send: a reply with every character escaped, and its
   * report.
   */
  public int messageBytes() {
    return (int) Math.min(Integer.MAX_VALUE, 12L * replyChars + (256 << 10));
  }
}
