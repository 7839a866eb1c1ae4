package life.avai.server.doctor;

/**
 * What one look has found. No part of it holds a secret.
 *
 * @param subject what was looked at, in a word
 * @param text how it is
 * @param remedy how to mend it; empty when there is nothing to mend
 */
public record Finding(Level level, String subject, String text, String remedy) {
  /** How much it matters. */
  public enum Level {
    /** As it should be. */
    OK,
    /** It works, and somebody should know. */
    NOTE,
    /** Something will not work. */
    WRONG
  }

  static Finding ok(String subject, String text) {
    return new Finding(Level.OK, subject, text, "");
  }

  static Finding note(String subject, String text, String remedy) {
    return new Finding(Level.NOTE, subject, text, remedy);
  }

  static Finding wrong(String subject, String text, String remedy) {
    return new Finding(Level.WRONG, subject, text, remedy);
  }
}
