package life.avai.domain.message;

import java.util.Locale;

/** How a content is meant to be read. */
public enum ContentType {
  TEXT,
  MARKDOWN,
  CODE,
  JSON;

  private final String wireName = name().toLowerCase(Locale.ROOT);

  /** The name on the wire and in the database. */
  public String wireName() {
    return wireName;
  }
}
