package life.avai.server.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import life.avai.server.support.ServerProcess;
import life.avai.server.support.TestDatabase;
import life.avai.testkit.canister.FakeCanister;
import life.avai.testkit.client.TestClient;
import life.avai.testkit.fault.Direction;
import life.avai.testkit.fault.FaultProxy;
import life.avai.testkit.json.JsonObject;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** One message is one message, however often it is sent, wherever, and whatever dies meanwhile. */
@Timeout(180)
class ExactlyOnceTest {
  private static final int SENDS = 100;
  private static final int SOCKETS = 4;

  @TempDir private Path directory;
  private final TestDatabase database = TestDatabase.fresh();

  private Map<String, String> variables(FakeCanister canister, String url) {
    return Map.of(
        "DATABASE_URL",
        url,
        "AVAI_CANISTER_WS_URL",
        canister.url().toString(),
        "AVAI_TURN_LEASE",
        "2s");
  }

  private static JsonObject send(String thread, String clientId) {
    return JsonObject.of(
        "type",
        "send_message",
        "thread_id",
        thread,
        "content",
        "Is this mail a fraud?",
        "client_message_id",
        clientId);
  }

  @Test
  void serverKilledBetweenCommitAndAcknowledgement_leavesOneMessage_whoeverIsAskedAgain() {
    String clientId = UUID.randomUUID().toString();
    try (FakeCanister canister = FakeCanister.start();
        FaultProxy proxy = FaultProxy.to(database.port());
        ServerProcess other =
            ServerProcess.start(directory, variables(canister, database.variable()));
        ServerProcess victim =
            ServerProcess.start(directory, variables(canister, database.variable(proxy.port())));
        TestClient client = TestClient.connect(victim.address())) {
      canister.awaitConnections(2);
      String session = client.authenticateAnonymously().string("session_token");
      String thread = client.request("create_thread").string("thread_id");

      // What the database answers is held, so it has committed and the server does not know it.
      proxy.hold(Direction.BACK);
      client.send(send(thread, clientId));
      database.await("select count(*) from messages where client_message_id is not null", "1");
      victim.kill();
      client.awaitClose();
      assertThat(client.frames("message_sent")).isEmpty();
      proxy.pass();

      try (ServerProcess again =
          ServerProcess.start(directory, variables(canister, database.variable(proxy.port())))) {
        List<JsonObject> acknowledgements =
            sendOverAndOver(session, send(thread, clientId), List.of(other, again));
        assertThat(acknowledgements).hasSize(SENDS - 1);
        assertThat(ids(acknowledgements)).as("the ids that were told").hasSize(1);
        assertThat(acknowledgements).allMatch(sent -> sent.isTrue("duplicate"));

        database.awaitRest();
        String turn = acknowledgements.getFirst().string("request_id");
        assertThat(database.all("select id from turns where state = 'completed'"))
            .containsExactly(turn);
        assertThat(database.count("messages where role = 'user'")).isEqualTo(1);
        assertThat(database.count("messages where role = 'assistant'")).isEqualTo(1);
        assertThat(canister.received()).as("asked once").hasSize(1);
      }
    }
  }

  /** Sends on several sockets of both servers at once, and waits for every answer. */
  private static List<JsonObject> sendOverAndOver(
      String session, JsonObject frame, List<ServerProcess> servers) {
    List<TestClient> clients = new ArrayList<>();
    try {
      for (int i = 0; i < SOCKETS; i++) {
        TestClient client = TestClient.connect(servers.get(i % servers.size()).address());
        clients.add(client);
        assertThat(client.request("authenticate", "session_token", session).type())
            .isEqualTo("auth_success");
      }
      for (int i = 1; i < SENDS; i++) {
        clients.get(i % SOCKETS).send(frame.with("id", i));
      }
      List<JsonObject> answers = new ArrayList<>();
      for (int i = 1; i < SENDS; i++) {
        long id = i;
        answers.add(
            clients
                .get(i % SOCKETS)
                .await(
                    "answer " + id, answer -> Long.valueOf(id).equals(answer.get("in_reply_to"))));
      }
      return answers;
    } finally {
      clients.forEach(TestClient::close);
    }
  }

  private static Set<List<Object>> ids(List<JsonObject> acknowledgements) {
    Set<List<Object>> ids = new HashSet<>();
    for (JsonObject sent : acknowledgements) {
      ids.add(
          List.of(
              sent.string("message_id"),
              sent.string("request_id"),
              sent.string("thread_id"),
              sent.integer("position"),
              sent.string("saved_at")));
    }
    return ids;
  }
}
