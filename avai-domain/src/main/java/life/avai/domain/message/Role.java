package life.avai.domain.message;

import java.util.Locale;

/** Who speaks. */
public enum Role {
  USER,
  ASSISTANT;

  private final String wireName = name().toLowerCase(Locale.ROOT);

  /** The name on the wire and in the database. */
  public String wireName() {
    return wireName;
  }
}
