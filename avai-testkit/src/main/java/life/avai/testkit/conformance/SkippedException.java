package life.avai.testkit.conformance;

import java.io.Serial;

/** It cannot be told whether a statement holds: something is missing that it takes to find out. */
public final class SkippedException extends RuntimeException {
  @Serial private static final long serialVersionUID = 1;

  /**
   * Says what is missing.
   *
   * @param why in words
   */
  public SkippedException(String why) {
    super(why);
  }
}
