package life.avai.domain.thread;

import org.jspecify.annotations.Nullable;

/**
 * What to change in a thread; null leaves a thing as it is.
 *
 * @param title 1 to 200 characters
 */
public record ThreadChange(
    @Nullable String title, @Nullable Boolean pinned, @Nullable Boolean archived) {
  /** Whether it changes nothing. */
  public boolean isEmpty() {
    return title == null && pinned == null && archived == null;
  }
}
