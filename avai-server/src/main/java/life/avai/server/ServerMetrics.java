package life.avai.server;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.FileDescriptorMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.net.URI;
import java.time.Duration;
import java.util.Locale;
import java.util.function.Supplier;
import life.avai.canister.CanisterEvents;
import life.avai.canister.CanisterSettings;
import life.avai.domain.conversation.TurnListener;
import org.jspecify.annotations.Nullable;

/** The numbers that an operator watches; docs/operations.md lists them. */
final class ServerMetrics implements TurnListener, CanisterEvents {
  private static final System.Logger LOG = System.getLogger("life.avai.server.Turns");

  private final PrometheusMeterRegistry registry =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
  private final Timer firstDelta =
      Timer.builder("avai.turn.first.delta")
          .description("From the start of a turn to the first piece of its reply")
          .publishPercentileHistogram()
          .register(registry);
  private final DistributionSummary groups =
      DistributionSummary.builder("avai.store.group.size")
          .description("Writes that shared one commit")
          .register(registry);

  ServerMetrics() {
    new JvmMemoryMetrics().bindTo(registry);
    new JvmThreadMetrics().bindTo(registry);
    new ProcessorMetrics().bindTo(registry);
    new FileDescriptorMetrics().bindTo(registry);
    new UptimeMetrics().bindTo(registry);
  }

  String scrape() {
    return registry.scrape();
  }

  void gauge(String name, String description, Supplier<Number> value) {
    Gauge.builder(name, value).description(description).register(registry);
  }

  void groupCommitted(int writes) {
    groups.record(writes);
  }

  @Override
  public void turnLeft(Summary summary) {
    String outcome =
        summary.failure() == null
            ? summary.state().wireName()
            : summary.failure().name().toLowerCase(Locale.ROOT);
    Timer.builder("avai.turn")
        .description("Turns worked on here, by how they were left")
        .tag("outcome", outcome)
        .register(registry)
        .record(summary.total());
    if (summary.firstDelta() != null) {
      firstDelta.record(summary.firstDelta());
    }
    LOG.log(
        System.Logger.Level.INFO,
        "turn request={0} thread={1} outcome={2} attempt={3} took_ms={4} first_delta_ms={5}"
            + " chars={6} model={7}",
        summary.requestId(),
        summary.threadId(),
        outcome,
        summary.attempt(),
        Long.toString(summary.total().toMillis()),
        millis(summary.firstDelta()),
        Integer.toString(summary.characters()),
        summary.model());
  }

  private static @Nullable String millis(@Nullable Duration duration) {
    return duration == null ? null : Long.toString(duration.toMillis());
  }

  @Override
  public void connected(URI url) {
    counter("avai.canister.connects", "Connections opened", "url", CanisterSettings.place(url))
        .increment();
  }

  @Override
  public void disconnected(URI url, String reason) {
    counter(
            "avai.canister.disconnects",
            "Connections lost or refused",
            "url",
            CanisterSettings.place(url))
        .increment();
  }

  @Override
  public void finished(URI url, String outcome, Duration after) {
    Timer.builder("avai.canister.requests")
        .description("Questions put to canisters, by outcome")
        .tag("url", CanisterSettings.place(url))
        .tag("outcome", outcome.toLowerCase(Locale.ROOT))
        .register(registry)
        .record(after);
  }

  @Override
  public void dropped(URI url, String reason) {
    counter("avai.canister.dropped.frames", "Frames of no use", "reason", reason).increment();
  }

  @Override
  public void replaced(URI url, int characters) {
    counter(
            "avai.canister.replaced.characters",
            "Characters that cannot be kept",
            "url",
            CanisterSettings.place(url))
        .increment(characters);
  }

  private Counter counter(String name, String description, String tag, String value) {
    return Counter.builder(name).description(description).tag(tag, value).register(registry);
  }
}
