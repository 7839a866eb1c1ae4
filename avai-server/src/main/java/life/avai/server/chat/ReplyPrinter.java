package life.avai.server.chat;

import java.io.PrintStream;

/**
 * Prints one reply as it comes, each character once, also when the connection changed meanwhile.
 */
final class ReplyPrinter {
  private final PrintStream out;
  private int attempt;
  private int printed;

  ReplyPrinter(PrintStream out) {
    this.out = out;
  }

  /**
   * A piece of the reply.
   *
   * @param offset where it begins, in UTF-16 code units
   */
  void delta(int ofAttempt, int offset, String piece) {
    begin(ofAttempt);
    if (offset <= printed && printed < offset + piece.length()) {
      out.print(piece.substring(printed - offset));
      out.flush();
      printed = offset + piece.length();
    }
  }

  /** The whole reply; ends the line. */
  void whole(int ofAttempt, String content) {
    begin(ofAttempt);
    out.println(content.substring(Math.min(printed, content.length())));
  }

  private void begin(int now) {
    if (now > attempt) {
      if (printed > 0) {
        out.println("\n(the answer begins again)");
      }
      attempt = now;
      printed = 0;
    }
  }
}
