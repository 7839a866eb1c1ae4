package life.avai.domain.assistant;

import java.time.Duration;
import life.avai.domain.turn.FailureCode;

/** What came of asking once. */
public sealed interface AssistantReply {
  /** The model has answered; its whole text counts, whatever the deltas were. */
  record Completed(Completion completion) implements AssistantReply {}

  /**
   * There will be no answer, and asking again is of no use.
   *
   * @param reason in our words, fit for the user
   * @param retryAfter when a new question may fare better; zero when nobody can tell
   */
  record Failed(FailureCode code, String reason, Duration retryAfter) implements AssistantReply {}

  /**
   * This attempt is lost, and another may succeed: the connection broke, deltas are missing, or the
   * model asked to be asked again.
   *
   * @param retryAfter how long to wait first; zero for at once
   */
  record Broken(String reason, Duration retryAfter) implements AssistantReply {}

  /**
   * Nobody was asked: no model is there, or every one is busy.
   *
   * @param retryAfter when to expect one
   */
  record NotAsked(String reason, Duration retryAfter) implements AssistantReply {}
}
