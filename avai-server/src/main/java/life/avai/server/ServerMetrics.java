package life.avai.server;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.FileDescriptorMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.function.Supplier;
import java.util.stream.LongStream;
import life.avai.canister.CanisterEvents;
import life.avai.canister.CanisterSettings;
import life.avai.canister.CanisterState;
import life.avai.domain.conversation.TurnListener;
import life.avai.domain.thread.ThreadId;
import life.avai.domain.turn.FailureCode;
import life.avai.domain.turn.RequestId;
import life.avai.domain.turn.TurnState;
import life.avai.domain.turn.TurnUsage;
import life.avai.server.websocket.CloseCode;
import life.avai.server.websocket.EdgeEvents;
import life.avai.server.wire.ErrorCode;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.spi.LoggingEventBuilder;

/** The numbers that an operator watches; docs/operations.md lists them. */
final class ServerMetrics implements TurnListener, CanisterEvents, EdgeEvents, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger("life.avai.server.Turns");

  private final PrometheusMeterRegistry registry =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
  private final Timer firstDelta =
      Timer.builder("avai.turn.first.delta")
          .description("From the start of a turn to the first piece of its reply")
          .serviceLevelObjectives(of(100, 200, 500, 1_000, 2_000, 5_000, 10_000, 20_000, 30_000))
          .register(registry);
  private final Timer acknowledgements =
      Timer.builder("avai.acknowledgement")
          .description("From a frame with a message to the word that it is kept")
          .serviceLevelObjectives(of(1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000))
          .register(registry);
  private final Timer loopLag =
      Timer.builder("avai.loop.lag")
          .description("How late the event loops are")
          .serviceLevelObjectives(of(1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 5_000))
          .register(registry);
  private final DistributionSummary groups =
      DistributionSummary.builder("avai.store.group.size")
          .description("Writes that shared one commit")
          .serviceLevelObjectives(1, 2, 4, 8, 16, 32, 64, 128)
          .register(registry);

  private final JvmGcMetrics collections = new JvmGcMetrics();
  private final CanisterGauges canisters = new CanisterGauges(registry);

  ServerMetrics() {
    new JvmMemoryMetrics().bindTo(registry);
    new JvmThreadMetrics().bindTo(registry);
    new ProcessorMetrics().bindTo(registry);
    new FileDescriptorMetrics().bindTo(registry);
    new UptimeMetrics().bindTo(registry);
    collections.bindTo(registry);
    // There from the start: an alert on a number that is not there never fires.
    for (Limit limit : Limit.values()) {
      var unused = limit(limit);
    }
  }

  private static Duration[] of(long... millis) {
    return LongStream.of(millis).mapToObj(Duration::ofMillis).toArray(Duration[]::new);
  }

  /** Stops listening to the JVM. */
  @Override
  public void close() {
    collections.close();
  }

  String scrape() {
    canisters.refresh();
    return registry.scrape();
  }

  /** Where to look for how each canister stands. */
  void canisters(Supplier<List<CanisterState>> states) {
    canisters.states(states);
  }

  void gauge(String name, String description, Supplier<Number> value) {
    Gauge.builder(name, value).description(description).register(registry);
  }

  void groupCommitted(int writes) {
    groups.record(writes);
  }

  @Override
  public void turnLeft(Summary summary) {
    String outcome = outcome(summary.state(), summary.failure());
    Timer.builder("avai.turn")
        .description("Turns worked on here, by how they were left")
        .tag("state", summary.state().wireName())
        .tag("outcome", outcome)
        .register(registry)
        .record(summary.total());
    if (summary.firstDelta() != null) {
      firstDelta.record(summary.firstDelta());
    }
    tell(summary, outcome);
  }

  @Override
  public void turnEndedWaiting(
      RequestId turn, ThreadId thread, TurnState state, @Nullable FailureCode failure) {
    String outcome = outcome(state, failure);
    Counter.builder("avai.turns.unanswered")
        .description("Turns that ended without having been worked on, by how")
        .tag("outcome", outcome)
        .register(registry)
        .increment();
    LoggingEventBuilder line =
        LOG.atInfo()
            .addKeyValue("request", turn.toString())
            .addKeyValue("thread", thread.toString())
            .addKeyValue("outcome", outcome);
    Instant made = turn.madeAt().orElse(null);
    if (made != null) {
      line =
          line.addKeyValue(
              "waited_ms", Math.max(0, Duration.between(made, Instant.now()).toMillis()));
    }
    line.log("turn");
  }

  private static String outcome(TurnState state, @Nullable FailureCode failure) {
    return failure == null ? state.wireName() : failure.name().toLowerCase(Locale.ROOT);
  }

  /** The turn's whole story: in text as name="value", in JSON as fields of their own. */
  private static void tell(Summary summary, String outcome) {
    LoggingEventBuilder line =
        LOG.atInfo()
            .addKeyValue("request", summary.requestId().toString())
            .addKeyValue("thread", summary.threadId().toString());
    if (summary.origin() != null) {
      line = line.addKeyValue("connection", summary.origin().toString());
    }
    line =
        line.addKeyValue("outcome", outcome)
            .addKeyValue("attempt", summary.attempt())
            .addKeyValue("waited_ms", summary.waited().toMillis())
            .addKeyValue("took_ms", summary.total().toMillis());
    if (summary.firstDelta() != null) {
      line = line.addKeyValue("first_delta_ms", summary.firstDelta().toMillis());
    }
    line = line.addKeyValue("chars", summary.characters());
    TurnUsage usage = summary.usage();
    if (usage != null) {
      line =
          line.addKeyValue("prompt_tokens", usage.promptTokens())
              .addKeyValue("reply_tokens", usage.replyTokens())
              .addKeyValue("tokens_counted", usage.counted());
    }
    if (summary.model() != null) {
      line = line.addKeyValue("model", summary.model());
    }
    line.log("turn");
  }

  /** What protects the server, and whom it has met. */
  private enum Limit {
    MESSAGE_RATE,
    CONNECTIONS,
    CONNECTIONS_PER_USER,
    UNFINISHED_TURNS,
    CONTENT_SIZE,
    FRAME_SIZE,
    SLOW_READER,
    AUTHENTICATION_TIME,
    ERRORS
  }

  private Counter limit(Limit limit) {
    return Counter.builder("avai.limits.hit")
        .description("How often a limit was met, by which")
        .tag("limit", limit.name().toLowerCase(Locale.ROOT))
        .register(registry);
  }

  void loopLag(Duration lag) {
    loopLag.record(lag);
  }

  @Override
  public void messageKept(Acknowledged message) {
    acknowledgements.record(message.after());
  }

  @Override
  public void refused(ErrorCode code) {
    Counter.builder("avai.errors")
        .description("Requests that got an error, by its code")
        .tag("code", code.name())
        .register(registry)
        .increment();
    switch (code) {
      case RATE_LIMITED -> limit(Limit.MESSAGE_RATE).increment();
      case TOO_MANY_CONNECTIONS -> limit(Limit.CONNECTIONS_PER_USER).increment();
      case BUSY -> limit(Limit.UNFINISHED_TURNS).increment();
      case CONTENT_TOO_LARGE -> limit(Limit.CONTENT_SIZE).increment();
      default -> {
        // No limit of ours.
      }
    }
  }

  @Override
  public void closed(CloseCode why) {
    Counter.builder("avai.closes")
        .description("Connections that we have closed, by why")
        .tag("code", Integer.toString(why.code()))
        .register(registry)
        .increment();
    switch (why) {
      case TOO_LARGE -> limit(Limit.FRAME_SIZE).increment();
      case SLOW_READER -> limit(Limit.SLOW_READER).increment();
      case NOT_AUTHENTICATED -> limit(Limit.AUTHENTICATION_TIME).increment();
      case POLICY -> limit(Limit.ERRORS).increment();
      default -> {
        // No limit of ours.
      }
    }
  }

  @Override
  public void turnedAway() {
    limit(Limit.CONNECTIONS).increment();
  }

  @Override
  public void connected(URI url) {
    counter("avai.canister.connects", "Connections opened", url).increment();
  }

  @Override
  public void disconnected(URI url, String reason) {
    counter("avai.canister.disconnects", "Connections lost or refused", url, "reason", reason)
        .increment();
  }

  @Override
  public void firstDelta(URI url, Duration after) {
    Timer.builder("avai.canister.first.delta")
        .description("From a question to the first piece of text")
        .tag("url", CanisterSettings.place(url))
        .publishPercentileHistogram()
        .register(registry)
        .record(after);
  }

  @Override
  public void finished(URI url, String outcome, Duration after) {
    Timer.builder("avai.canister.requests")
        .description("Questions put to canisters, by outcome")
        .tag("url", CanisterSettings.place(url))
        .tag("outcome", outcome)
        .register(registry)
        .record(after);
  }

  @Override
  public void dropped(URI url, String reason) {
    counter("avai.canister.dropped.frames", "Frames of no use", url, "reason", reason).increment();
  }

  @Override
  public void replaced(URI url, int characters) {
    counter("avai.canister.replaced.characters", "Characters that cannot be kept", url)
        .increment(characters);
  }

  @Override
  public void slowed(URI url) {
    counter("avai.canister.slowed", "Pauses in reading from one that sends too fast", url)
        .increment();
  }

  @Override
  public void circuit(URI url, CanisterState.Circuit state) {
    counter(
            "avai.canister.circuit.changes",
            "Circuits by their new state",
            url,
            "state",
            state.label())
        .increment();
  }

  private Counter counter(String name, String description, URI url, String... moreTags) {
    return Counter.builder(name)
        .description(description)
        .tag("url", CanisterSettings.place(url))
        .tags(moreTags)
        .register(registry);
  }
}
