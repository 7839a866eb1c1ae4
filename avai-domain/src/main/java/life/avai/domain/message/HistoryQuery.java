package life.avai.domain.message;

import static java.util.Objects.requireNonNull;

/**
 * Which messages of a thread to read.
 *
 * @param from where to look
 * @param limit how many at most; positive
 * @param includeSuperseded whether replies that were replaced are shown too
 */
public record HistoryQuery(From from, int limit, boolean includeSuperseded) {
  public HistoryQuery {
    requireNonNull(from, "from");
    if (limit < 1) {
      throw new IllegalArgumentException("limit: " + limit + " (expected: at least 1)");
    }
  }

  /** Where in a thread to look. Whatever is chosen, messages come oldest first. */
  public sealed interface From {
    /** The newest messages. */
    record Latest() implements From {}

    /** The newest of those before a position. */
    record Before(long position) implements From {}

    /** The oldest of those after a position. */
    record After(long position) implements From {}

    /** The oldest, leaving out so many at the start. */
    record Offset(long skipped) implements From {}
  }
}
