package life.avai.server.scenarios;

import static life.avai.server.scenarios.Scenario.assertError;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import life.avai.server.support.TestServer;
import life.avai.testkit.canister.CanisterScript;
import life.avai.testkit.canister.FakeCanister;
import life.avai.testkit.canister.ProcessRequest;
import life.avai.testkit.canister.Step;
import life.avai.testkit.client.Acknowledgement;
import life.avai.testkit.client.TestClient;
import life.avai.testkit.identity.FakeIssuer;
import life.avai.testkit.identity.Forgery;
import life.avai.testkit.identity.TokenBuilder;
import life.avai.testkit.json.JsonObject;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Saying who one is, in every way that there is, and what becomes of a socket when that ends. */
class AuthenticationTest {
  private static FakeIssuer issuer;
  private static FakeCanister canister;
  private static TestServer server;

  @BeforeAll
  static void start() {
    issuer = FakeIssuer.start();
    canister = FakeCanister.start();
    server =
        TestServer.start(
            canister,
            Map.of(
                "CLERK_ISSUER",
                issuer.issuer(),
                "CLERK_JWKS_URL",
                issuer.jwksUrl().toString(),
                "CLERK_AUTHORIZED_PARTIES",
                "https://Chat.example:443/"));
  }

  @AfterAll
  static void stop() {
    server.close();
    canister.close();
    issuer.close();
  }

  @BeforeEach
  void answerPlainly() {
    canister.script(CanisterScript.replyWith("Hello there, friend."));
  }

  /** The token of somebody whom nobody has seen before. */
  private static TokenBuilder somebody() {
    return issuer.token("user_" + UUID.randomUUID());
  }

  private static TestClient signedIn(TokenBuilder token) {
    TestClient client = server.connect();
    var unused = client.authenticate(token.sign());
    return client;
  }

  private static String userId(JsonObject authenticated) {
    assertThat(authenticated.type()).as("%s", authenticated).isEqualTo("auth_success");
    return authenticated.object("user").string("id");
  }

  @Test
  void signedIn_areToldWhoTheyAre_andTheCanisterToo() {
    try (TestClient client = server.connect()) {
      TokenBuilder token =
          somebody()
              .session("sess_7")
              .claim("name", "Ada Example")
              .claim("public_metadata", JsonObject.of("tier", "pro"))
              .authorizedParty("https://chat.example")
              .expiresIn(Duration.ofSeconds(600));
      long ends = Instant.now().getEpochSecond() + 600;
      JsonObject answer = client.request("auth", "token", token.sign());

      JsonObject user = answer.object("user");
      assertThat(UUID.fromString(user.string("id"))).isNotNull();
      assertThat(user.string("name")).isEqualTo("Ada Example");
      assertThat(user.string("tier")).isEqualTo("pro");
      assertThat(user.string("session_id")).isEqualTo("sess_7");
      assertThat(user.bool("is_anonymous")).isFalse();
      assertThat(answer.bool("isAnonymous")).isFalse();
      assertThat(answer.has("session_token")).isFalse();
      assertThat(Instant.parse(answer.string("expires_at")).getEpochSecond())
          .isBetween(ends - 2, ends + 60);

      Acknowledgement sent = client.say("new", "who am I?");
      client.awaitReply(sent.requestId());
      ProcessRequest asked =
          canister.received().stream()
              .filter(request -> request.requestId().equals(sent.requestId()))
              .findFirst()
              .orElseThrow();
      assertThat(asked.userId()).startsWith("user_");
      assertThat(asked.contextMetadata().string("user_tier")).isEqualTo("pro");
      assertThat(asked.systemPrompt()).contains("the user is signed in");
      assertThat(asked.stream()).isTrue();
      assertThat(asked.deadlineMs()).isBetween(1L, 600_000L);
      assertThat(asked.json().fields())
          .containsOnlyKeys(
              "type",
              "request_id",
              "conversation_id",
              "user_id",
              "system_prompt",
              "messages",
              "context_metadata",
              "attempt",
              "stream",
              "deadline_ms");
      assertThat(asked.contextMetadata().fields())
          .containsOnlyKeys(
              "thread_title", "user_tier", "timestamp", "message_count", "estimated_tokens");
    }
  }

  @ParameterizedTest
  @EnumSource
  void forgery_isRefused_andTheSocketStaysAsItWas(Forgery how) {
    try (TestClient client = server.connect()) {
      String token = issuer.forge(how, "user_1");
      JsonObject answer = client.request("authenticate", "token", token);
      assertError(answer, "AUTH_FAILED");
      assertThat(answer.toString()).doesNotContain(token);
      assertError(client.request("get_threads"), "AUTH_REQUIRED");
      assertThat(userId(client.request("authenticate"))).isNotBlank();
    }
  }

