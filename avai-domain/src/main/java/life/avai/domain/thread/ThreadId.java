package life.avai.domain.thread;

import static java.util.Objects.requireNonNull;

import java.util.UUID;

/** Names a thread; the canister calls it conversation_id. */
public record ThreadId(UUID value) {
  public ThreadId {
    requireNonNull(value, "value");
  }

  /** Its wire form: the UUID in lower case. */
  @Override
  public String toString() {
    return value.toString();
  }
}
