package life.avai.server.faults;

import java.sql.SQLException;
import java.time.Duration;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import life.avai.server.support.TestDatabase;
import life.avai.server.support.TestServer;
import life.avai.testkit.canister.CanisterListener;
import life.avai.testkit.canister.CanisterScript;
import life.avai.testkit.canister.FakeCanister;
import life.avai.testkit.canister.Fault;
import life.avai.testkit.check.Database;
import life.avai.testkit.check.Recorder;
import life.avai.testkit.check.Recording;
import life.avai.testkit.client.Acknowledgement;
import life.avai.testkit.client.Reply;
import life.avai.testkit.client.TestClient;
import life.avai.testkit.json.Json;
import life.avai.testkit.json.JsonObject;
import life.avai.testkit.websocket.WebSocketDialer;

/**
 * One server with a pool of canisters that goes through the catalogue of faults, fault by fault.
 */
final class FaultRun implements AutoCloseable {
  /** Faults of the connection, or of everything new: one canister of the pool has them. */
  private static final Set<Fault> OF_ONE =
      Set.of(
          Fault.REFUSE,
          Fault.HANG_ON_CONNECT,
          Fault.TLS_FAULT,
          Fault.REFUSE_UPGRADE,
          Fault.DRAINING);

  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final Duration BETWEEN_LOOKS = Duration.ofMillis(20);

  /** What a user sees; the names are those of the table in docs/canisters.md. */
  enum Outcome {
    ANSWERED("answered"),
    ANEW("anew"),
    WAITS("waits"),
    TIMEOUT("`TIMEOUT`"),
    INVALID_RESPONSE("`INVALID_RESPONSE`"),
    CANCELLED("cancelled"),
    OTHER("something else");

    private final String documented;

    Outcome(String documented) {
      this.documented = documented;
    }

    static Outcome of(String documented) {
      return Arrays.stream(values())
          .filter(outcome -> outcome.documented.equals(documented))
          .findFirst()
          .orElseThrow();
    }

    /** Text that was lost on the way to the server was never shown, and so does not begin anew. */
    boolean isA(Outcome expected) {
      return this == expected || (expected == ANEW && this == ANSWERED);
    }
  }

  /** What became of one fault. */
  record Cell(Outcome outcome, Duration took, Reply reply) {}

  private final Map<Fault, CompletableFuture<Cell>> cells = new EnumMap<>(Fault.class);
  private final Recorder recorder = new Recorder();
  private final TestDatabase database = TestDatabase.fresh();
  private final List<FakeCanister> canisters;
  private final TestServer server;
  private final TestClient client;

  /** A pool of so many canisters, and so many connections to each. */
  FaultRun(int size, int connections) {
    CanisterListener recording = recorder.canister();
    // What canisters say is not kept: the floods would fill the memory of the test.
    CanisterListener asked =
        new CanisterListener() {
          @Override
          public void received(int connection, JsonObject frame) {
            recording.received(connection, frame);
          }
        };
    canisters =
        Stream.generate(
                () -> FakeCanister.start(CanisterScript.replyWith(Fault.REPLY)).listener(asked))
            .limit(size)
            .toList();
    for (Fault fault : Fault.values()) {
      cells.put(fault, new CompletableFuture<>());
    }
    server =
        TestServer.start(
            Map.of(
                "DATABASE_URL",
                database.variable(),
                "AVAI_CANISTER_WS_URL",
                canisters.stream()
                    .map(canister -> canister.url().toString())
                    .collect(Collectors.joining(",")),
                "AVAI_CANISTER_CONNECTIONS",
                Integer.toString(connections),
                "AVAI_AI_FIRST_TIMEOUT",
                "3s",
                "AVAI_AI_IDLE_TIMEOUT",
                "2s"));
    client = TestClient.connect(WebSocketDialer.to(server.address()), recorder.client());
    client.timeout(PATIENCE);
    var unused = client.authenticateAnonymously();
  }

  /** Waits for what became of a fault. */
  Cell cell(Fault fault) throws Exception {
    return cells.get(fault).get(2, TimeUnit.MINUTES);
  }

