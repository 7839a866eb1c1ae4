package life.avai.domain.thread;

/** How a thread that nobody named gets its title. */
public final class ThreadTitle {
  /** The title of a thread that was made without one. */
  public static final String DEFAULT = "New chat";

  private static final int TARGET = 60;

  private ThreadTitle() {}

  /**
   * The first words of a message, on one line, at most 60 characters and whole words where there
   * are any; {@link #DEFAULT} when it has no visible ones.
   */
  public static String ofFirstWords(String content) {
    // A huge message need not be looked at beyond what could ever be shown.
    String line = content.substring(0, Math.min(content.length(), 4 * TARGET)).strip();
    line = line.replaceAll("[\\s\\p{Cntrl}]+", " ").strip();
    if (line.isEmpty()) {
      return DEFAULT;
    }
    if (line.codePointCount(0, line.length()) <= TARGET) {
      return withoutLoneSurrogate(line);
    }
    int end = line.offsetByCodePoints(0, TARGET - 1);
    int space = line.lastIndexOf(' ', end);
    return withoutLoneSurrogate(line.substring(0, space > TARGET / 3 ? space : end)) + "…";
  }

  private static String withoutLoneSurrogate(String text) {
    int last = text.length() - 1;
    return last >= 0 && Character.isHighSurrogate(text.charAt(last))
        ? text.substring(0, last)
        : text;
  }
}
