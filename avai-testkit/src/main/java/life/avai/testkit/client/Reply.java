package life.avai.testkit.client;

import java.util.List;
import life.avai.testkit.json.JsonObject;

/**
 * How a turn ended, as one client saw it.
 *
 * @param requestId the turn's id
 * @param attempt the latest attempt that was seen; 0 if no frame told one
 * @param text the deltas of that attempt, joined
 * @param deltas every delta frame of every attempt, in order
 * @param outcome the terminal frame
 */
public record Reply(
    String requestId, long attempt, String text, List<JsonObject> deltas, JsonObject outcome) {
  /** Copies the deltas. */
  public Reply {
    deltas = List.copyOf(deltas);
  }

  /**
   * What kind of end it was.
   *
   * @return {@code ai_response}, {@code ai_error}, {@code ai_cancelled} or {@code ai_unavailable}
   */
  public String type() {
    return outcome.type();
  }

  /**
   * Whether there is an answer.
   *
   * @return true for {@code ai_response}
   */
  public boolean isCompleted() {
    return type().equals("ai_response");
  }

  /**
   * The whole answer.
   *
   * @return the outcome's field {@code content}
   * @throws life.avai.testkit.json.JsonException if the outcome has none, as an error
   */
  public String content() {
    return outcome.string("content");
  }
}
