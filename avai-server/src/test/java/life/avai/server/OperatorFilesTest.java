package life.avai.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import life.avai.server.support.TestDatabase;
import life.avai.server.support.TestServer;
import life.avai.testkit.canister.CanisterScript;
import life.avai.testkit.canister.FakeCanister;
import life.avai.testkit.client.Acknowledgement;
import life.avai.testkit.client.TestClient;
import life.avai.testkit.fault.FaultProxy;
import life.avai.testkit.websocket.WebSocketDialer;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The dashboard and the alerts name only what the server tells, and what they show moves. */
class OperatorFilesTest {
  private static final Path FILES = Path.of("../docs/operations");
  private static final Pattern METRIC =
      Pattern.compile("\\b((?:avai|jvm|process|system)_[a-z_]+)(?![a-z_]*[(=~])");
  private static final Pattern SAMPLE =
      Pattern.compile("(?m)^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\\{[^\\n]*})? (\\S+)$");

  /** What never moves, because it is set once; or moves as the machine and its JVM like. */
  private static final Set<String> STEADY =
      Set.of(
          "avai_canisters_configured",
          "avai_store_connections_max",
          "jvm_memory_max_bytes",
          "process_files_max_files",
          "jvm_gc_pause_seconds_sum",
          "jvm_threads_live_threads",
          "process_cpu_usage",
          "system_cpu_usage");

  /** What stands still, or moves for moments only, while all is well. */
  private static final Set<String> IN_TROUBLE =
      Set.of(
          "avai_ready",
          "avai_store_connections_active",
          "avai_store_connections_waiting",
          "avai_store_writes_waiting",
          "avai_mailbox_characters",
          "avai_outbound_bytes",
          "avai_canister_circuits",
          "process_files_open_files");

  private static Set<String> metricsIn(String expression) {
    Set<String> names = new TreeSet<>();
    for (Matcher found = METRIC.matcher(expression); found.find(); ) {
      names.add(found.group(1));
    }
    return names;
  }

  private static Set<String> dashboard() throws IOException {
    JsonNode root = new JsonMapper().readTree(Files.readString(FILES.resolve("dashboard.json")));
    Set<String> names = new TreeSet<>();
    for (JsonNode panel : root.path("panels")) {
      assertThat(panel.path("targets")).as(panel.path("title").asString()).isNotEmpty();
      for (JsonNode target : panel.path("targets")) {
        Set<String> here = metricsIn(target.path("expr").asString());
        assertThat(here).as(target.path("expr").asString()).isNotEmpty();
        names.addAll(here);
      }
    }
    return names;
  }

  private static Set<String> alerts() throws IOException {
    Set<String> names = new TreeSet<>();
    List<String> lines = Files.readAllLines(FILES.resolve("alerts.yaml"));
    long rules = lines.stream().filter(line -> line.strip().startsWith("- alert: ")).count();
    List<String> expressions =
        lines.stream().map(String::strip).filter(line -> line.startsWith("expr: ")).toList();
    assertThat(expressions).hasSize((int) rules).isNotEmpty();
    expressions.forEach(expression -> names.addAll(metricsIn(expression)));
    return names;
  }

  /** One sample, by its name with all that stands in braces behind it. */
  private static double sample(TestServer server, String name) {
    String line =
        server
            .get("/metrics")
            .body()
            .lines()
            .filter(each -> each.startsWith(name + " "))
            .findFirst()
            .orElse(name + " 0");
    return Double.parseDouble(line.substring(name.length() + 1));
  }

  /** The sum of all samples of a name. */
  private static Map<String, Double> scrape(TestServer server) {
    Map<String, Double> sums = new TreeMap<>();
    for (Matcher sample = SAMPLE.matcher(server.get("/metrics").body()); sample.find(); ) {
      sums.merge(sample.group(1), Double.valueOf(sample.group(2)), Double::sum);
    }
    return sums;
  }

  private static void await(TestServer server, String name, double atLeast) {
    await(name, () -> scrape(server).getOrDefault(name, 0.0), value -> value >= atLeast);
  }

