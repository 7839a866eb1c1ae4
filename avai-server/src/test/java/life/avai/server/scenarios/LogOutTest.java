package life.avai.server.scenarios;

import static life.avai.server.scenarios.Scenario.assertError;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Map;
import java.util.UUID;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import life.avai.server.support.TestDatabase;
import life.avai.server.support.TestServer;
import life.avai.testkit.client.TestClient;
import life.avai.testkit.identity.FakeIssuer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Logging out everywhere: what Clerk tells us ends sockets, and nobody else's word does. */
class LogOutTest {
  private static final byte[] KEY =
      "a secret of thirty-two bytes....".getBytes(StandardCharsets.UTF_8);
  private static final HttpClient HTTP = HttpClient.newHttpClient();

  private static FakeIssuer issuer;
  private static TestDatabase database;
  private static TestServer server;

  @BeforeAll
  static void start() {
    issuer = FakeIssuer.start();
    database = TestDatabase.fresh();
    server =
        TestServer.start(
            Map.of(
                "DATABASE_URL",
                database.variable(),
                "CLERK_ISSUER",
                issuer.issuer(),
                "CLERK_JWKS_URL",
                issuer.jwksUrl().toString(),
                "CLERK_WEBHOOK_SECRET",
                "whsec_" + Base64.getEncoder().encodeToString(KEY)));
  }

  @AfterAll
  static void stop() {
    server.close();
    issuer.close();
  }

  private static String fresh(String kind) {
    return kind + "_" + UUID.randomUUID().toString().replace("-", "");
  }

  private static String token(String user, String session) {
    return issuer.token(user).session(session).expiresIn(Duration.ofMinutes(5)).sign();
  }

  private static TestClient signedIn(String token) {
    TestClient client = server.connect();
    var unused = client.authenticate(token);
    return client;
  }

  private static String event(String type, String id) {
    return "{\"type\":\"%s\",\"object\":\"event\",\"data\":{\"id\":\"%s\"}}".formatted(type, id);
  }

