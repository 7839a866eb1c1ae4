package life.avai.canister.wire;

/**
 * Makes a canister's text one that can be kept: U+0000 and lone surrogates become U+FFFD.
 *
 * <p>Of a text that comes in pieces, a high surrogate at the end of one is held back until the next
 * shows whether its other half follows. Not safe for use by many threads at once.
 */
public final class Repair {
  private static final char REPLACEMENT = '\uFFFD';

  private boolean held;
  private char heldBack;
  private int replaced;

  /** Nothing has come yet. */
  public Repair() {}

  /** Repairs a whole text. */
  public String all(String text) {
    return next(text) + end();
  }

  /** Repairs the next piece; empty when all of it is held back. */
  public String next(String piece) {
    if (!held && isFine(piece)) {
      return piece;
    }
    String all = held ? heldBack + piece : piece;
    held = false;
    StringBuilder out = new StringBuilder(all.length());
    for (int i = 0; i < all.length(); i++) {
      char c = all.charAt(i);
      if (c == 0 || Character.isLowSurrogate(c)) {
        replace(out);
      } else if (!Character.isHighSurrogate(c)) {
        out.append(c);
      } else if (i + 1 == all.length()) {
        held = true;
        heldBack = c;
      } else if (Character.isLowSurrogate(all.charAt(i + 1))) {
        out.append(c).append(all.charAt(++i));
      } else {
        replace(out);
      }
    }
    return out.toString();
  }

  /** What was held back, when nothing follows. */
  public String end() {
    if (!held) {
      return "";
    }
    held = false;
    replaced++;
    return String.valueOf(REPLACEMENT);
  }

  /** How many characters were replaced so far. */
  public int replaced() {
    return replaced;
  }

  private void replace(StringBuilder out) {
    out.append(REPLACEMENT);
    replaced++;
  }

  private static boolean isFine(String text) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == 0 || Character.isSurrogate(c)) {
        return false;
      }
    }
    return true;
  }
}
