package life.avai.server.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Map;
import java.util.UUID;
import life.avai.server.support.TestDatabase;
import life.avai.server.support.TestServer;
import life.avai.testkit.client.TestClient;
import life.avai.testkit.fault.Direction;
import life.avai.testkit.fault.FaultProxy;
import life.avai.testkit.json.JsonObject;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What clients are told when the database fails at a bad moment. */
@Timeout(120)
class BrokenStoreTest {
  private final TestDatabase database = TestDatabase.fresh();

  @Test
  void requestThatWasAnsweredAndThenFailed_isNotAnsweredAgain_andTheClientIsSentAway() {
    // No canister is there, so that turns wait.
    try (TestServer server =
            TestServer.start(
                Map.of(
                    "DATABASE_URL",
                    database.variable(),
                    "AVAI_CANISTER_WS_URL",
                    "ws://127.0.0.1:1/"));
        TestClient client = server.anonymous()) {
      String thread = client.say("new", "This waits.").threadId();
      // An interruption is acknowledged as saved, and then cancels what waits.
      database.run(
          "create function refuse() returns trigger language plpgsql as"
              + " $$ begin raise exception 'planted'; end $$;"
              + " create trigger refuse before update on turns"
              + " for each row execute function refuse()");

      JsonObject interruption =
          JsonObject.of(
              "type",
              "send_message",
              "thread_id",
              thread,
              "content",
              "And this first.",
              "while_busy",
              "interrupt");
      assertThat(client.request(interruption).type()).isEqualTo("message_sent");
      assertThat(client.awaitClose().code()).isEqualTo(1011);
      assertThat(client.frames("error")).isEmpty();
    }
  }

  @Test
  void connectionCutDuringACommit_isLookedUpBeforeAnythingIsAnswered() {
    try (FaultProxy proxy = FaultProxy.to(database.port());
        TestServer server =
            TestServer.start(Map.of("DATABASE_URL", database.variable(proxy.port())));
        TestClient client = server.anonymous().timeout(Duration.ofSeconds(30))) {
      String thread = client.request("create_thread").string("thread_id");
      String id = UUID.randomUUID().toString();
      proxy.hold(Direction.BACK);
      client.send(
          "send_message",
          "thread_id",
          thread,
          "content",
          "kept?",
          "client_message_id",
          id,
          "id",
          1);
      database.await("select count(*) from messages", "1");
      // Committed, and its server never hears of it on this connection.
      proxy.reset();
      proxy.pass();

      JsonObject answer =
          client.await(
              "the answer",
              frame -> frame.has("in_reply_to") && frame.get("in_reply_to").equals(1L));
      assertThat(answer.type()).isEqualTo("message_sent");
      assertThat(answer.has("duplicate")).isFalse();
      assertThat(answer.string("message_id")).isEqualTo(database.one("select id from messages"));
      assertThat(database.count("messages")).isEqualTo(1);
    }
  }
}