  private static void await(String name, Supplier<Double> value, Predicate<Double> wanted) {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    double now;
    do {
      now = value.get();
      if (wanted.test(now)) {
        return;
      }
      LockSupport.parkNanos(20_000_000);
    } while (System.nanoTime() < end);
    throw new AssertionError(name + " stays " + now);
  }

  @Test
  void everyNumberThatIsShown_isThere_andMovesWithWhatHappens() throws IOException {
    List<Map<String, Double>> moments = new ArrayList<>();
    try (FakeCanister canister = FakeCanister.start(CanisterScript.replyWith("It looks safe."));
        TestServer server =
            TestServer.start(
                canister,
                Map.of("AVAI_MAX_CONTENT_CHARS", "100", "AVAI_MAX_FRAME_BYTES", "4096"))) {
      moments.add(scrape(server));
      try (TestClient client = server.anonymous()) {
        Acknowledgement sent = client.say("new", "Is this safe?");
        var reply = client.awaitReply(sent.requestId());
        await(server, "avai_turn_seconds_count", 1);

        canister.script(CanisterScript.stall());
        Acknowledgement held = client.say(sent.threadId(), "And this?");
        var asked = canister.awaitRequests(2);
        Acknowledgement behind = client.say(sent.threadId(), "And that?");
        moments.add(scrape(server));
        var cancelled = client.request("cancel", "thread_id", sent.threadId());
        await(server, "avai_turn_seconds_count", 2);
        await(server, "avai_turns_unanswered_total", 1);

        canister.stop();
        await(server, "avai_canister_disconnects_total", 1);
        var waiting = client.say(sent.threadId(), "And now?");
        await(server, "avai_turns_waiting", 1);
        moments.add(scrape(server));
        canister.restart();
        await(server, "avai_canister_connects_total", 2);
        var refused =
            client.request(
                "send_message", "thread_id", sent.threadId(), "content", "long ".repeat(100));
        await(server, "avai_limits_hit_total", 1);
        client.sendText("x".repeat(5_000));
        var closed = client.awaitClose();
        await(server, "avai_limits_hit_total", 2);
      }
      await(server, "avai_loop_lag_seconds_count", 1);
      // Told of only once there was one.
      System.gc();
      await(server, "jvm_gc_pause_seconds_count", 1);
      moments.add(scrape(server));
    }
    Map<String, Double> last = moments.getLast();
    assertThat(last.keySet()).containsAll(dashboard());
    assertThat(alerts()).allSatisfy(name -> assertThat(last).containsKey(name));
    for (String name : dashboard()) {
      if (!STEADY.contains(name) && !IN_TROUBLE.contains(name)) {
        assertThat(moments.stream().map(moment -> moment.getOrDefault(name, 0.0)).distinct())
            .as("%s does not move", name)
            .hasSizeGreaterThan(1);
      }
    }
    assertThat(last)
        .containsEntry("avai_acknowledgement_seconds_count", 4.0)
        .containsEntry("avai_errors_total", 1.0);
  }

  /** Each of {@link #IN_TROUBLE}, and each label that an alert looks for. */
  @Test
  void numberThatStandsStillWhileAllIsWell_movesInTrouble() {
    TestDatabase database = TestDatabase.fresh();
    try (FakeCanister canister = FakeCanister.start(CanisterScript.failWith("no", false, null));
        FaultProxy way = FaultProxy.to(database.port());
        TestServer server =
            TestServer.start(
                canister,
                Map.of(
                    "DATABASE_URL",
                    database.variable(way.port()),
                    "AVAI_DB_POOL_SIZE",
                    "2",
                    "AVAI_SLOW_READER_TIMEOUT",
                    "10m"));
        TestClient client = server.anonymous().timeout(Duration.ofSeconds(60))) {
      assertThat(sample(server, "avai_ready")).isEqualTo(1);
      failingCanister_isLeftAlone(server, canister, client);
      slowDatabase_makesAllWait(server, way);
      clientThatDoesNotRead_keepsWhatIsItsOwn(server, client);
      brokenDatabase_isAnInternalError(server, database, client);
      absentDatabase_isNotReady(server, way, client);
    }
  }