  @Test
  void everyFrameButThree_wantsAuthentication() {
    try (TestClient client = server.connect()) {
      String thread = UUID.randomUUID().toString();
      for (String type :
          List.of(
              "send_message",
              "cancel",
              "regenerate",
              "typing",
              "typing_indicator",
              "create_thread",
              "get_threads",
              "get_history",
              "get_thread_messages",
              "update_thread",
              "update_thread_title",
              "pin_thread",
              "archive_thread",
              "delete_thread",
              "export_data",
              "delete_account",
              "subscribe",
              "unsubscribe")) {
        assertError(
            client.request(type, "thread_id", thread, "content", "x", "typing", true, "title", "t"),
            "AUTH_REQUIRED");
        // Who is not there yet is told no more about a frame than that.
        assertError(client.request(type), "AUTH_REQUIRED");
      }
      assertThat(client.request("ping").type()).isEqualTo("pong");
      assertThat(client.request("get_ai_status").type()).isEqualTo("ai_status");
    }
  }

  @Test
  void signingIn_onAnAnonymousSocket_takesItsThreadsAlong() {
    try (TestClient client = server.connect();
        TestClient later = server.connect()) {
      JsonObject guest = client.authenticateAnonymously();
      assertThat(guest.bool("isAnonymous")).isTrue();
      assertThat(guest.string("sessionId")).isEqualTo(guest.object("user").string("session_id"));
      Acknowledgement sent = client.say("new", "as a guest");
      client.awaitReply(sent.requestId());

      String me = userId(client.request("authenticate", "token", somebody().sign()));

      assertThat(me).isNotEqualTo(userId(guest));
      assertThat(client.request("get_threads").integer("total")).isEqualTo(1);
      Acknowledgement second = client.say(sent.threadId(), "signed in");
      assertThat(client.awaitReply(second.requestId()).isCompleted()).isTrue();
      assertError(
          later.request("authenticate", "session_token", guest.string("session_token")),
          "AUTH_FAILED");
    }
  }

  @Test
  void tokenWithSessionToken_claimsTheThreads_andSpendsTheSession() {
    try (TestClient guest = server.connect();
        TestClient client = server.connect();
        TestClient late = server.connect()) {
      String session = guest.authenticateAnonymously().string("session_token");
      String thread = guest.say("new", "mine").threadId();
      TokenBuilder token = somebody();

      assertThat(
              client
                  .request("authenticate", "token", token.sign(), "session_token", session)
                  .type())
          .isEqualTo("auth_success");

      assertThat(client.request("get_history", "thread_id", thread).integer("total")).isPositive();
      assertError(guest.await("error"), "AUTH_EXPIRED");
      assertThat(guest.awaitClose().code()).isEqualTo(4401);
      assertError(late.request("authenticate", "session_token", session), "AUTH_FAILED");
      assertError(
          late.request("authenticate", "token", token.sign(), "session_token", session),
          "AUTH_FAILED");
      assertError(late.request("get_threads"), "AUTH_REQUIRED");
    }
  }

  @Test
  void onALiveSocket_theSameUserRenews_andNobodyElseComesIn() {
    TokenBuilder mine = somebody();
    try (TestClient client = signedIn(mine);
        TestClient other = server.connect()) {
      JsonObject guest = other.authenticateAnonymously();
      String session = guest.string("session_token");
      String me = client.frames("auth_success").getFirst().object("user").string("id");

      JsonObject renewed =
          client.request("authenticate", "token", mine.expiresIn(Duration.ofSeconds(120)).sign());
      assertThat(userId(renewed)).isEqualTo(me);
      assertError(client.request("authenticate", "token", somebody().sign()), "AUTH_FAILED");
      assertError(client.request("authenticate", "session_token", session), "AUTH_FAILED");
      assertError(client.request("authenticate", "anonymous", true), "AUTH_FAILED");
      assertError(client.request("authenticate"), "AUTH_FAILED");
      assertThat(client.request("get_threads").type()).isEqualTo("threads_list");

      // Somebody anonymous who asks again is who they were.
      assertThat(userId(other.request("authenticate"))).isEqualTo(userId(guest));
      assertThat(userId(other.request("authenticate", "session_token", session)))
          .isEqualTo(userId(guest));
      try (TestClient third = server.connect()) {
        String foreign = third.authenticateAnonymously().string("session_token");
        assertError(other.request("authenticate", "session_token", foreign), "AUTH_FAILED");
      }
    }
  }

