package life.avai.domain.turn;

import static java.util.Objects.requireNonNull;

import java.util.UUID;

/** Names a turn; on the wire it is request_id. */
public record RequestId(UUID value) {
  public RequestId {
    requireNonNull(value, "value");
  }

  /** Its wire form: the UUID in lower case. */
  @Override
  public String toString() {
    return value.toString();
  }
}
