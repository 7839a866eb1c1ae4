package life.avai.domain.turn;

import static java.util.Objects.requireNonNull;

import java.time.Instant;
import java.util.Optional;
import java.util.UUID;

/** Names a turn; on the wire it is request_id. */
public record RequestId(UUID value) {
  public RequestId {
    requireNonNull(value, "value");
  }

  /**
   * When the turn was made, to the millisecond, as its id tells; empty for an id that does not (any
   * but a UUID of version 7).
   */
  public Optional<Instant> madeAt() {
    return value.version() == 7
        ? Optional.of(Instant.ofEpochMilli(value.getMostSignificantBits() >>> 16))
        : Optional.empty();
  }

  /** Its wire form: the UUID in lower case. */
  @Override
  public String toString() {
    return value.toString();
  }
}
