package life.avai.server;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import life.avai.canister.CanisterAssistant;
import life.avai.canister.CanisterState;
import life.avai.domain.assistant.Assistant;
import life.avai.domain.assistant.AssistantStatus;
import life.avai.server.http.HttpResources;
import life.avai.server.websocket.SessionRegistry;

/** What {@code /health} says of a server. Safe for use by many threads at once. */
final class HealthCheck {
  private final Storage storage;
  private final Assistant assistant;
  private final SessionRegistry registry;
  private final long startedNanos = System.nanoTime();

  HealthCheck(Storage storage, Assistant assistant, SessionRegistry registry) {
    this.storage = storage;
    this.assistant = assistant;
    this.registry = registry;
  }

  HttpResources.Health now() {
    boolean database = storage.isReady();
    AssistantStatus status = assistant.status();
    boolean answered =
        status.state() == AssistantStatus.State.AVAILABLE
            || status.state() == AssistantStatus.State.DISABLED;
    Map<String, Object> checks = new LinkedHashMap<>();
    checks.put("database", Map.of("status", database ? "ok" : "unavailable"));
    Map<String, Object> canisters = new LinkedHashMap<>();
    canisters.put("status", status.state().wireName());
    canisters.put("connected", status.connected());
    canisters.put("configured", status.configured());
    canisters.put("circuits", circuits());
    checks.put("canisters", canisters);
    checks.put("sessions", Map.of("status", "ok", "open", registry.size()));
    Map<String, Object> details = new LinkedHashMap<>();
    details.put("version", Version.current());
    details.put("uptime_seconds", TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - startedNanos));
    details.put("checks", checks);
    return new HttpResources.Health(
        database, !database ? "unavailable" : answered ? "ok" : "degraded", details);
  }

  /** How many canisters are asked, tried and left alone; without their names, which are ours. */
  private Map<String, Long> circuits() {
    Map<String, Long> counts = new LinkedHashMap<>();
    for (CanisterState.Circuit state : CanisterState.Circuit.values()) {
      counts.put(state.label(), 0L);
    }
    if (assistant instanceof CanisterAssistant canisters) {
      canisters.canisters().forEach(each -> counts.merge(each.circuit().label(), 1L, Long::sum));
    }
    return counts;
  }
}
