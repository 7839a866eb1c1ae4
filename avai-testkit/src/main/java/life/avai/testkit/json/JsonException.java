package life.avai.testkit.json;

import java.io.Serial;

/** Thrown when a text is no JSON, or when a JSON value is not what was asked for. */
public final class JsonException extends RuntimeException {
  @Serial private static final long serialVersionUID = 1;

  /**
   * An exception that says what was found and where.
   *
   * @param message what was found, and what was expected
   */
  public JsonException(String message) {
    super(message);
  }
}
