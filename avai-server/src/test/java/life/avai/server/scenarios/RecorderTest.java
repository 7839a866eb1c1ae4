package life.avai.server.scenarios;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import life.avai.persistence.TestPostgres;
import life.avai.server.support.TestServer;
import life.avai.testkit.canister.CanisterScript;
import life.avai.testkit.canister.FakeCanister;
import life.avai.testkit.check.Database;
import life.avai.testkit.check.Event;
import life.avai.testkit.check.Event.Kind;
import life.avai.testkit.check.Recorder;
import life.avai.testkit.check.Recording;
import life.avai.testkit.client.Acknowledgement;
import life.avai.testkit.client.TestClient;
import life.avai.testkit.websocket.WebSocketDialer;
import org.assertj.core.groups.Tuple;
import org.junit.jupiter.api.Test;
import org.postgresql.ds.PGSimpleDataSource;

/** A recorder sees one conversation from all three sides, in the order in which it happened. */
class RecorderTest {
  private final Recorder recorder = new Recorder();

  @Test
  void conversation_isSeenByClientCanisterAndDatabase() throws SQLException {
    PGSimpleDataSource database = new PGSimpleDataSource();
    String url = TestPostgres.freshDatabaseUrl();
    database.setUrl("jdbc:postgresql://" + url.substring(url.indexOf('@') + 1));
    database.setUser(TestPostgres.server().user());
    database.setPassword(TestPostgres.server().password());
    Acknowledgement sent;
    Recording run;
    try (FakeCanister canister =
            FakeCanister.start(CanisterScript.replyWith("Hello")).listener(recorder.canister());
        TestServer server = TestServer.start(canister, Map.of("DATABASE_URL", url))) {
      TestClient client =
          TestClient.connect(WebSocketDialer.to(server.address()), recorder.client());
      client.authenticateAnonymously();
      sent = client.say("new", "Hi, \u00e9\ud83d\ude00");
      assertThat(client.awaitReply(sent.requestId()).content()).isEqualTo("Hello");
      client.sendText("no JSON");
      client.await("error");
      client.close();
      client.awaitClose();
      run = recorder.recording(Database.read(database, "public"));
    }

    assertThat(run.events().getFirst().kind()).isEqualTo(Kind.OPENED);
    assertThat(run.events().getLast().kind()).isEqualTo(Kind.ENDED);
    assertThat(run.events()).extracting(Event::order).isSorted();
    assertThat(orders(run, Kind.SENT, "send_message").getFirst())
        .isLessThan(orders(run, Kind.RECEIVED, "message_sent").getFirst());
    assertThat(orders(run, Kind.ASKED, "process")).hasSize(1);
    assertThat(orders(run, Kind.ASKED, "process").getFirst())
        .isLessThan(orders(run, Kind.ANSWERED, "response").getFirst());
    assertThat(orders(run, Kind.ANSWERED, "response").getFirst())
        .isLessThan(orders(run, Kind.RECEIVED, "ai_response").getFirst());
    Event answered =
        run.events().stream().filter(e -> e.kind() == Kind.ANSWERED).findFirst().orElseThrow();
    assertThat(answered.frame().integer("attempt")).isEqualTo(1);
    assertThat(run.events())
        .filteredOn(event -> "no JSON".equals(event.frame().get("unreadable")))
        .hasSize(1);

    Database rows = run.database();
    assertThat(rows.users()).hasSize(1);
    assertThat(rows.threads().getFirst().count()).isEqualTo(2);
    assertThat(rows.messages())
        .filteredOn(row -> row.id().equals(sent.messageId()))
        .extracting(Database.MessageRow::content)
        .containsExactly("Hi, \u00e9\ud83d\ude00");
    assertThat(rows.turns())
        .extracting(Database.TurnRow::id, Database.TurnRow::state)
        .containsExactly(Tuple.tuple(sent.requestId(), "completed"));
  }

  private static List<Long> orders(Recording run, Kind kind, String type) {
    return run.events().stream()
        .filter(event -> event.kind() == kind && event.frame().type().equals(type))
        .map(Event::order)
        .toList();
  }
}
