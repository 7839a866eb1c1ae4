package life.avai.domain.assistant;

import java.time.Duration;

/**
 * The model that answers in a thread.
 *
 * <p>Safe for use by many threads at once. {@link #reply} blocks: call it on a virtual thread.
 */
public interface Assistant {
  /**
   * Asks once, and waits for what comes of it. A lost connection, a deadline that ran out and
   * nonsense from the model are returned, not thrown.
   *
   * @param sink gets the pieces as they come; nothing more once this has returned
   * @throws InterruptedException if the caller was interrupted; the model is told to stop, and what
   *     it still sends is dropped
   */
  AssistantReply reply(AssistantRequest request, ReplySink sink) throws InterruptedException;

  /** How things stand now. Never blocks. */
  AssistantStatus status();

  /**
   * Calls back whenever {@link AssistantStatus#state()} or the number of connected models has
   * changed, on any thread; the callback must not block.
   */
  void onStatusChange(Runnable callback);

  /** For a server without a model: every question is refused, and nothing ever changes. */
  static Assistant disabled() {
    return new Assistant() {
      @Override
      public AssistantReply reply(AssistantRequest request, ReplySink sink) {
        return new AssistantReply.NotAsked("no assistant is configured", Duration.ZERO);
      }

      @Override
      public AssistantStatus status() {
        return AssistantStatus.DISABLED;
      }

      @Override
      public void onStatusChange(Runnable callback) {}
    };
  }
}
