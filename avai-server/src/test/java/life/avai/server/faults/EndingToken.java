package life.avai.server.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import life.avai.testkit.client.Acknowledgement;
import life.avai.testkit.client.Reply;
import life.avai.testkit.client.TestClient;
import life.avai.testkit.json.JsonObject;
import life.avai.testkit.websocket.WebSocketDialer;

/** Somebody whose token ends in the middle of a reply, and who brings another. */
final class EndingToken {
  /** Less than the 5 s by which clocks may differ: for the rest of them the token is good. */
  private static final Duration ENDED = Duration.ofSeconds(3);

  private static final String SUBJECT = "somebody-whose-token-ends";
  private static final int ATTEMPTS = 10;

  private EndingToken() {}

  static void inMidReply(World world, Node node) {
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
      try (TestClient client =
          TestClient.connect(WebSocketDialer.to(node.address()), world.recorder().client())) {
        client.timeout(Duration.ofSeconds(20));
        if (endsInMidReply(client, world)) {
          return;
        }
      }
    }
    throw new AssertionError("no token ends in the middle of a reply");
  }

  private static boolean endsInMidReply(TestClient client, World world) {
    String ending = world.issuer().token(SUBJECT).expiresIn(ENDED.negated()).sign();
    if (!client.request("authenticate", "token", ending).type().equals("auth_success")) {
      return false;
    }
    Acknowledgement sent = client.say("new", "Tell me " + Witness.AT_LENGTH);
    JsonObject first =
        client.await(
            "the end of the token or of the reply",
            frame ->
                frame.type().equals("error")
                    || (frame.type().equals("ai_response") && frame.has("request_id")));
    if (!first.type().equals("error")) {
      return false;
    }
    assertThat(first.string("code")).isEqualTo("AUTH_EXPIRED");
    client.authenticate(world.issuer().sign(SUBJECT));
    Reply unused = client.awaitReply(sent.requestId());
    return true;
  }
}
