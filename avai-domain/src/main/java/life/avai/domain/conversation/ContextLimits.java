package life.avai.domain.conversation;

/**
 * How much of a thread the model is shown.
 *
 * @param messages at most so many messages, the question included
 * @param tokens at most so many estimated tokens; the question is shown even when it alone is
 *     longer
 */
public record ContextLimits(int messages, int tokens) {
  public static final ContextLimits DEFAULTS = new ContextLimits(20, 8_000);

  public ContextLimits {
    if (messages < 1) {
      throw new IllegalArgumentException("messages: " + messages + " (expected: at least 1)");
    }
    if (tokens < 1) {
      throw new IllegalArgumentException("tokens: " + tokens + " (expected: at least 1)");
    }
  }
}