  private static String signature(byte[] key, String id, String time, String body) {
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(key, "HmacSHA256"));
      byte[] sum = mac.doFinal((id + "." + time + "." + body).getBytes(StandardCharsets.UTF_8));
      return "v1," + Base64.getEncoder().encodeToString(sum);
    } catch (GeneralSecurityException e) {
      throw new AssertionError(e);
    }
  }

  private static String now(long offset) {
    return Long.toString(Instant.now().getEpochSecond() + offset);
  }

  private static HttpRequest.Builder post(TestServer to, String body) {
    return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + to.port() + "/webhooks/clerk"))
        .POST(HttpRequest.BodyPublishers.ofString(body));
  }

  private static int status(HttpRequest.Builder request) {
    try {
      return HTTP.send(request.build(), HttpResponse.BodyHandlers.ofString()).statusCode();
    } catch (IOException | InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  private static HttpRequest.Builder signed(String body, String id, String time, String signature) {
    return post(server, body)
        .header("svix-id", id)
        .header("svix-timestamp", time)
        .header("svix-signature", signature);
  }

  /** Clerk's own word. */
  private static int hear(String body) {
    String id = fresh("msg");
    String time = now(0);
    return status(signed(body, id, time, signature(KEY, id, time, body)));
  }

  @ParameterizedTest
  @ValueSource(strings = {"session.removed", "session.ended", "session.revoked"})
  void sessionThatEnds_closesItsSockets_andItsTokenCountsNoMore(String type) {
    String user = fresh("user");
    String ended = fresh("sess");
    String token = token(user, ended);
    try (TestClient phone = signedIn(token);
        TestClient tab = signedIn(token);
        TestClient elsewhere = signedIn(token(user, fresh("sess")));
        TestClient later = server.connect()) {
      assertThat(hear(event(type, ended))).isEqualTo(204);

      for (TestClient client : new TestClient[] {phone, tab}) {
        assertError(client.await("error"), "AUTH_EXPIRED");
        assertThat(client.awaitClose().code()).isEqualTo(4401);
      }
      assertThat(elsewhere.request("get_threads").type()).isEqualTo("threads_list");
      assertError(later.request("authenticate", "token", token), "AUTH_FAILED");
      assertThat(hear(event(type, ended))).as("twice").isEqualTo(204);
    }
  }

  @Test
  void userWhoIsDeleted_isGoneWithEverything_andTheTokenMakesNobodyNew() {
    String user = fresh("user");
    String token = token(user, fresh("sess"));
    try (TestClient phone = signedIn(token);
        TestClient other = signedIn(token(fresh("user"), fresh("sess")));
        TestClient later = server.connect()) {
      phone.request("create_thread", "title", "of " + user);
      other.request("create_thread", "title", "of another");

      assertThat(hear(event("user.deleted", user))).isEqualTo(204);

      assertError(phone.await("error"), "AUTH_EXPIRED");
      assertThat(phone.awaitClose().code()).isEqualTo(4401);
      assertThat(database.count("users where clerk_id = '" + user + "'")).isZero();
      assertThat(database.count("threads where title = 'of " + user + "'")).isZero();
      assertThat(other.request("get_threads").integer("total")).isEqualTo(1);
      assertError(later.request("authenticate", "token", token), "AUTH_FAILED");
      assertThat(database.count("users where clerk_id = '" + user + "'")).isZero();
      assertThat(hear(event("user.deleted", user))).as("twice").isEqualTo(204);
    }
  }

  @Test
  void otherEvents_areHeardAndChangeNothing() {
    String session = fresh("sess");
    try (TestClient client = signedIn(token(fresh("user"), session))) {
      assertThat(hear(event("session.created", session))).isEqualTo(204);
      assertThat(hear(event("user.updated", session))).isEqualTo(204);
      assertThat(hear("{}")).isEqualTo(204);
      assertThat(hear("[7]")).isEqualTo(204);
      assertThat(hear("{\"type\":\"session.ended\",\"data\":{\"id\":7}}")).isEqualTo(204);
      assertThat(hear("{\"type\":")).isEqualTo(400);
      assertThat(client.request("get_threads").type()).isEqualTo("threads_list");
    }
  }

  @Test
  void whatClerkHasNotSigned_isRefused() {
    String session = fresh("sess");
    try (TestClient client = signedIn(token(fresh("user"), session))) {
      String body = event("session.ended", session);
      String id = fresh("msg");
      String time = now(0);
      String good = signature(KEY, id, time, body);
      byte[] otherKey = "another secret of 32 bytes......".getBytes(StandardCharsets.UTF_8);

      assertThat(status(post(server, body))).isEqualTo(401);
      assertThat(status(signed(body, id, time, signature(otherKey, id, time, body))))
          .as("another key")
          .isEqualTo(401);
      assertThat(status(signed(body + " ", id, time, good))).as("another body").isEqualTo(401);
      assertThat(status(signed(body, id + "x", time, good))).as("another id").isEqualTo(401);
      assertThat(status(signed(body, id, now(1), good))).as("another time").isEqualTo(401);
      assertThat(status(signed(body, id, time, good.replace("v1,", "v2,")))).isEqualTo(401);
      assertThat(status(signed(body, id, time, good.substring(0, 20)))).isEqualTo(401);
      assertThat(status(signed(body, id, time, "v1,"))).isEqualTo(401);
      assertThat(status(signed(body, id, time, "v1,?"))).isEqualTo(401);
      for (String far : new String[] {now(-310), now(310), "-1", "x", "99999999999999"}) {
        assertThat(status(signed(body, id, far, signature(KEY, id, far, body))))
            .as(far)
            .isEqualTo(401);
      }
      assertThat(client.request("get_threads").type()).isEqualTo("threads_list");
    }
  }

  @Test
  void oneGoodSignatureOfSeveral_isEnough() {
    String session = fresh("sess");
    try (TestClient client = signedIn(token(fresh("user"), session))) {
      String body = event("session.ended", session);
      String id = fresh("msg");
      String time = now(-200);
      assertThat(
              status(signed(body, id, time, "v1,AAAA v1a,BBBB " + signature(KEY, id, time, body))))
          .isEqualTo(204);
      assertThat(client.awaitClose().code()).isEqualTo(4401);
    }
  }

  @Test
  void answerWithoutBody_hasNoTypeOfOne() throws Exception {
    String id = fresh("msg");
    String time = now(0);
    HttpResponse<String> heard =
        HTTP.send(
            signed("{}", id, time, signature(KEY, id, time, "{}")).build(),
            HttpResponse.BodyHandlers.ofString());
    assertThat(heard.statusCode()).isEqualTo(204);
    assertThat(heard.headers().map()).doesNotContainKeys("content-type", "content-length");
  }

  @Test
  void otherMethods_andBodiesWithoutEnd_areRefused() {
    assertThat(server.get("/webhooks/clerk").statusCode()).isEqualTo(405);
    assertThat(server.get("/webhooks/clerk").headers().firstValue("Allow")).contains("POST");
    assertThat(status(post(server, " ".repeat(100_000)))).isEqualTo(413);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "  ", "no json", "{", "{} {}"})
  void signedBodyThatIsNoJson_isRefused(String body) {
    String id = fresh("msg");
    String time = now(0);
    assertThat(status(signed(body, id, time, signature(KEY, id, time, body)))).isEqualTo(400);
  }

  @Test
  void withoutASecret_thereIsNothing() {
    try (TestServer deaf = TestServer.start(Map.of())) {
      assertThat(status(post(deaf, "{}"))).isEqualTo(404);
    }
  }
}