  private static void failingCanister_isLeftAlone(
      TestServer server, FakeCanister canister, TestClient client) {
    String open =
        "avai_canister_circuits{state=\"open\",url=\"127.0.0.1:%d\"}"
            .formatted(canister.url().getPort());
    assertThat(sample(server, open)).isZero();
    await(
        open,
        () -> {
          client.awaitReply(client.say("new", "Is this safe?").requestId());
          return sample(server, open);
        },
        value -> value == 1);
    await(
        "failed turns",
        () ->
            sample(server, "avai_turn_seconds_count{outcome=\"canister_error\",state=\"failed\"}"),
        value -> value > 0);
  }

  private static void slowDatabase_makesAllWait(TestServer server, FaultProxy way) {
    double files = sample(server, "process_files_open_files");
    Set<String> still =
        new TreeSet<>(
            Set.of(
                "avai_store_connections_active",
                "avai_store_connections_waiting",
                "avai_store_writes_waiting",
                "avai_mailbox_characters"));
    AtomicBoolean enough = new AtomicBoolean();
    List<TestClient> crowd = new ArrayList<>();
    List<Thread> talking = new ArrayList<>();
    try {
      for (int i = 0; i < 10; i++) {
        crowd.add(server.anonymous().timeout(Duration.ofSeconds(60)));
      }
      // Both ends of each are in this process.
      await(server, "process_files_open_files", files + crowd.size());
      way.delay(Duration.ofMillis(50));
      for (TestClient each : crowd) {
        talking.add(
            Thread.startVirtualThread(() -> {
              while (!enough.get()) {
                for (int i = 0; i < 10; i++) {
                  each.send("get_threads");
                  each.send("send_message", "thread_id", "new", "content", "And this?");
                }
                each.settle();
              }
            }));
      }
      await(
          still + "",
          () -> {
            Map<String, Double> now = scrape(server);
            still.removeIf(name -> now.get(name) > 0);
            return (double) still.size();
          },
          left -> left == 0);
    } finally {
      enough.set(true);
      way.delay(Duration.ZERO);
      talking.forEach(OperatorFilesTest::join);
      crowd.forEach(TestClient::close);
    }
  }

  private static void join(Thread thread) {
    try {
      thread.join();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  private static void clientThatDoesNotRead_keepsWhatIsItsOwn(
      TestServer server, TestClient client) {
    String thread = client.say("new", "x".repeat(30_000)).threadId();
    String session = client.frames("auth_success").getFirst().string("session_token");
    try (TestClient slow =
        TestClient.connect(WebSocketDialer.to(server.address()).receiveBuffer(4_096))) {
      slow.request("authenticate", "session_token", session);
      slow.pauseReading();
      // More than the kernel's buffers on the way take.
      for (int i = 0; i < 500; i++) {
        slow.send("get_history", "thread_id", thread);
      }
      await(server, "avai_outbound_bytes", 1);
      slow.resumeReading();
    }
  }

  private static void brokenDatabase_isAnInternalError(
      TestServer server, TestDatabase database, TestClient client) {
    database.run("alter table threads rename to lost");
    assertThat(client.request("get_threads").string("code")).isEqualTo("INTERNAL");
    database.run("alter table lost rename to threads");
    assertThat(sample(server, "avai_errors_total{code=\"INTERNAL\"}")).isPositive();
  }

  private static void absentDatabase_isNotReady(
      TestServer server, FaultProxy way, TestClient client) {
    way.refuse();
    way.cut();
    await("avai_ready", () -> sample(server, "avai_ready"), value -> value == 0);
    assertThat(client.request("get_threads").string("code")).isEqualTo("STORE_UNAVAILABLE");
    assertThat(sample(server, "avai_errors_total{code=\"STORE_UNAVAILABLE\"}")).isPositive();
    way.pass();
    await("avai_ready", () -> sample(server, "avai_ready"), value -> value == 1);
  }

  @Test
  void nameThatNobodyExports_wouldBeNoticed() {
    assertThat(metricsIn("sum(rate(avai_nothing_total{job=~\"$job\"}[5m]))"))
        .containsExactly("avai_nothing_total");
  }
}