  void goThroughTheCatalogue() {
    for (Fault fault : Fault.values()) {
      CompletableFuture<Cell> cell = cells.get(fault);
      try {
        awaitConnected(canisters.size());
        cell.complete(meet(fault));
      } catch (Throwable e) {
        cell.completeExceptionally(e);
      } finally {
        canisters.forEach(canister -> heal(canister, fault));
      }
    }
    database.awaitRest();
    client.settle();
  }

  /** A connection that is frozen stays so, and is opened anew. */
  private static void heal(FakeCanister canister, Fault fault) {
    canister.heal();
    if (fault == Fault.HALF_OPEN || fault == Fault.STOPS_READING) {
      int before = canister.totalConnections();
      canister.dropConnections();
      canister.awaitTotalConnections(before + 1);
    }
  }

  private Cell meet(Fault fault) {
    arm(fault);
    long begun = System.nanoTime();
    Acknowledgement sent = client.say("new", "What of " + fault.label() + "?");
    String turn = sent.requestId();
    if (fault == Fault.CANCEL_IGNORED) {
      var unused = client.await("text", frame -> isOf(turn, "ai_response_delta", frame));
      client.request("cancel", "thread_id", sent.threadId());
    }
    if (OF_ONE.contains(fault) && canisters.size() == 1) {
      var unused = client.await("a notice", frame -> isOf(turn, "ai_unavailable", frame));
      canisters.forEach(FakeCanister::heal);
    }
    Reply reply = client.awaitReply(turn);
    return new Cell(outcome(reply), Duration.ofNanos(System.nanoTime() - begun), reply);
  }

  private void arm(Fault fault) {
    if (OF_ONE.contains(fault)) {
      fault.arm(canisters.getFirst());
      awaitConnected(canisters.size() - 1);
    } else if (fault.script().isPresent()) {
      // Whoever is asked first has it, and whoever is asked next has not.
      CanisterScript first =
          CanisterScript.first(fault.script().get()).then(CanisterScript.replyWith(Fault.REPLY));
      canisters.forEach(canister -> canister.script(first));
    } else {
      canisters.forEach(fault::arm);
    }
  }

  private static boolean isOf(String turn, String type, JsonObject frame) {
    return frame.type().equals(type) && turn.equals(frame.optionalString("request_id"));
  }

  private Outcome outcome(Reply reply) {
    List<JsonObject> seen =
        client.frames().stream()
            .map(frame -> frame.json())
            .filter(frame -> reply.requestId().equals(frame.optionalString("request_id")))
            .toList();
    return switch (reply.type()) {
      case "ai_response" -> {
        if (seen.stream().anyMatch(frame -> frame.type().equals("ai_unavailable"))) {
          yield Outcome.WAITS;
        }
        long attempts =
            seen.stream()
                .filter(frame -> frame.type().equals("ai_response_delta"))
                .map(frame -> frame.integer("attempt"))
                .distinct()
                .count();
        yield attempts > 1 ? Outcome.ANEW : Outcome.ANSWERED;
      }
      case "ai_cancelled" -> Outcome.CANCELLED;
      case "ai_error" ->
          switch (reply.outcome().string("code")) {
            case "TIMEOUT" -> Outcome.TIMEOUT;
            case "INVALID_RESPONSE" -> Outcome.INVALID_RESPONSE;
            default -> Outcome.OTHER;
          };
      default -> Outcome.OTHER;
    };
  }

  /** Asks until the server counts so many canisters. */
  private void awaitConnected(int count) {
    long end = System.nanoTime() + PATIENCE.toNanos();
    String health;
    do {
      health = server.get("/health").body();
      JsonObject checks = Json.parseObject(health).object("checks");
      if (checks.object("canisters").integer("connected") == count) {
        return;
      }
      LockSupport.parkNanos(BETWEEN_LOOKS.toNanos());
    } while (System.nanoTime() < end);
    throw new AssertionError("not " + count + " canisters: " + health);
  }

  /** What all of it looked like, when it is over. */
  Recording recording() throws SQLException {
    return recorder.recording(Database.read(database.dataSource(), "public"));
  }

  @Override
  public void close() {
    client.close();
    server.close();
    canisters.forEach(FakeCanister::close);
  }
}
