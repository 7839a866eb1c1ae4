package life.avai.server.wire;

import java.io.Serial;
import org.jspecify.annotations.Nullable;

/**
 * A client's frame that cannot be used: expected, answered with an error, never logged with its
 * text.
 */
public final class InvalidFrameException extends RuntimeException {
  @Serial private static final long serialVersionUID = 1L;

  private final ErrorCode code;
  private final @Nullable String field;

  /**
   * A refusal in our own words.
   *
   * @param field the field that is wrong, or null when it is the frame as a whole
   */
  public InvalidFrameException(ErrorCode code, @Nullable String field, String message) {
    // No stack trace: this is a peer's mistake, and peers make many.
    super(message, null, false, false);
    this.code = code;
    this.field = field;
  }

  static InvalidFrameException field(String field, String expected) {
    return new InvalidFrameException(
        ErrorCode.INVALID_MESSAGE, field, field + ": expected " + expected);
  }

  public ErrorCode code() {
    return code;
  }

  public @Nullable String field() {
    return field;
  }

  /** What is wrong, in our words. */
  public String explanation() {
    String message = getMessage();
    return message == null ? code.name() : message;
  }
}
