package life.avai.server.faults;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import life.avai.server.support.ServerProcess;
import life.avai.server.support.TestDatabase;
import life.avai.testkit.canister.CanisterListener;
import life.avai.testkit.canister.FakeCanister;
import life.avai.testkit.canister.ProcessRequest;
import life.avai.testkit.canister.Step;
import life.avai.testkit.client.Acknowledgement;
import life.avai.testkit.client.ClientListener;
import life.avai.testkit.client.TestClient;
import life.avai.testkit.json.Json;
import life.avai.testkit.json.JsonObject;
import life.avai.testkit.websocket.WebSocketDialer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/**
 * No test: prints what one reader who stops reading costs 200 others, the server's memory and how
 * long a piece of a reply takes from the canister to its reader, without him and with him. Runs
 * with {@code -Dfaults.rounds=N}.
 */
@EnabledIfSystemProperty(
    named = "faults.rounds",
    matches = "\\d+",
    disabledReason = "prints figures, and takes long")
class StoppedReaderTest {
  private static final int READERS = 200;
  private static final int PIECES = 100;
  private static final String PIECE = "piece ";
  private static final Duration BETWEEN = Duration.ofMillis(50);
  private static final int ROUNDS = Integer.getInteger("faults.rounds", 1);
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  /** What the stopped reader does not read: as much as a reply may be. */
  private static final String MUCH = "0123456789".repeat(19_000);

  /** When each piece of each turn left the canister, by System.nanoTime. */
  private final Map<String, long[]> sent = new ConcurrentHashMap<>();

  private final ConcurrentLinkedQueue<Long> latencies = new ConcurrentLinkedQueue<>();

  @TempDir private Path directory;

  @Test
  void whatOneReaderWhoStopsReading_costsTheOthers() throws IOException {
    TestDatabase database = TestDatabase.fresh();
    try (FakeCanister canister =
            FakeCanister.builder().remember(0).script(StoppedReaderTest::steps).start();
        ServerProcess server =
            ServerProcess.start(
                directory,
                Map.of(
                    "DATABASE_URL",
                    database.variable(),
                    "AVAI_CANISTER_WS_URL",
                    canister.url().toString(),
                    "AVAI_CANISTER_CONNECTIONS",
                    "8",
                    // He stays: what he costs is to be seen.
                    "AVAI_SLOW_READER_TIMEOUT",
                    "10m"))) {
      canister.listener(pieces());
      canister.awaitConnections(8);
      round(server, "warm-up", false);
      for (int i = 0; i < 2 * ROUNDS; i++) {
        boolean stopped = i % 2 == 1;
        round(server, stopped ? "one stopped" : "none stopped", stopped);
      }
    }
  }

  private static List<Step> steps(ProcessRequest request) {
    if (request.question().equals("much")) {
      return List.of(Step.deltas(MUCH, 2_000, Duration.ofMillis(20)), Step.response());
    }
    List<Step> steps = new ArrayList<>();
    for (int i = 0; i < PIECES; i++) {
      steps.add(Step.pause(BETWEEN));
      steps.add(Step.delta(PIECE));
    }
    steps.add(Step.response());
    return steps;
  }

  private CanisterListener pieces() {
    return new CanisterListener() {
      @Override
      public void sending(int connection, JsonObject process, String json) {
        long now = System.nanoTime();
        JsonObject frame = Json.parseObject(json);
        if (frame.get("sequence") instanceof Long sequence && sequence < PIECES) {
          sent.computeIfAbsent(process.string("request_id"), id -> new long[PIECES])[
                  sequence.intValue()] =
              now;
        }
      }
    };
  }

  private ClientListener reader() {
    return new ClientListener() {
      @Override
      public void received(TestClient client, JsonObject frame) {
        if (!frame.type().equals("ai_response_delta")) {
          return;
        }
        long now = System.nanoTime();
        long[] times = sent.get(frame.string("request_id"));
        int first = (int) frame.integer("offset") / PIECE.length();
        int pieces = frame.string("delta").length() / PIECE.length();
        for (int i = first; times != null && i < Math.min(PIECES, first + pieces); i++) {
          latencies.add(now - times[i]);
        }
      }
    };
  }

  private static TestClient connect(ServerProcess server, ClientListener listener) {
    TestClient client =
        TestClient.connect(WebSocketDialer.to(server.address()).receiveBuffer(4_096), listener);
    return client.timeout(PATIENCE);
  }

  private void round(ServerProcess server, String name, boolean withStopped) throws IOException {
    List<TestClient> clients = new ArrayList<>();
    try {
      if (withStopped) {
        TestClient talker = connect(server, ClientListener.NONE);
        TestClient stopped = connect(server, ClientListener.NONE);
        clients.addAll(List.of(talker, stopped));
        JsonObject auth = talker.authenticateAnonymously();
        stopped.request("authenticate", "session_token", auth.string("session_token"));
        String thread = talker.request("create_thread").string("thread_id");
        stopped.request("subscribe", "thread_id", thread);
        stopped.pauseReading();
        Acknowledgement unused = talker.say(thread, "much");
      }
      for (int i = 0; i < READERS; i++) {
        TestClient client = connect(server, reader());
        clients.add(client);
        JsonObject unused = client.authenticateAnonymously();
      }
      sent.clear();
      latencies.clear();
      List<Acknowledgement> asked = new ArrayList<>();
      List<TestClient> readers = clients.subList(clients.size() - READERS, clients.size());
      readers.forEach(client -> asked.add(client.say("new", "stream")));
      for (int i = 0; i < READERS; i++) {
        var unused = readers.get(i).awaitReply(asked.get(i).requestId());
      }
      List<Long> sorted = latencies.stream().sorted().toList();
      System.out.printf(
          "%-12s  pieces=%d  p50=%.2f ms  p99=%.2f ms  server memory=%s%n",
          name, sorted.size(), millis(sorted, 0.50), millis(sorted, 0.99), memory(server));
    } finally {
      clients.forEach(TestClient::cut);
    }
  }

  private static double millis(List<Long> sorted, double part) {
    return sorted.get((int) (part * (sorted.size() - 1))) / 1e6;
  }

  /** What the operating system gives the server, as Linux tells it. */
  private static String memory(ServerProcess server) throws IOException {
    return Files.readAllLines(Path.of("/proc/" + server.pid() + "/status")).stream()
        .filter(line -> line.startsWith("VmRSS"))
        .map(line -> line.replaceAll("\\s+", " "))
        .findAny()
        .orElse("unknown");
  }
}
