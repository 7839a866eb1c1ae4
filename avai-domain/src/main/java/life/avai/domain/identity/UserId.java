package life.avai.domain.identity;

import static java.util.Objects.requireNonNull;

import java.util.UUID;

/** Names a user, signed in or anonymous, for ever. */
public record UserId(UUID value) {
  public UserId {
    requireNonNull(value, "value");
  }

  /** Its wire form: the UUID in lower case. */
  @Override
  public String toString() {
    return value.toString();
  }
}
