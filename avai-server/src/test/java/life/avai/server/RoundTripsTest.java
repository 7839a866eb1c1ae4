package life.avai.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.util.Map;
import life.avai.persistence.TestPostgres;
import life.avai.server.support.RoundTripCounter;
import life.avai.server.support.TestServer;
import life.avai.testkit.canister.CanisterScript;
import life.avai.testkit.canister.FakeCanister;
import life.avai.testkit.client.Acknowledgement;
import life.avai.testkit.client.TestClient;
import org.junit.jupiter.api.Test;

/** What a turn costs at the database, counted on the wire. */
class RoundTripsTest {
  private static final int TURNS = 100;

  @Test
  void turn_costsAtMostThreeRoundTrips() throws Exception {
    URI database = URI.create(TestPostgres.freshDatabaseUrl());
    try (FakeCanister canister = FakeCanister.start(CanisterScript.replyWith("Yes."));
        RoundTripCounter counter = new RoundTripCounter(database.getPort());
        TestServer server =
            TestServer.start(
                canister,
                Map.of(
                    "DATABASE_URL",
                    "postgresql://"
                        + database.getRawUserInfo()
                        + "@127.0.0.1:"
                        + counter.port()
                        + database.getPath()
                        + "?sslmode=disable"));
        TestClient client = server.anonymous()) {
      String thread = client.request("create_thread").object("thread").string("id");
      long before = counter.count();
      for (int i = 0; i < TURNS; i++) {
        Acknowledgement sent = client.say(thread, "Is it " + i + "?");
        assertThat(client.awaitReply(sent.requestId()).isCompleted()).isTrue();
      }
      // With whatever else the server asks its database meanwhile: it looks after turns each
      // second.
      assertThat(counter.count() - before).isBetween(2L * TURNS, 3L * TURNS);
    }
  }
}
