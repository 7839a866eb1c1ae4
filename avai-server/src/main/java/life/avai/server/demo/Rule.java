package life.avai.server.demo;

import java.util.regex.Pattern;

/**
 * One kind of weakness, recognised by how a line of code looks.
 *
 * @param pattern found within one line
 * @param cwe the weakness's number in the Common Weakness Enumeration
 * @param why why it can be exploited
 * @param mend what to do instead
 */
record Rule(
    String id, String title, Severity severity, int cwe, Pattern pattern, String why, String mend) {
  /** How bad it is. */
  enum Severity {
    HIGH,
    MEDIUM,
    LOW
  }

  boolean matches(String line) {
    return pattern.matcher(line).find();
  }
}
