package life.avai.testkit.client;

import java.time.Duration;
import life.avai.testkit.json.JsonObject;

/**
 * A frame that a client received, and when.
 *
 * @param at the time since the connection was opened
 * @param json the frame
 */
public record ReceivedFrame(Duration at, JsonObject json) {
  /**
   * What kind of frame it is.
   *
   * @return its field {@code type}; empty if there is none
   */
  public String type() {
    return json.type();
  }

  /** Time and frame in one line, the frame cut when it is long. */
  @Override
  public String toString() {
    String text = json.toString();
    int length = Math.min(text.length(), 400);
    return "+"
        + at.toMillis()
        + " ms "
        + text.substring(0, length)
        + (length < text.length() ? "..." : "");
  }
}
