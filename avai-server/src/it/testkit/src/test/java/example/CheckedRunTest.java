package example;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.nio.file.Path;
import java.util.Map;
import life.avai.persistence.embedded.RunningPostgres;
import life.avai.server.AvaiServer;
import life.avai.server.settings.Environment;
import life.avai.testkit.canister.CanisterScript;
import life.avai.testkit.canister.FakeCanister;
import life.avai.testkit.check.Checker;
import life.avai.testkit.check.Database;
import life.avai.testkit.check.Fault;
import life.avai.testkit.check.Recorder;
import life.avai.testkit.check.Recording;
import life.avai.testkit.client.TestClient;
import life.avai.testkit.json.JsonObject;
import life.avai.testkit.websocket.WebSocketDialer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.postgresql.ds.PGSimpleDataSource;

class CheckedRunTest {
  @Test
  void aMessageThatIsSentTwice_isKeptOnce(@TempDir Path data) throws Exception {
    var recorder = new Recorder();
    try (var canister = FakeCanister.start(CanisterScript.replyWith("It looks safe."));
        var server = AvaiServer.start(Environment.read(variables(data, canister)))) {
      canister.listener(recorder.canister());
      URI url = URI.create("ws://127.0.0.1:" + server.port() + "/ws");
      try (var client = TestClient.connect(WebSocketDialer.to(url), recorder.client())) {
        client.authenticateAnonymously();
        JsonObject send =
            JsonObject.of(
                "type", "send_message",
                "thread_id", "new",
                "content", "Is this mail a fraud?",
                "client_message_id", "8d7c2a56-2f0e-4f5e-9d43-3b1c0a9e7f10");
        var sent = client.request(send);
        client.awaitReply(sent.string("request_id"));
        client.request(send);
        client.settle(); // what has no answer by now will never have one
      }

      Recording run = recorder.recording(Database.read(database(data), "public"));
      run.requireMet(Fault.DUPLICATE_ACKNOWLEDGED);
      assertThat(Checker.standard().check(run)).isEmpty();
    }
  }

  private static PGSimpleDataSource database(Path data) {
    RunningPostgres postgres = RunningPostgres.in(data.resolve("postgres")).orElseThrow();
    var source = new PGSimpleDataSource();
    source.setUrl(postgres.jdbcUrl());
    source.setUser(postgres.user());
    source.setPassword(postgres.password());
    return source;
  }

  private static Map<String, String> variables(Path data, FakeCanister canister) {
    return Map.of(
        "PORT", "0",
        "AVAI_HOST", "127.0.0.1",
        "AVAI_DATA_DIR", data.toString(),
        "AVAI_CANISTER_WS_URL", canister.url().toString());
  }
}
