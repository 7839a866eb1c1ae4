package life.avai.testkit.check;

/**
 * How much one user may send.
 *
 * @param perMinute how many messages a minute, evenly
 * @param burst how many at once after a time of silence; what the server's documentation says
 */
public record RateLimit(int perMinute, int burst) {
  /** Refuses what allows nothing. */
  public RateLimit {
    if (perMinute < 1 || burst < 1) {
      throw new IllegalArgumentException(
          "limit: " + perMinute + " and " + burst + " (expected: at least 1)");
    }
  }
}
