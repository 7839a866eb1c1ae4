package life.avai.server.tracing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.opentelemetry.sdk.trace.samplers.Sampler;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import life.avai.domain.Ids;
import life.avai.domain.turn.RequestId;
import life.avai.server.settings.ConfigurationException;
import life.avai.server.settings.TracingSettings;
import life.avai.server.support.ServerProcess;
import life.avai.server.support.TestDatabase;
import life.avai.server.support.TestServer;
import life.avai.testkit.canister.CanisterScript;
import life.avai.testkit.canister.FakeCanister;
import life.avai.testkit.canister.ProcessRequest;
import life.avai.testkit.client.TestClient;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.slf4j.LoggerFactory;

/** Where traces are not wanted, or cannot be had, nobody pays for them. */
@Timeout(180)
class NoTracesTest {
  private static void assertAnswered(TestClient client) {
    String request = client.say("new", "Is it safe?").requestId();
    assertThat(client.awaitReply(request).outcome().type()).isEqualTo("ai_response");
  }

  @Test
  void serverThatNobodyWantsTracesOf_loadsNothingForThem_andTellsTheCanisterNothing(
      @TempDir Path directory) throws IOException {
    Path classes = directory.resolve("classes.log");
    try (FakeCanister canister = FakeCanister.start(CanisterScript.replyWith("Yes."));
        ServerProcess server =
            ServerProcess.start(
                directory,
                Map.of(
                    "DATABASE_URL", TestDatabase.fresh().variable(),
                    "AVAI_CANISTER_WS_URL", canister.url().toString(),
                    "JAVA_TOOL_OPTIONS", "-Xlog:class+load:file=" + classes))) {
      canister.awaitConnection();
      try (TestClient client = TestClient.connect(server.address())) {
        client.authenticateAnonymously();
        assertAnswered(client);
      }
      assertThat(canister.received().getFirst().json().has("traceparent")).isFalse();
      server.terminate();
      server.awaitExit();
    }
    try (Stream<String> lines = Files.lines(classes)) {
      assertThat(
              lines.filter(line -> line.contains("life.avai.") || line.contains(".opentelemetry.")))
          .anyMatch(line -> line.contains("life.avai.server.AvaiServer "))
          .noneMatch(line -> line.contains("opentelemetry") || line.contains("server.tracing"));
    }
  }

  /** What was told of that collector; servers of other tests may still tell of theirs. */
  private static List<ILoggingEvent> lost(ListAppender<ILoggingEvent> log, int port) {
    synchronized (log.list) {
      return log.list.stream()
          .filter(event -> event.getFormattedMessage().contains(":" + port + " "))
          .toList();
    }
  }

  @Test
  void collectorThatIsAway_costsNobodyAnything_andIsToldOfOnce() throws IOException {
    ListAppender<ILoggingEvent> log = new ListAppender<>();
    log.list = Collections.synchronizedList(log.list);
    log.start();
    Logger logger = (Logger) LoggerFactory.getLogger(ToldExporter.class);
    logger.addAppender(log);
    int free;
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      free = socket.getLocalPort();
    }
    Map<String, String> variables =
        Map.of(
            "OTEL_EXPORTER_OTLP_ENDPOINT", "http://user:secret@127.0.0.1:" + free,
            "OTEL_EXPORTER_OTLP_TIMEOUT", "300",
            "OTEL_BSP_SCHEDULE_DELAY", "10");
    try (FakeCanister canister = FakeCanister.start(CanisterScript.replyWith("Yes."));
        TestServer server = TestServer.start(canister, variables);
        TestClient client = server.anonymous()) {
      assertAnswered(client);
      long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
      while (lost(log, free).isEmpty() && System.nanoTime() < end) {
        LockSupport.parkNanos(10_000_000);
      }
      assertAnswered(client);
    } finally {
      logger.detachAppender(log);
    }
    assertThat(lost(log, free))
        .singleElement()
        .satisfies(event -> {
          assertThat(event.getLevel().toString()).isEqualTo("WARN");
          assertThat(event.getFormattedMessage())
              .startsWith("traces are lost, the collector is not there (")
              .doesNotContain("secret");
          assertThat(event.getThrowableProxy()).isNull();
        });
  }

  @Test
  void collectorThatNeverAnswers_holdsNobodyUp_alsoNotTheEnd() throws IOException {
    try (ServerSocket silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        FakeCanister canister = FakeCanister.start(CanisterScript.replyWith("Yes."));
        TestServer server =
            TestServer.start(
                canister,
                Map.of(
                    "OTEL_EXPORTER_OTLP_ENDPOINT",
                    "http://127.0.0.1:" + silent.getLocalPort(),
                    "OTEL_EXPORTER_OTLP_TIMEOUT",
                    "3600000"));
        TestClient client = server.anonymous()) {
      assertAnswered(client);
    }
  }

  @Test
  void turnThatIsNotSampled_isNotSent_andTheCanisterKnows() {
    try (Collector collector = new Collector();
        FakeCanister canister = FakeCanister.start(CanisterScript.replyWith("Yes."))) {
      try (TestServer server =
              TestServer.start(
                  canister,
                  Map.of(
                      "OTEL_EXPORTER_OTLP_ENDPOINT",
                      collector.endpoint(),
                      "OTEL_TRACES_SAMPLER",
                      "always_off"));
          TestClient client = server.anonymous()) {
        assertAnswered(client);
      }
      ProcessRequest asked = canister.received().getFirst();
      String trace = asked.requestId().replace("-", "");
      assertThat(asked.json().string("traceparent")).matches("00-" + trace + "-[0-9a-f]{16}-00");
      assertThat(collector.spans()).isEmpty();
    }
  }

  @ParameterizedTest
  @CsvSource({"0.1", "0.5", "0.9"})
  void shareOfTurns_isTheOneThatWasAskedFor_andTheSameTurnsEverywhere(double share) {
    TurnSampler here = new TurnSampler(Sampler.parentBased(Sampler.traceIdRatioBased(share)));
    TurnSampler there = new TurnSampler(Sampler.traceIdRatioBased(share));
    Ids ids = Ids.timeOrdered();
    int turns = 4_000;
    int sampled = 0;
    for (int i = 0; i < turns; i++) {
      RequestId turn = new RequestId(ids.next());
      assertThat(there.samples(turn)).isEqualTo(here.samples(turn));
      sampled += here.samples(turn) ? 1 : 0;
    }
    // More than six times the standard deviation away, at most once in a billion runs.
    assertThat(sampled / (double) turns).isBetween(share - 0.05, share + 0.05);
  }

  @ParameterizedTest
  @CsvSource({
    "OTEL_TRACES_SAMPLER, secret",
    "OTEL_BSP_SCHEDULE_DELAY, secret",
    "OTEL_EXPORTER_OTLP_HEADERS, secret",
    "OTEL_EXPORTER_OTLP_COMPRESSION, secret"
  })
  void variableThatOpenTelemetryCannotUse_isNamedAndNotShown(String name, String value) {
    TracingSettings settings =
        new TracingSettings(URI.create("http://127.0.0.1:4318"), Map.of(name, value));

    assertThatExceptionOfType(ConfigurationException.class)
        .isThrownBy(() -> Tracing.start(settings, "1").close())
        .satisfies(e ->
            assertThat(e.getMessage())
                .startsWith("OTEL_")
                .contains(": expected ")
                .doesNotContain("secret"));
  }
}
