package life.avai.server.websocket;

import java.util.concurrent.TimeUnit;

/**
 * So many bad things a peer may do before it is sent away: a small token bucket without an object
 * of its own for the clock.
 */
final class Allowance {
  private final int capacity;
  private final double perNano;
  // Guarded by this.
  private double left;
  private long lastNanos;

  Allowance(int capacity, double perSecond, long nowNanos) {
    this.capacity = capacity;
    this.perNano = perSecond / TimeUnit.SECONDS.toNanos(1);
    this.left = capacity;
    this.lastNanos = nowNanos;
  }

  /** Takes some; false when there was not enough, and then nothing is taken. */
  synchronized boolean take(int amount, long nowNanos) {
    left = Math.min(capacity, left + (nowNanos - lastNanos) * perNano);
    lastNanos = nowNanos;
    if (left < amount) {
      return false;
    }
    left -= amount;
    return true;
  }
}
