package life.avai.domain.message;

import static java.util.Objects.requireNonNull;

import java.util.UUID;

/** Names a message, of a user or of the assistant. */
public record MessageId(UUID value) {
  public MessageId {
    requireNonNull(value, "value");
  }

  /** Its wire form: the UUID in lower case. */
  @Override
  public String toString() {
    return value.toString();
  }
}
