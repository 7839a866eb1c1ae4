package life.avai.server.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import life.avai.server.support.ServerProcess;
import life.avai.server.support.TestDatabase;
import life.avai.testkit.canister.CanisterScript;
import life.avai.testkit.canister.FakeCanister;
import life.avai.testkit.canister.Step;
import life.avai.testkit.client.Acknowledgement;
import life.avai.testkit.client.Reply;
import life.avai.testkit.client.TestClient;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Turns whose server is stopped, killed or asked to end: another one has them, and one alone. */
@Timeout(180)
class TakeoverTest {
  private static final String LONG_LEASE = "10m";

  @TempDir private Path directory;

  private static Map<String, String> variables(
      FakeCanister canister, String lease, Map<String, String> more) {
    Map<String, String> variables = new HashMap<>(more);
    variables.put("AVAI_CANISTER_WS_URL", canister.url().toString());
    variables.put("AVAI_TURN_LEASE", lease);
    return variables;
  }

  /** Begins, waits for the gate, ends; the next attempt is answered at once. */
  private static CanisterScript firstAttemptAt(CompletableFuture<Void> gate) {
    return CanisterScript.replyWith("from the second")
        .onAttempt(
            1,
            CanisterScript.playing(
                Step.delta("from "), Step.await(gate), Step.delta("the first"), Step.response()));
  }

  @Test
  void stoppedServerThatWakesUp_writesNothingToATurnThatAnotherTook() {
    CompletableFuture<Void> gate = new CompletableFuture<>();
    TestDatabase database = TestDatabase.fresh();
    try (FakeCanister canister = FakeCanister.start(firstAttemptAt(gate))) {
      Map<String, String> variables =
          variables(canister, "1s", Map.of("DATABASE_URL", database.variable()));
      try (ServerProcess sleeper = ServerProcess.start(directory, variables);
          TestClient client = TestClient.connect(sleeper.address())) {
        canister.awaitConnection();
        client.authenticateAnonymously();
        Acknowledgement sent = client.say("new", "who answers?");
        client.await("ai_response_delta");
        try (ServerProcess taker = ServerProcess.start(directory, variables)) {
          assertThat(taker.isAlive()).isTrue();
          sleeper.stop();
          database.awaitRest();
          List<String> rows = rows(database);
          // What the sleeper has asked for is there when it wakes up.
          gate.complete(null);
          canister.awaitIdle();
          sleeper.resume();

          Reply reply = client.awaitReply(sent.requestId());
          assertThat(reply.content()).isEqualTo("from the second");
          assertThat(reply.attempt()).isEqualTo(2);
          client.settle();
          assertThat(rows(database)).isEqualTo(rows);
          assertThat(canister.received()).hasSize(2);
        }
      }
    }
  }

  private static List<String> rows(TestDatabase database) {
    List<String> rows = new java.util.ArrayList<>(database.all("select t::text from turns t"));
    rows.addAll(database.all("select m::text from messages m order by position"));
    rows.addAll(database.all("select t::text from threads t"));
    return rows;
  }

