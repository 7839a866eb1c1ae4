package life.avai.domain.thread;

import java.util.Locale;

/** Whether a thread is in the list or put away. */
public enum ThreadStatus {
  ACTIVE,
  ARCHIVED;

  /** The name on the wire and in the database. */
  public String wireName() {
    return name().toLowerCase(Locale.ROOT);
  }
}
