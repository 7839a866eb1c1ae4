package life.avai.domain.assistant;

import org.jspecify.annotations.Nullable;

/**
 * Takes a reply while it grows. Called by one thread at a time, in order, before {@link
 * Assistant#reply} returns; never blocks.
 */
public interface ReplySink {
  /**
   * The next piece of the text.
   *
   * @param text not empty, no U+0000, no lone surrogates
   */
  void delta(String text);

  /**
   * A word on what the model is doing.
   *
   * @param percentage from 0 to 100, or null when the model gave none that can be used
   */
  default void progress(@Nullable String step, @Nullable Double percentage) {}
}
