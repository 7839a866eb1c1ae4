package life.avai.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import life.avai.server.support.TestDatabase;
import life.avai.server.support.TestServer;
import life.avai.testkit.canister.CanisterScript;
import life.avai.testkit.canister.FakeCanister;
import life.avai.testkit.client.TestClient;
import life.avai.testkit.json.Json;
import life.avai.testkit.json.JsonObject;
import org.junit.jupiter.api.Test;

/** The operators' page: for whom it is, and that its numbers are those of what happened. */
class AdminTest {
  private static final String TOKEN = "0123456789abcdef-of-operators";
  private static final String JSON = "/admin/analytics.json";

  private static HttpResponse<String> get(int port, String path, String... headers) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path));
    if (headers.length > 0) {
      request.headers(headers);
    }
    try (HttpClient http = HttpClient.newHttpClient()) {
      return http.send(request.build(), HttpResponse.BodyHandlers.ofString());
    } catch (IOException | InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  private static HttpResponse<String> asOperator(TestServer server, String path) {
    return get(server.port(), path, "Authorization", "Bearer " + TOKEN);
  }

  @Test
  void numbers_areThoseOfWhatHappened_andTheTextsAreNot() {
    TestDatabase database = TestDatabase.fresh();
    try (FakeCanister canister = FakeCanister.start(CanisterScript.replyWith("It looks safe."));
        TestServer server =
            TestServer.start(
                canister, Map.of("DATABASE_URL", database.variable(), "AVAI_ADMIN_TOKEN", TOKEN));
        TestClient client = server.anonymous()) {
      assertThat(asOperator(server, "/admin").body()).contains("nothing yet");

      var first = client.say("new", "Is this confidential?");
      var reply = client.awaitReply(first.requestId());
      canister.script(CanisterScript.failWith("broken", false, null));
      var second = client.say(first.threadId(), "And this?");
      var failed = client.checkReply(second.requestId());
      database.awaitRest();

      JsonObject report = Json.parseObject(asOperator(server, JSON).body());
      List<JsonObject> messages = report.objects("messages");
      assertThat(messages).hasSize(2);
      JsonObject theirs = messages.getFirst();
      assertThat(theirs.string("role")).isEqualTo("assistant");
      assertThat(theirs.integer("messages")).isEqualTo(1);
      JsonObject ours = messages.getLast();
      assertThat(ours.integer("messages")).isEqualTo(2);
      assertThat(ours.integer("threads")).isEqualTo(1);
      assertThat(ours.integer("authors")).isEqualTo(1);
      assertThat(report.objects("turns").stream().map(row -> row.string("outcome")))
          .containsExactlyInAnyOrder("completed", "canister_error");
      JsonObject completed =
          report.objects("turns").stream()
              .filter(row -> row.string("outcome").equals("completed"))
              .findFirst()
              .orElseThrow();
      assertThat(completed.integer("turns")).isEqualTo(1);
      assertThat(completed.integer("prompt_tokens")).isPositive();
      assertThat(completed.integer("reply_tokens")).isPositive();
      assertThat(completed.string("model")).isEqualTo(theirs.string("model"));

      HttpResponse<String> page = asOperator(server, "/admin");
      assertThat(page.statusCode()).isEqualTo(200);
      assertThat(page.headers().firstValue("Content-Security-Policy").orElseThrow())
          .startsWith("default-src 'none'; style-src 'sha256-");
      assertThat(page.body())
          .contains("<svg", "canister_error", theirs.string("model"))
          .doesNotContain("confidential", "looks safe", "style=\"", "<script");
    }
  }

  @Test
  void nobodyElse_seesIt() {
    try (TestServer server = TestServer.start(Map.of("AVAI_ADMIN_TOKEN", TOKEN))) {
      int port = server.port();
      HttpResponse<String> asked = get(port, "/admin");
      assertThat(asked.statusCode()).isEqualTo(401);
      assertThat(asked.headers().firstValue("WWW-Authenticate").orElseThrow()).startsWith("Basic ");
      String basic = Base64.getEncoder().encodeToString(("me:" + TOKEN).getBytes(UTF_8));
      assertThat(get(port, "/admin", "Authorization", "Basic " + basic).statusCode())
          .isEqualTo(200);
      assertThat(
              get(port, JSON, "Authorization", "Bearer " + TOKEN, "X-Forwarded-For", "203.0.113.9")
                  .statusCode())
          .as("for somebody behind a proxy")
          .isEqualTo(404);
      for (String wrong :
          List.of("Bearer " + TOKEN + "x", "Bearer", "Basic !", "Basic bWU=", "Digest " + TOKEN)) {
        assertThat(get(port, JSON, "Authorization", wrong).statusCode()).as(wrong).isEqualTo(401);
      }
    }
  }

  @Test
  void guessing_isSlow() {
    try (TestServer server = TestServer.start(Map.of("AVAI_ADMIN_TOKEN", TOKEN))) {
      int status = 401;
      for (int i = 0; i < 20 && status == 401; i++) {
        status = get(server.port(), JSON, "Authorization", "Bearer wrong").statusCode();
      }
      assertThat(status).isEqualTo(429);
    }
  }

  @Test
  void withoutAToken_thereIsNothing() {
    try (TestServer server = TestServer.start(Map.of())) {
      assertThat(get(server.port(), "/admin").statusCode()).isEqualTo(404);
      assertThat(get(server.port(), JSON, "Authorization", "Bearer ").statusCode()).isEqualTo(404);
    }
  }

  /** As on hosts that grant rights to the roles of their public API on all that is new. */
  @Test
  void viewsDoNotOpen_whatTheTablesClose() {
    TestDatabase database = TestDatabase.fresh();
    database.run(
        """
        do $$ begin
          if not exists (select from pg_roles where rolname = 'anon') then
            create role anon;
          end if;
        end $$\
        """);
    database.run("alter default privileges in schema public grant all on tables to anon");
    try (TestServer server = TestServer.start(Map.of("DATABASE_URL", database.variable()))) {
      assertThat(server.get("/health/ready").statusCode()).isEqualTo(200);
      for (String view : List.of("analytics_messages", "analytics_turns")) {
        assertThat(
                database.one("select has_table_privilege('anon', '%s', 'select')".formatted(view)))
            .as(view)
            .isEqualTo("f");
        assertThat(
                database.one(
                    "select 'security_invoker=true' = any (reloptions) from pg_class where relname = '%s'"
                        .formatted(view)))
            .isEqualTo("t");
      }
      assertThat(database.one("select has_table_privilege('anon', 'messages', 'select')"))
          .as("the grant works, and row level security alone keeps the tables")
          .isEqualTo("t");
    } finally {
      database.run("drop owned by anon");
    }
  }
}
