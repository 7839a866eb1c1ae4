package life.avai.testkit.canister;

import java.util.List;
import java.util.ServiceLoader;
import java.util.stream.Stream;
import life.avai.testkit.json.JsonObject;

/** A canister's own listener, and before it those that are provided as services. */
record CanisterListeners(List<CanisterListener> all) implements CanisterListener {
  private static final List<CanisterListener> PROVIDED =
      ServiceLoader.load(CanisterListener.class).stream().map(ServiceLoader.Provider::get).toList();

  static CanisterListener with(CanisterListener own) {
    return PROVIDED.isEmpty()
        ? own
        : new CanisterListeners(Stream.concat(PROVIDED.stream(), Stream.of(own)).toList());
  }

  @Override
  public void received(int connection, JsonObject frame) {
    all.forEach(listener -> listener.received(connection, frame));
  }

  @Override
  public void sending(int connection, JsonObject process, String json) {
    all.forEach(listener -> listener.sending(connection, process, json));
  }
}
