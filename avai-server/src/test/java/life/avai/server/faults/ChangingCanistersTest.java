package life.avai.server.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import life.avai.server.support.ServerProcess;
import life.avai.server.support.TestDatabase;
import life.avai.testkit.canister.CanisterScript;
import life.avai.testkit.canister.FakeCanister;
import life.avai.testkit.canister.Step;
import life.avai.testkit.client.Acknowledgement;
import life.avai.testkit.client.TestClient;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The list of canisters changes while a real server runs. */
@Timeout(180)
class ChangingCanistersTest {
  @TempDir private Path directory;

  private void list(FakeCanister canister) throws Exception {
    Files.writeString(
        directory.resolve("canisters"), "# who answers now\n" + canister.url() + "\n");
  }

  private static boolean ignoresHangUp(long pid) throws IOException {
    Path status = Path.of("/proc", Long.toString(pid), "status");
    return Files.exists(status)
        && Files.readAllLines(status).stream()
            .filter(line -> line.startsWith("SigIgn:"))
            .anyMatch(line -> (Long.parseUnsignedLong(line.substring(7).strip(), 16) & 1) == 1);
  }

  @Test
  void hangUp_readsTheListAgain_andWhoeverIsGoneFromItFinishesWhatItHas() throws Exception {
    CompletableFuture<Void> gate = new CompletableFuture<>();
    try (FakeCanister former =
            FakeCanister.start(
                CanisterScript.playing(
                    Step.delta("The "), Step.await(gate), Step.delta("former."), Step.response()));
        FakeCanister next = FakeCanister.start(CanisterScript.replyWith("The next."))) {
      list(former);
      try (ServerProcess server =
              ServerProcess.start(
                  directory,
                  Map.of(
                      "DATABASE_URL",
                      TestDatabase.fresh().variable(),
                      "AVAI_CANISTER_WS_URL_FILE",
                      directory.resolve("canisters").toString()));
          TestClient client = TestClient.connect(server.address())) {
        // Whoever was started with the signal ignored, by nohup say, can never hear it.
        assumeThat(ignoresHangUp(server.pid())).isFalse();
        client.authenticateAnonymously();
        former.awaitConnections(1);
        Acknowledgement early = client.say("new", "Who is it?");
        client.await("ai_response_delta");

        list(next);
        server.hangUp();
        next.awaitConnections(1);
        Acknowledgement late = client.say("new", "And who is it now?");

        assertThat(client.awaitReply(late.requestId()).content()).isEqualTo("The next.");
        gate.complete(null);
        assertThat(client.awaitReply(early.requestId()).content()).isEqualTo("The former.");
        former.awaitConnections(0);

        Files.writeString(directory.resolve("canisters"), "no URL\n");
        server.hangUp();
        Acknowledgement still = client.say("new", "And still?");
        assertThat(client.awaitReply(still.requestId()).content()).isEqualTo("The next.");
        assertThat(server.isAlive()).isTrue();
      }
    }
  }
}
