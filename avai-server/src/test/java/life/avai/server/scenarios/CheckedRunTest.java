package life.avai.server.scenarios;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import life.avai.persistence.TestPostgres;
import life.avai.server.support.TestServer;
import life.avai.testkit.canister.CanisterScript;
import life.avai.testkit.canister.FakeCanister;
import life.avai.testkit.canister.ProcessRequest;
import life.avai.testkit.canister.Step;
import life.avai.testkit.check.Checker;
import life.avai.testkit.check.Database;
import life.avai.testkit.check.Fault;
import life.avai.testkit.check.Property;
import life.avai.testkit.check.RateLimit;
import life.avai.testkit.check.Recorder;
import life.avai.testkit.check.Recording;
import life.avai.testkit.check.Violation;
import life.avai.testkit.client.Acknowledgement;
import life.avai.testkit.client.TestClient;
import life.avai.testkit.json.JsonObject;
import life.avai.testkit.websocket.WebSocketDialer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.postgresql.ds.PGSimpleDataSource;

/** What a real server does is what the checker takes for right, and a spoiled row is not. */
class CheckedRunTest {
  private final Recorder recorder = new Recorder();
  private final PGSimpleDataSource database = new PGSimpleDataSource();
  private FakeCanister canister;
  private TestServer server;

  @BeforeEach
  void start() {
    String url = TestPostgres.freshDatabaseUrl();
    database.setUrl("jdbc:postgresql://" + url.substring(url.indexOf('@') + 1));
    database.setUser(TestPostgres.server().user());
    database.setPassword(TestPostgres.server().password());
    canister =
        FakeCanister.start(CanisterScript.answering(request -> "You said " + request.question()))
            .listener(recorder.canister());
    server = TestServer.start(canister, Map.of("DATABASE_URL", url));
  }

  @AfterEach
  void stop() {
    server.close();
    canister.close();
  }

  private TestClient connect() {
    return TestClient.connect(WebSocketDialer.to(server.address()), recorder.client());
  }

  @Test
  void runWithEverythingInIt_isSound() throws SQLException {
    TestClient ann = connect();
    JsonObject who = ann.authenticateAnonymously();
    recorder.secret(who.object("user").string("id"), "a blue harbour");
    TestClient bob = connect();
    bob.authenticateAnonymously();

    JsonObject first =
        JsonObject.of(
            "type",
            "send_message",
            "thread_id",
            "new",
            "content",
            "in a blue harbour",
            "client_message_id",
            UUID.randomUUID());
    JsonObject sent = ann.request(first);
    String thread = sent.string("thread_id");
    ann.awaitReply(sent.string("request_id"));
    assertThat(ann.request(first).isTrue("duplicate")).isTrue();
    bob.awaitReply(bob.say("new", "good day \ud83d\ude00").requestId());
    ann.awaitReply(ann.request("regenerate", "thread_id", thread).string("request_id"));
    assertThat(bob.request("get_history", "thread_id", thread).type()).isEqualTo("error");

    cancelInMidStream(ann, thread);
    resumeInMidStream(ann, who.string("session_token"), thread);
    ann.awaitReply(ann.say(thread, "and the last one").requestId());
    ann.settle();
    bob.settle();

    Recording run = recorder.recording(Database.read(database, "public"));
    Checker.standard().limit("anonymous", new RateLimit(100_000, 100_000)).requireSound(run);
    run.requireMet(Fault.DUPLICATE_ACKNOWLEDGED, Fault.RESUMED_IN_MID_STREAM);
    ann.close();
    bob.close();
  }

  private void cancelInMidStream(TestClient client, String thread) {
    canister.script(CanisterScript.stall());
    Acknowledgement sent = client.say(thread, "a long story");
    ProcessRequest request = request(sent);
    canister.play(request, Step.delta("Once upon"));
    client.await("ai_response_delta");
    client.request("cancel", "thread_id", thread);
    assertThat(client.awaitReply(sent.requestId()).outcome().type()).isEqualTo("ai_cancelled");
  }

  private void resumeInMidStream(TestClient client, String session, String thread) {
    Acknowledgement sent = client.say(thread, "another story");
    ProcessRequest request = request(sent);
    canister.play(request, Step.delta("There was "));
    JsonObject delta =
        client.await(
            "its delta",
            frame ->
                frame.type().equals("ai_response_delta")
                    && sent.requestId().equals(frame.get("request_id")));
    TestClient other = connect();
    other.request("authenticate", "session_token", session);
    JsonObject reply =
        JsonObject.of("message_id", delta.string("message_id"), "attempt", 1, "offset", 10);
    other.request("subscribe", "thread_id", thread, "reply", reply);
    canister.play(request, Step.delta("a sea"), Step.response());
    client.awaitReply(sent.requestId());
    other.awaitReply(sent.requestId());
    other.cut();
    other.awaitClose();
    canister.script(CanisterScript.answering(question -> "You said " + question.question()));
  }

  private ProcessRequest request(Acknowledgement sent) {
    ProcessRequest request;
    do {
      request = canister.awaitRequest();
    } while (!request.requestId().equals(sent.requestId()));
    return request;
  }

  @Test
  void rowChangedBehindTheServersBack_isReported() throws SQLException {
    TestClient ann = connect();
    ann.authenticateAnonymously();
    Acknowledgement sent = ann.say("new", "hello");
    ann.awaitReply(sent.requestId());
    try (var connection = database.getConnection();
        var statement = connection.createStatement()) {
      statement.execute("update messages set content = 'hullo' where role = 'user'");
    }
    List<Violation> violations =
        Checker.standard().check(recorder.recording(Database.read(database, "public")));
    assertThat(violations)
        .extracting(Violation::property)
        .containsExactly(Property.DURABLE, Property.CAUSAL);
    ann.close();
  }
}
