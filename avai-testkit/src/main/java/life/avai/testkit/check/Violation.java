package life.avai.testkit.check;

import java.util.List;

/**
 * A property that did not hold, in one case. Neither this nor its text has any message in it.
 *
 * @param property which
 * @param what what is wrong, in words
 * @param evidence ids and events ({@code #17} is the event of order 17) that show it
 */
public record Violation(Property property, String what, List<String> evidence) {
  /** Copies the list. */
  public Violation {
    evidence = List.copyOf(evidence);
  }

  @Override
  public String toString() {
    return property.label() + " " + property + ": " + what + " " + evidence;
  }
}
