package life.avai.testkit.check;

import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Where the check of one property puts what it finds. */
record Report(Property property, List<Violation> violations) {
  /**
   * Tells that the property does not hold.
   *
   * @param evidence events, and ids with a word before them
   */
  void add(String what, @Nullable Object... evidence) {
    violations.add(
        new Violation(property, what, Arrays.stream(evidence).map(Report::shown).toList()));
  }

  private static String shown(@Nullable Object evidence) {
    return switch (evidence) {
      case null -> "none";
      case Event event -> "#" + event.order();
      default -> evidence.toString();
    };
  }
}