  @Test
  void combinationsThatMakeNoSense_areRefusedByField() {
    try (TestClient client = server.connect()) {
      assertError(
          client.request("authenticate", "token", somebody().sign(), "anonymous", true),
          "INVALID_MESSAGE");
      JsonObject nothing = client.request("authenticate", "anonymous", false);
      assertError(nothing, "INVALID_MESSAGE");
      assertThat(nothing.string("field")).isEqualTo("token");
      assertError(client.request("authenticate", "deltas", "no"), "INVALID_MESSAGE");
      assertError(client.request("authenticate", "token", ""), "AUTH_FAILED");
      assertError(client.request("authenticate", "session_token", ""), "AUTH_FAILED");
      assertThat(
              client
                  .request("authenticate", "token", null, "session_token", null, "anonymous", null)
                  .object("user")
                  .bool("is_anonymous"))
          .isTrue();
    }
  }

  @Test
  void tokenThatEnds_isAskedFor_andWhoBringsNoneIsClosed() {
    CompletableFuture<Void> gate = new CompletableFuture<>();
    canister.script(
        CanisterScript.playing(
            Step.delta("begun, "), Step.await(gate), Step.delta("ended"), Step.response()));
    // Ended already, but within the skew that is allowed: it counts for some seconds more.
    TokenBuilder token = somebody();
    String nearlyOver = token.expiresIn(Duration.ofSeconds(-1)).sign();
    try (TestClient renews = server.connect();
        TestClient doesNot = server.connect().timeout(Duration.ofSeconds(30))) {
      var unused = renews.authenticate(nearlyOver);
      unused = doesNot.authenticate(nearlyOver);
      Acknowledgement sent = renews.say("new", "stream");
      renews.await("ai_response_delta");

      assertError(renews.await("error"), "AUTH_EXPIRED");
      assertError(doesNot.await("error"), "AUTH_EXPIRED");
      long askedAt = System.nanoTime();
      assertError(renews.request("get_threads"), "AUTH_EXPIRED");
      assertError(doesNot.request("authenticate", "token", nearlyOver), "AUTH_FAILED");
      assertThat(doesNot.request("ping").type()).isEqualTo("pong");
      assertThat(renews.authenticate(token.expiresIn(Duration.ofSeconds(60)).sign()).type())
          .isEqualTo("auth_success");
      gate.complete(null);
      assertThat(renews.awaitReply(sent.requestId()).content()).isEqualTo("begun, ended");

      assertThat(doesNot.awaitClose().code()).isEqualTo(4401);
      assertThat(Duration.ofNanos(System.nanoTime() - askedAt))
          .isGreaterThan(Duration.ofSeconds(8));
      assertThat(renews.request("get_threads").integer("total")).isEqualTo(1);
    }
  }

  @Test
  void deltas_canBeTurnedOffAndOnAgain() {
    try (TestClient client = server.connect()) {
      var unused = client.request("authenticate", "deltas", false);
      Acknowledgement sent = client.say("new", "one");
      client.await("ai_response");
      assertThat(client.frames("ai_response_delta")).isEmpty();

      unused = client.request("authenticate", "deltas", true);
      Acknowledgement second = client.say(sent.threadId(), "two");
      assertThat(client.awaitReply(second.requestId()).text()).isEqualTo("Hello there, friend.");
      assertThat(client.frames("ai_response_delta")).isNotEmpty();
    }
  }

  @Test
  void withAnonymousDenied_onlyTokensCount() {
    try (FakeIssuer away = FakeIssuer.start();
        TestServer strict =
            TestServer.start(
                Map.of(
                    "AVAI_ANONYMOUS",
                    "denied",
                    "CLERK_ISSUER",
                    away.issuer(),
                    "CLERK_JWKS_URL",
                    away.jwksUrl().toString()));
        TestClient client = strict.connect()) {
      assertError(client.request("authenticate"), "AUTH_FAILED");
      assertError(client.request("authenticate", "anonymous", true), "AUTH_FAILED");
      assertError(client.request("authenticate", "session_token", "x"), "AUTH_FAILED");

      away.answerWithStatus(503);
      JsonObject undecided = client.request("authenticate", "token", away.sign("user_1"));
      assertError(undecided, "AUTH_FAILED");
      assertThat(undecided.bool("retryable")).isTrue();
      assertThat(undecided.integer("retry_after")).isPositive();
    }
  }

  @Test
  void withAnonymousOnly_tokensAreRefused() {
    try (TestServer open =
            TestServer.start(
                Map.of(
                    "AVAI_ANONYMOUS",
                    "only",
                    "CLERK_ISSUER",
                    issuer.issuer(),
                    "CLERK_JWKS_URL",
                    issuer.jwksUrl().toString()));
        TestClient client = open.connect()) {
      JsonObject refused = client.request("authenticate", "token", issuer.sign("user_1"));
      assertError(refused, "AUTH_FAILED");
      assertThat(refused.bool("retryable")).isFalse();
      assertThat(userId(client.request("authenticate"))).isNotBlank();
    }
  }
}