  @Test
  void serverThatIsAskedToEnd_finishesWhatItCanAndHandsTheRestOverAtOnce() {
    CompletableFuture<Void> gate = new CompletableFuture<>();
    TestDatabase database = TestDatabase.fresh();
    CanisterScript never =
        CanisterScript.replyWith("by another").onAttempt(1, CanisterScript.stall());
    try (FakeCanister canister = FakeCanister.start(firstAttemptAt(gate))) {
      // Nobody could take a turn over within this lease: what is quick here was handed over.
      Map<String, String> variables =
          variables(
              canister,
              LONG_LEASE,
              Map.of("DATABASE_URL", database.variable(), "AVAI_SHUTDOWN_GRACE", "3s"));
      try (ServerProcess ending = ServerProcess.start(directory, variables);
          ServerProcess taker = ServerProcess.start(directory, variables);
          TestClient client = TestClient.connect(ending.address())) {
        canister.awaitConnections(2);
        String session = client.authenticateAnonymously().string("session_token");
        Acknowledgement finished = client.say("new", "will it be finished?");
        client.await("ai_response_delta");
        canister.script(never);
        Acknowledgement handed = client.say("new", "and this?");
        canister.awaitRequests(2);

        ending.terminate();
        client.await("server_shutdown");
        gate.complete(null);
        assertThat(client.awaitReply(finished.requestId()).content()).isEqualTo("from the first");
        assertThat(client.awaitClose().code()).isEqualTo(1012);

        try (TestClient again = TestClient.connect(taker.address())) {
          again.request("authenticate", "session_token", session);
          again.request("subscribe", "thread_id", handed.threadId(), "after_position", 0);
          database.awaitRest();
        }
        assertThat(database.all("select content from messages where role = 'assistant' order by 1"))
            .containsExactly("by another", "from the first");
        assertThat(database.all("select attempt from turns order by created_at"))
            .containsExactly("1", "2");
        assertThat(ending.awaitExit()).isNotEqualTo(137);
      }
    }
  }

  @Test
  void killedServerWithADatabaseOfItsOwn_takesItsTurnsUpAtOnceWhenItIsBack() {
    CompletableFuture<Void> never = new CompletableFuture<>();
    try (FakeCanister canister = FakeCanister.start(firstAttemptAt(never))) {
      Map<String, String> variables =
          variables(
              canister, LONG_LEASE, Map.of("AVAI_DATA_DIR", directory.resolve("data").toString()));
      String session;
      Acknowledgement sent;
      try (ServerProcess first = ServerProcess.start(directory, variables);
          TestClient client = TestClient.connect(first.address())) {
        canister.awaitConnection();
        session = client.authenticateAnonymously().string("session_token");
        sent = client.say("new", "are you there?");
        client.await("ai_response_delta");
        first.kill();
      }
      try (ServerProcess second = ServerProcess.start(directory, variables);
          TestClient client = TestClient.connect(second.address())) {
        client.request("authenticate", "session_token", session);
        client.request("subscribe", "thread_id", sent.threadId(), "after_position", 1);
        assertThat(
                client
                    .await(
                        "the reply",
                        frame ->
                            frame.toString().contains("from the second")
                                && !frame.type().equals("ai_response_delta"))
                    .type())
            .isIn("ai_response", "thread_history");
        second.terminate();
        second.awaitExit();
      }
    }
  }

  @Test
  void cancelAfterARestart_endsTheTurnThatThisTookUpAgain() {
    CompletableFuture<Void> never = new CompletableFuture<>();
    CanisterScript endless = CanisterScript.playing(Step.delta("on and on"), Step.await(never));
    try (FakeCanister canister = FakeCanister.start(endless)) {
      Map<String, String> variables =
          variables(
              canister, LONG_LEASE, Map.of("AVAI_DATA_DIR", directory.resolve("data").toString()));
      String session;
      Acknowledgement sent;
      try (ServerProcess first = ServerProcess.start(directory, variables);
          TestClient client = TestClient.connect(first.address())) {
        canister.awaitConnection();
        session = client.authenticateAnonymously().string("session_token");
        sent = client.say("new", "will you ever stop?");
        client.await("ai_response_delta");
        first.kill();
      }
      try (ServerProcess second = ServerProcess.start(directory, variables);
          TestClient client = TestClient.connect(second.address())) {
        client.request("authenticate", "session_token", session);
        client.request("subscribe", "thread_id", sent.threadId());
        assertThat(client.await("ai_response_delta").integer("attempt")).isEqualTo(2);

        assertThat(client.request("cancel", "thread_id", sent.threadId()).list("request_ids"))
            .isEqualTo(List.of(sent.requestId()));

        assertThat(client.await("ai_cancelled").string("content")).isEqualTo("on and on");
        canister.awaitCancel(sent.requestId());
        assertThat(canister.received()).hasSize(2);
        second.terminate();
        second.awaitExit();
      }
    }
  }
}
