package life.avai.canister.connection;

/**
 * So much a second, and as much as that at once: a token bucket that may run into debt. Used by one
 * thread.
 */
final class Allowance {
  private final double perNano;
  private final double most;
  private double left;
  private long atNanos;

  Allowance(double perSecond, double most, long nowNanos) {
    this.perNano = perSecond / 1e9;
    this.most = most;
    this.left = most;
    this.atNanos = nowNanos;
  }

  /**
   * Takes some, whether there is enough or not.
   *
   * @return how long until the debt is paid, in nanoseconds; 0 when there is none
   */
  long take(double amount, long nowNanos) {
    left = Math.min(most, left + (nowNanos - atNanos) * perNano) - amount;
    atNanos = nowNanos;
    return left >= 0 ? 0 : (long) Math.ceil(-left / perNano);
  }
}
