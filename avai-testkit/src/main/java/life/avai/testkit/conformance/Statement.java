package life.avai.testkit.conformance;

/**
 * A statement of docs/protocol.md, and how a client finds out whether it holds.
 *
 * @param topic the part of the protocol that it belongs to
 * @param says the statement, as a sentence
 * @param trial finds out
 */
public record Statement(String topic, String says, Trial trial) {
  /** Finds out whether a statement holds. */
  @FunctionalInterface
  public interface Trial {
    /**
     * Tries it.
     *
     * @param visit opens sockets, and closes them afterwards
     * @throws AssertionError if it does not hold
     * @throws SkippedException if that cannot be told here
     */
    void run(Visit visit);
  }

  /** One that no client can find out by itself. */
  static Statement beyondReach(String topic, String says, String why) {
    return new Statement(
        topic,
        says,
        visit -> {
          throw new SkippedException(why);
        });
  }

  /** The statement itself. */
  @Override
  public String toString() {
    return topic + ": " + says;
  }
}
