package life.avai.server.settings;

import static java.util.Objects.requireNonNull;

/** A text that is never shown by accident. */
public record Secret(String value) {
  public Secret {
    requireNonNull(value, "value");
  }

  /** Tells nothing of it. */
  @Override
  public String toString() {
    return "***";
  }
}
