package example;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.nio.file.Path;
import java.util.Map;
import life.avai.server.AvaiServer;
import life.avai.server.settings.Environment;
import life.avai.testkit.canister.CanisterScript;
import life.avai.testkit.canister.FakeCanister;
import life.avai.testkit.client.TestClient;
import life.avai.testkit.identity.FakeIssuer;
import life.avai.testkit.identity.Forgery;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WholeServerTest {
  @Test
  void somebodySignsIn_andIsAnswered(@TempDir Path data) {
    try (var issuer = FakeIssuer.start();
        var canister = FakeCanister.start(CanisterScript.replyWith("It looks safe."));
        var server = AvaiServer.start(Environment.read(variables(data, issuer, canister)))) {
      URI url = URI.create("ws://127.0.0.1:" + server.port() + "/ws");
      try (var client = TestClient.connect(url)) {
        client.authenticate(issuer.token("user_17").authorizedParty("http://localhost").sign());
        var sent = client.say("new", "Is this mail a fraud?");

        assertThat(client.awaitReply(sent.requestId()).content()).isEqualTo("It looks safe.");
        assertThat(canister.awaitRequest().userId()).isEqualTo("user_17");
      }
      try (var stranger = TestClient.connect(url)) {
        String forged = issuer.forge(Forgery.STRANGERS_KEY, "user_17");
        var refusal = stranger.request("authenticate", "token", forged);
        assertThat(refusal.string("code")).isEqualTo("AUTH_FAILED");
      }
    }
  }

  private static Map<String, String> variables(
      Path data, FakeIssuer issuer, FakeCanister canister) {
    return Map.of(
        "PORT", "0",
        "AVAI_HOST", "127.0.0.1",
        "AVAI_DATA_DIR", data.toString(),
        "AVAI_CANISTER_WS_URL", canister.url().toString(),
        "CLERK_ISSUER", issuer.issuer());
  }
}
