package life.avai.server.demo;

import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * One kind of weakness, recognised by how a statement looks.
 *
 * @param pattern found within one statement
 * @param unless where the code has this anywhere, the weakness has been seen to; null for none
 * @param cwe the weakness's number in the Common Weakness Enumeration
 * @param why why it can be exploited
 * @param mend what to do instead
 */
record Rule(
    String id,
    String title,
    Severity severity,
    int cwe,
    Pattern pattern,
    @Nullable Pattern unless,
    String why,
    String mend) {
  /** How bad it is. */
  enum Severity {
    HIGH,
    MEDIUM,
    LOW
  }

  /** Whether the rule has anything to say about this code at all. */
  boolean appliesTo(String code) {
    return unless == null || !unless.matcher(code).find();
  }

  /** Where in a statement it matches first; empty where it does not. */
  OptionalInt find(String statement) {
    Matcher matcher = pattern.matcher(statement);
    return matcher.find() ? OptionalInt.of(matcher.start()) : OptionalInt.empty();
  }
}
