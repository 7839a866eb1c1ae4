package life.avai.domain.assistant;

/**
 * {@link TokenEstimator#byCharacterKind()}: one pass, no allocation; weights in twelfths of a
 * token.
 */
final class CharacterKindEstimator implements TokenEstimator {
  private static final int UNIT = 12;
  private static final int LETTER = 3;
  private static final int DIGIT = 5;
  private static final int SPACE = 1;
  private static final int SIGN = 8;
  private static final int OTHER_SCRIPT = 6;
  private static final int IDEOGRAPH = 9;
  private static final int SURROGATE = 12;

  @Override
  public int estimate(String text) {
    long twelfths = 0;
    for (int i = 0; i < text.length(); i++) {
      twelfths += weight(text.charAt(i));
    }
    return (int) Math.min(Integer.MAX_VALUE, (twelfths + UNIT - 1) / UNIT);
  }

  private static int weight(char c) {
    if (c < 0x80) {
      if ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') {
        return LETTER;
      }
      if (c <= ' ') {
        return SPACE;
      }
      return c >= '0' && c <= '9' ? DIGIT : SIGN;
    }
    if (Character.isSurrogate(c)) {
      return SURROGATE;
    }
    // From the CJK radicals on, one character is about a word.
    return c >= 0x2E80 ? IDEOGRAPH : OTHER_SCRIPT;
  }
}
