package life.avai.server.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import life.avai.server.support.ServerProcess;
import life.avai.server.support.TestDatabase;
import life.avai.testkit.canister.CanisterScript;
import life.avai.testkit.canister.FakeCanister;
import life.avai.testkit.client.ClientListener;
import life.avai.testkit.fault.Direction;
import life.avai.testkit.fault.FaultProxy;
import life.avai.testkit.json.JsonObject;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The only server dies in the middle of replies, again and again: {@code -Dfaults.kills=50} for
 * more of it, {@code -Dfaults.seed=S} for other moments.
 */
@Timeout(1_200)
class KilledWhileStreamingTest {
  private static final int KILLS = Integer.getInteger("faults.kills", 4);
  private static final long SEED = Long.getLong("faults.seed", 17);
  private static final int READERS = 3;
  private static final Duration LEASE = Duration.ofSeconds(2);
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final String REPLY =
      IntStream.range(0, 200)
          .mapToObj(i -> "word-" + i + (i % 7 == 0 ? " \uD83D\uDE00 " : " "))
          .collect(Collectors.joining());

  @TempDir private Path directory;
  private final TestDatabase database = TestDatabase.fresh();
  private final Random random = new Random(SEED);

  @Test
  void everyReader_endsWithTheTextInTheDatabase_andNothingIsAnsweredTwice() {
    CanisterScript script = CanisterScript.replyWith(REPLY, 8, Duration.ofMillis(4));
    List<Device> readers = new ArrayList<>();
    List<Duration> untilRest = new ArrayList<>();
    try (FakeCanister canister = FakeCanister.start(script);
        FaultProxy way = FaultProxy.to(1)) {
      Map<String, String> variables =
          Map.of(
              "DATABASE_URL",
              database.variable(),
              "AVAI_CANISTER_WS_URL",
              canister.url().toString(),
              "AVAI_TURN_ATTEMPTS",
              "100",
              "AVAI_TURN_LEASE",
              LEASE.toMillis() + "ms");
      URI address = URI.create("ws://127.0.0.1:" + way.port() + "/ws");
      ServerProcess server = ServerProcess.start(directory, variables);
      try {
        way.target(new InetSocketAddress("127.0.0.1", server.port()));
        for (int i = 0; i < READERS; i++) {
          readers.add(new Device(() -> address, ClientListener.NONE, null));
        }
        List<String> threads = new ArrayList<>();
        readers.forEach(reader ->
            threads.add(reader.ask(JsonObject.of("type", "create_thread")).string("thread_id")));
        for (int kill = 0; kill < KILLS; kill++) {
          List<JsonObject> asked = new ArrayList<>();
          long before = way.passed(Direction.BACK);
          for (int i = 0; i < READERS; i++) {
            asked.add(
                readers
                    .get(i)
                    .send(threads.get(i), "question " + kill, UUID.randomUUID().toString()));
          }
          // A moment in the middle of the replies, told by what has come of them.
          way.awaitPassed(Direction.BACK, before + 1_000 + random.nextInt(80_000));
          server.kill();
          server = ServerProcess.start(directory, variables);
          way.target(new InetSocketAddress("127.0.0.1", server.port()));
          long ready = System.nanoTime();
          database.awaitRest();
          untilRest.add(Duration.ofNanos(System.nanoTime() - ready));
          for (int i = 0; i < READERS; i++) {
            JsonObject outcome =
                readers.get(i).awaitOutcome(asked.get(i).string("request_id"), PATIENCE);
            assertThat(outcome.string("content"))
                .as("seed %d, kill %d", SEED, kill)
                .isEqualTo(REPLY);
          }
        }
        readers.forEach(reader -> assertThat(reader.complaints()).as("seed %d", SEED).isEmpty());
        check();
        int resumed = readers.stream().mapToInt(Device::resumed).sum();
        Duration longest = untilRest.stream().max(Duration::compareTo).orElseThrow();
        System.out.printf(
            "kills=%d seed=%d resumed=%d restAfterRestart(longest)=%dms lease=%dms%n",
            KILLS, SEED, resumed, longest.toMillis(), LEASE.toMillis());
        assertThat(resumed).as("readers that were in the middle of a reply").isPositive();
        assertThat(database.count("turns where attempt > 1")).as("taken over").isPositive();
      } finally {
        readers.forEach(Device::close);
        server.close();
      }
    }
  }

  private void check() {
    String seed = "seed " + SEED;
    long turns = (long) KILLS * READERS;
    assertThat(database.count("turns where state = 'completed'")).as(seed).isEqualTo(turns);
    assertThat(database.count("turns")).as(seed).isEqualTo(turns);
    assertThat(database.count("messages where role = 'assistant'")).as(seed).isEqualTo(turns);
    assertThat(database.all("select distinct content from messages where role = 'assistant'"))
        .as(seed)
        .containsExactly(REPLY);
  }
}
