package life.avai.server.demo;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * Cuts code into statements, whatever its language: lines that belong together become one text,
 * without comments, and with literals that are only pasted together made one. Pure.
 *
 * <p>It goes by brackets, operators and quotes, as a reader does who does not know the language. A
 * statement ends at {@code ;}, at a brace, or where its brackets are closed and neither it nor the
 * next line says that more follows.
 */
final class Statements {
  private static final int MAX_LINES = 40;
  private static final Pattern GOES_ON =
      Pattern.compile("(?:[(\\[,+.=?|&]|\\\\|\\breturn|\\band|\\bor)$");
  private static final Pattern CONTINUES =
      Pattern.compile("^(?:[.+?%)\\]]|\\|\\||&&|:(?!:)|\\+|and\\b|or\\b)");
  private static final Pattern PASTED = Pattern.compile("([\"'])\\s*(?:\\+\\s*)?(?<=[\\s+])\\1");

  /**
   * A statement.
   *
   * @param text its lines, stripped and joined by one space
   * @param offsets where in {@code text} each of its lines begins
   * @param lines the number of each of its lines, from 1
   */
  record Statement(String text, List<Integer> offsets, List<Integer> lines) {
    /** The line that holds a place of the text. */
    int lineAt(int offset) {
      int index = 0;
      while (index + 1 < offsets.size() && offsets.get(index + 1) <= offset) {
        index++;
      }
      return lines.get(index);
    }
  }

  private final List<Statement> found = new ArrayList<>();
  private final StringBuilder text = new StringBuilder();
  private List<Integer> offsets = new ArrayList<>();
  private List<Integer> lines = new ArrayList<>();
  private int open;
  private String quote = ""; // of a literal that spans lines
  private boolean inComment;

  private Statements() {}

  /** The statements of some code, in order. */
  static List<Statement> of(String code) {
    Statements statements = new Statements();
    List<String> all = code.lines().toList();
    for (int i = 0; i < all.size(); i++) {
      statements.add(all.get(i), i + 1);
    }
    statements.end();
    return statements.found;
  }

  private void add(String raw, int number) {
    boolean inLiteral = !quote.isEmpty();
    int openBefore = open;
    String line = withoutComments(raw).strip();
    if (line.isEmpty()) {
      return;
    }
    if (!inLiteral
        && openBefore <= 0
        && !text.isEmpty()
        && !CONTINUES.matcher(line).find()
        && !GOES_ON.matcher(text).find()) {
      int opened = open - openBefore;
      end();
      open = opened;
    }
    if (!text.isEmpty()) {
      text.append(' ');
    }
    offsets.add(text.length());
    lines.add(number);
    text.append(line);
    char last = line.charAt(line.length() - 1);
    if ((quote.isEmpty() && ";{}".indexOf(last) >= 0) || lines.size() >= MAX_LINES) {
      end();
    }
  }

  private void end() {
    if (!text.isEmpty()) {
      found.add(new Statement(pasted(text.toString()), List.copyOf(offsets), List.copyOf(lines)));
    }
    text.setLength(0);
    offsets = new ArrayList<>();
    lines = new ArrayList<>();
    open = 0;
  }

  /** Blanks what stands between literals that are pasted together; places stay where they are. */
  private static String pasted(String text) {
    return PASTED.matcher(text).replaceAll(match -> " ".repeat(match.group().length()));
  }

  /**
   * A line without its comments; brackets are counted, and literals and comments that go on kept in
   * mind.
   */
  private String withoutComments(String line) {
    StringBuilder kept = new StringBuilder();
    int i = 0;
    while (i < line.length()) {
      if (inComment) {
        int end = line.indexOf("*/", i);
        if (end < 0) {
          return kept.toString();
        }
        inComment = false;
        i = end + 2;
      } else if (!quote.isEmpty()) {
        int step = literal(line, i);
        kept.append(line, i, i + step);
        i += step;
      } else if (line.startsWith("/*", i)) {
        inComment = true;
        i += 2;
      } else if (beginsComment(line, i)) {
        break;
      } else {
        int step = opening(line, i);
        kept.append(line, i, i + step);
        i += step;
      }
    }
    if (quote.equals("\"") || quote.equals("'")) {
      quote = ""; // such literals end with their line; it was an apostrophe
    }
    return kept.toString();
  }

  private int literal(String line, int i) {
    if (line.charAt(i) == '\\') {
      return Math.min(2, line.length() - i);
    }
    if (line.startsWith(quote, i)) {
      int length = quote.length();
      quote = "";
      return length;
    }
    return 1;
  }

  private int opening(String line, int i) {
    char c = line.charAt(i);
    switch (c) {
      case '(', '[' -> open++;
      case ')', ']' -> open--;
      case '"', '\'' -> {
        String three = String.valueOf(c).repeat(3);
        quote = line.startsWith(three, i) ? three : String.valueOf(c);
        return quote.length();
      }
      case '`' -> quote = "`";
      default -> {}
    }
    return 1;
  }

  private static boolean beginsComment(String line, int i) {
    boolean apart = i == 0 || Character.isWhitespace(line.charAt(i - 1));
    char next = i + 1 < line.length() ? line.charAt(i + 1) : ' ';
    return switch (line.charAt(i)) {
      case '/' -> next == '/' && (apart || line.charAt(i - 1) == ';' || line.charAt(i - 1) == '{');
      case '#' -> apart && (next == ' ' || next == '#');
      case '-' -> apart && line.startsWith("-- ", i);
      case '*' -> line.substring(0, i).isBlank() && next == ' ';
      default -> false;
    };
  }
}
