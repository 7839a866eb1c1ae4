package life.avai.domain.turn;

import static java.util.Objects.requireNonNull;

import java.util.UUID;

/**
 * Names one run of one server process, so that a later run never takes itself for an earlier one.
 */
public record TurnOwner(UUID value) {
  public TurnOwner {
    requireNonNull(value, "value");
  }
}
