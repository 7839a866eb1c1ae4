package life.avai.domain.message;

import org.jspecify.annotations.Nullable;

/**
 * What a user's text must be like to be kept. Nothing is ever trimmed, filtered or escaped: a text
 * is taken as it is, or refused.
 *
 * @param maxCodePoints the longest text
 */
public record ContentRules(int maxCodePoints) {
  public static final ContentRules DEFAULTS = new ContentRules(32_000);

  /** Why a text is refused. */
  public enum Problem {
    EMPTY,
    TOO_LONG,
    /** It holds U+0000 or half a surrogate pair, which PostgreSQL cannot keep. */
    NOT_STORABLE
  }

  public ContentRules {
    if (maxCodePoints < 1) {
      throw new IllegalArgumentException(
          "maxCodePoints: " + maxCodePoints + " (expected: positive)");
    }
  }

  /** The first thing that is wrong with a text, or null. */
  public @Nullable Problem check(String text) {
    if (text.isEmpty()) {
      return Problem.EMPTY;
    }
    // Cheap first: no text has fewer code units than code points, nor more than twice as many.
    if (text.length() > maxCodePoints
        && (text.length() > 2L * maxCodePoints
            || text.codePointCount(0, text.length()) > maxCodePoints)) {
      return Problem.TOO_LONG;
    }
    return isStorable(text) ? null : Problem.NOT_STORABLE;
  }

  /** Whether a text has neither U+0000 nor a lone surrogate. */
  public static boolean isStorable(String text) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == 0 || Character.isLowSurrogate(c)) {
        return false;
      }
      if (Character.isHighSurrogate(c)
          && (++i == text.length() || !Character.isLowSurrogate(text.charAt(i)))) {
        return false;
      }
    }
    return true;
  }
}
