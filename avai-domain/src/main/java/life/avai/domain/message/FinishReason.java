package life.avai.domain.message;

import java.util.Locale;

/** How a reply came to its end. */
public enum FinishReason {
  COMPLETE,
  CANCELLED;

  private final String wireName = name().toLowerCase(Locale.ROOT);

  /** The name on the wire and in the database. */
  public String wireName() {
    return wireName;
  }
}
