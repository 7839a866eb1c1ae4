package life.avai.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import life.avai.server.support.TestServer;
import life.avai.testkit.canister.CanisterScript;
import life.avai.testkit.canister.FakeCanister;
import life.avai.testkit.client.Acknowledgement;
import life.avai.testkit.client.TestClient;
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

  /** What is set once, or belongs to the machine. */
  private static final Set<String> STEADY =
      Set.of(
          "avai_ready",
          "avai_canisters_configured",
          "avai_store_connections_max",
          // In use for a moment only.
          "avai_store_connections_active",
          "avai_store_connections_waiting",
          "avai_store_writes_waiting",
          "avai_mailbox_characters",
          "avai_outbound_bytes",
          // One of its states is 1, so their sum is.
          "avai_canister_circuits",
          "jvm_memory_max_bytes",
          "jvm_gc_pause_seconds_sum",
          "jvm_threads_live_threads",
          "process_files_open_files",
          "process_files_max_files",
          "process_cpu_usage",
          "system_cpu_usage");

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

  /** The sum of all samples of a name. */
  private static Map<String, Double> scrape(TestServer server) {
    Map<String, Double> sums = new TreeMap<>();
    for (Matcher sample = SAMPLE.matcher(server.get("/metrics").body()); sample.find(); ) {
      sums.merge(sample.group(1), Double.valueOf(sample.group(2)), Double::sum);
    }
    return sums;
  }

  private static double await(TestServer server, String name, double atLeast) {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    double now;
    do {
      now = scrape(server).getOrDefault(name, 0.0);
      if (now >= atLeast) {
        return now;
      }
      LockSupport.parkNanos(20_000_000);
    } while (System.nanoTime() < end);
    throw new AssertionError(name + ": " + now + " (expected: at least " + atLeast + ")");
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
        moments.add(scrape(server));
        var cancelled = client.request("cancel", "thread_id", sent.threadId());
        await(server, "avai_turn_seconds_count", 2);

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
      if (!STEADY.contains(name)) {
        assertThat(moments.stream().map(moment -> moment.getOrDefault(name, 0.0)).distinct())
            .as("%s does not move", name)
            .hasSizeGreaterThan(1);
      }
    }
    assertThat(last)
        .containsEntry("avai_acknowledgement_seconds_count", 3.0)
        .containsEntry("avai_errors_total", 1.0);
  }

  @Test
  void nameThatNobodyExports_wouldBeNoticed() {
    assertThat(metricsIn("sum(rate(avai_nothing_total{job=~\"$job\"}[5m]))"))
        .containsExactly("avai_nothing_total");
  }
}
