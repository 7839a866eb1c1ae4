package life.avai.testkit.conformance;

/**
 * What became of a statement.
 *
 * @param statement the statement
 * @param outcome whether it holds
 * @param reason why it does not, or cannot be told; empty when it holds
 */
public record Verdict(Statement statement, Outcome outcome, String reason) {
  /** Whether a statement holds. */
  public enum Outcome {
    /** It does. */
    HOLDS,
    /** It does not. */
    FAILS,
    /** It cannot be told from here. */
    SKIPPED
  }

  /** One line, or more where the reason has more. */
  @Override
  public String toString() {
    String told =
        switch (outcome) {
          case HOLDS -> "  ok   ";
          case FAILS -> "  FAIL ";
          case SKIPPED -> "  skip ";
        };
    return told + statement + (reason.isEmpty() ? "" : "\n         " + reason);
  }
}
