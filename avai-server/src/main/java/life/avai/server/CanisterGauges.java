package life.avai.server;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.Tags;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;
import life.avai.canister.CanisterSettings;
import life.avai.canister.CanisterState;

/** How each canister stands, looked up when somebody asks: there may be others by then. */
final class CanisterGauges {
  private final MultiGauge inFlight;
  private final MultiGauge connections;
  private final MultiGauge latency;
  private final MultiGauge circuits;
  private volatile Supplier<List<CanisterState>> states = List::of;

  CanisterGauges(MeterRegistry registry) {
    inFlight =
        MultiGauge.builder("avai.canister.in.flight")
            .description("Questions that a canister has")
            .register(registry);
    connections =
        MultiGauge.builder("avai.canister.connections")
            .description("Open connections that take questions")
            .register(registry);
    latency =
        MultiGauge.builder("avai.canister.expected.latency")
            .description("What is expected to the first piece of text")
            .baseUnit("seconds")
            .register(registry);
    circuits =
        MultiGauge.builder("avai.canister.circuits")
            .description("1 in the state that the circuit is in")
            .register(registry);
  }

  void states(Supplier<List<CanisterState>> now) {
    states = now;
  }

  /** Reads how things stand. */
  synchronized void refresh() {
    // Two URLs may differ in what is not shown: what stands under one name is added up.
    Map<String, List<CanisterState>> byPlace = new TreeMap<>();
    for (CanisterState state : states.get()) {
      byPlace
          .computeIfAbsent(CanisterSettings.place(state.url()), place -> new ArrayList<>())
          .add(state);
    }
    inFlight.register(rows(byPlace, CanisterState::inFlight), true);
    connections.register(rows(byPlace, CanisterState::connected), true);
    latency.register(rows(byPlace, state -> state.latency().toNanos() / 1e9), true);
    List<MultiGauge.Row<?>> states = new ArrayList<>();
    byPlace.forEach((place, canisters) -> {
      for (CanisterState.Circuit circuit : CanisterState.Circuit.values()) {
        states.add(
            MultiGauge.Row.of(
                Tags.of("url", place, "state", circuit.label()),
                canisters.stream().filter(state -> state.circuit() == circuit).count()));
      }
    });
    circuits.register(states, true);
  }

  private static List<MultiGauge.Row<?>> rows(
      Map<String, List<CanisterState>> byPlace, ToDoubleFunction<CanisterState> value) {
    List<MultiGauge.Row<?>> rows = new ArrayList<>();
    byPlace.forEach((place, states) ->
        rows.add(
            MultiGauge.Row.of(Tags.of("url", place), states.stream().mapToDouble(value).sum())));
    return rows;
  }
}
