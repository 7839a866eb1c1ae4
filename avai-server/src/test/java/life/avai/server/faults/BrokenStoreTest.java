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
    try (TestServer server = TestServer.start(Map.of("DATABASE_URL", database.variable()));
        TestClient client = server.anonymous()) {
      String thread = client.request("create_thread").string("thread_id");
      // Subscribing is answered with the thread, and then looks for its turns.
      database.run("alter table turns rename to lost");

      assertThat(client.request("subscribe", "thread_id", thread, "id", 1).type())
          .isEqualTo("subscribed");
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
