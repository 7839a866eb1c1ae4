package life.avai.server.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import life.avai.server.support.TestServer;
import life.avai.testkit.client.TestClient;
import life.avai.testkit.identity.FakeIssuer;
import life.avai.testkit.json.JsonObject;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The conversations in docs/protocol/transcripts, held against a running server, word for word. */
class TranscriptsTest {
  private static FakeIssuer issuer;
  private static CanisterLine canister;
  private static TestServer server;
  private static TestServer serverWithout;

  @BeforeAll
  static void start() {
    issuer = FakeIssuer.start();
    canister = new CanisterLine();
    Map<String, String> identity =
        Map.of(
            "CLERK_ISSUER", issuer.issuer(),
            "CLERK_JWKS_URL", issuer.jwksUrl().toString());
    serverWithout = TestServer.start(identity);
    server =
        TestServer.start(
            Map.of(
                "CLERK_ISSUER", issuer.issuer(),
                "CLERK_JWKS_URL", issuer.jwksUrl().toString(),
                "AVAI_CANISTER_WS_URL", canister.url().toString(),
                "AVAI_CANISTER_CONNECTIONS", "1"));
  }

  @AfterAll
  static void stop() {
    server.close();
    serverWithout.close();
    canister.close();
    issuer.close();
  }

  static List<Transcript> transcripts() {
    return Transcript.all();
  }

  @ParameterizedTest
  @MethodSource("transcripts")
  void transcript_isWhatTheServerSays(Transcript transcript) throws Exception {
    boolean withCanister = transcript.header().bool("canister");
    if (withCanister) {
      awaitCanister("available");
      canister.forget();
    }
    String token =
        issuer
            .token("user_" + java.util.UUID.randomUUID())
            .claim("name", "Somebody")
            .claim("public_metadata", Map.of("tier", "pro"))
            .sign();
    try (Replay replay =
        new Replay(
            withCanister ? server : serverWithout, canister, TranscriptsTest::awaitCanister)) {
      replay.placeholders().know("<clerk token>", token);
      for (JsonObject line : transcript.lines()) {
        replay.play(line);
      }
      replay.assertNothingMore();
    }
  }

  private static void awaitCanister(String state) {
    try (TestClient client = server.connect()) {
      client.timeout(java.time.Duration.ofSeconds(60));
      client.send("get_ai_status");
      client.await("canisters " + state, frame -> state.equals(frame.get("state")));
    }
  }

  @ParameterizedTest
  @MethodSource("transcripts")
  void everyFrameOfATranscript_fitsItsSchema(Transcript transcript) {
    for (JsonObject line : transcript.lines()) {
      Conversation conversation = Transcript.conversation(line);
      if (conversation != null && !Transcript.actor(line).equals("cut")) {
        JsonObject frame = (JsonObject) Placeholders.sample(Transcript.value(line));
        boolean wrongOnPurpose =
            conversation == Conversation.FROM_CLIENT && transcript.name().equals("errors.jsonl");
        if (!wrongOnPurpose) {
          assertThat(conversation.complaints(frame)).isEmpty();
        }
      }
    }
  }

  /** So that a frame which is new in the protocol gets into a transcript too. */
  @Test
  void everyFrameThatATurnHas_isInSomeTranscript() {
    assertThat(
            transcripts().stream()
                .flatMap(transcript -> transcript.lines().stream())
                .flatMap(line ->
                    Transcript.value(line) instanceof JsonObject frame
                        ? Stream.of(frame.type())
                        : Stream.empty()))
        .containsAll(
            Conversation.TO_CLIENT.types().stream().filter(t -> t.startsWith("ai_")).toList())
        .containsAll(List.of("process", "cancel", "response", "error", "progress", "draining"));
  }
}
