package life.avai.server.scenarios;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static life.avai.server.scenarios.Scenario.assertError;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import life.avai.server.support.TestDatabase;
import life.avai.server.support.TestServer;
import life.avai.testkit.canister.CanisterScript;
import life.avai.testkit.canister.FakeCanister;
import life.avai.testkit.canister.Step;
import life.avai.testkit.client.Acknowledgement;
import life.avai.testkit.client.TestClient;
import life.avai.testkit.contract.Eventually;
import life.avai.testkit.identity.FakeIssuer;
import life.avai.testkit.json.Json;
import life.avai.testkit.json.JsonObject;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A copy of what is kept about somebody, and its end. */
class DataRightsTest {
  private static final Path SCHEMA = Path.of("../docs/protocol/export.schema.json");
  private static final String PLANTED = "planted-7f3a";

  private static FakeIssuer issuer;
  private static FakeCanister canister;
  private static TestDatabase database;
  private static TestServer server;

  @BeforeAll
  static void start() {
    issuer = FakeIssuer.start();
    canister = FakeCanister.start();
    database = TestDatabase.fresh();
    server =
        TestServer.start(
            canister,
            Map.of(
                "DATABASE_URL",
                database.variable(),
                "CLERK_ISSUER",
                issuer.issuer(),
                "CLERK_JWKS_URL",
                issuer.jwksUrl().toString()));
  }

  @AfterAll
  static void stop() {
    server.close();
    canister.close();
    issuer.close();
  }

  @BeforeEach
  void answerPlainly() {
    canister.script(CanisterScript.replyWith("The reply."));
  }

  private static TestClient signedIn(String subject) {
    TestClient client = server.connect();
    var unused = client.authenticate(issuer.sign(subject));
    return client;
  }

  private static void exchange(TestClient client, String thread, String content) {
    client.awaitReply(client.say(thread, content).requestId());
  }

  private static List<JsonObject> lines(String body) {
    return body.lines().map(Json::parseObject).toList();
  }

  private static List<JsonObject> ofType(List<JsonObject> lines, String type) {
    return lines.stream().filter(line -> line.type().equals(type)).toList();
  }

  private static int head(String path) {
    try (HttpClient http = HttpClient.newHttpClient()) {
      return http.send(
              HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + path))
                  .method("HEAD", HttpRequest.BodyPublishers.noBody())
                  .build(),
              HttpResponse.BodyHandlers.discarding())
          .statusCode();
    } catch (IOException | InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  /** As much of JSON Schema as the schema uses to name fields. */
  private static void assertFits(JsonObject definitions, String name, JsonObject value) {
    JsonObject definition = definitions.object(name);
    Set<String> known = definition.object("properties").fields().keySet();
    assertThat(known).as(name).containsAll(value.fields().keySet());
    assertThat(value.fields().keySet())
        .as(name)
        .containsAll(definition.list("required").stream().map(String::valueOf).toList());
    for (String nested : List.of("user", "thread", "message")) {
      if (definition.object("properties").has(nested)) {
        assertFits(definitions, name + "_" + nested, value.object(nested));
      }
    }
  }

  @Test
  void export_isAllOfTheUsers_inLinesThatFitTheSchema() throws IOException {
    try (TestClient client = signedIn("user_exports");
        TestClient stranger = server.anonymous()) {
      exchange(stranger, "new", "a stranger's");
      String thread =
          client
              .request("create_thread", "title", "First", "description", "about \n lines")
              .object("thread")
              .string("id");
      exchange(client, thread, "question \"one\"\nwith\u2028lines \ud83d\ude00");
      client.awaitReply(client.request("regenerate", "thread_id", thread).string("request_id"));
      exchange(client, "new", "question two");
      String empty = client.request("create_thread").object("thread").string("id");
      client.request("archive_thread", "thread_id", empty);

      JsonObject ready = client.request("export_data");
      assertThat(ready.type()).isEqualTo("export_ready");
      assertThat(Instant.parse(ready.string("expires_at")))
          .isBetween(Instant.now(), Instant.now().plus(Duration.ofMinutes(6)));
      HttpResponse<String> response = server.get(ready.string("url"));

      assertThat(response.statusCode()).isEqualTo(200);
      assertThat(response.headers().firstValue("Content-Type"))
          .contains("application/x-ndjson; charset=utf-8");
      assertThat(response.headers().firstValue("Cache-Control")).contains("no-store");
      assertThat(response.headers().firstValue("Content-Disposition").orElseThrow())
          .startsWith("attachment");
      List<JsonObject> lines = lines(response.body());
      JsonObject definitions = Json.parseObject(Files.readString(SCHEMA)).object("$defs");
      assertThat(lines).allSatisfy(line -> assertFits(definitions, line.type(), line));
      assertThat(lines.getFirst().type()).isEqualTo("profile");
      assertThat(lines.getFirst().object("user").string("clerk_id")).isEqualTo("user_exports");
      assertThat(ofType(lines, "thread")).hasSize(3);
      assertThat(ofType(lines, "message"))
          .extracting(line -> line.object("message").string("content"))
          .containsExactly(
              "question \"one\"\nwith\u2028lines \ud83d\ude00",
              "The reply.",
              "The reply.",
              "question two",
              "The reply.");
      assertThat(lines.getLast().type()).isEqualTo("end");
      assertThat(lines.getLast().integer("threads")).isEqualTo(3);
      assertThat(lines.getLast().integer("messages")).isEqualTo(5);
    }
  }

  @Test
  void link_worksOnce_forWhoeverHasIt_andHeadSpendsNothing() {
    try (TestClient client = server.anonymous()) {
      String first = client.request("export_data").string("url");
      String second = client.request("export_data").string("url");
      assertThat(first).matches("/exports/[A-Za-z0-9_-]{43}");
      assertThat(server.get(first).statusCode()).as("replaced").isEqualTo(404);

      assertThat(head(second)).isEqualTo(405);
      assertThat(lines(server.get(second).body()).getLast().type()).isEqualTo("end");
      assertThat(server.get(second).statusCode()).as("spent").isEqualTo(404);
      assertThat(server.get("/exports/").statusCode()).isEqualTo(404);
      assertThat(server.get("/exports/" + "a".repeat(43)).statusCode()).isEqualTo(404);
      assertThat(
              database.count(
                  "export_links where encode(token_hash, 'escape') = '"
                      + second.substring("/exports/".length())
                      + "'"))
          .isZero();
    }
  }

  /** Such a peer takes what comes for the body, to the end of the connection. */
  @Test
  void copyForAPeerThatKnowsNoChunks_hasNone() throws IOException {
    try (TestClient client = server.anonymous();
        Socket socket = new Socket("127.0.0.1", server.port())) {
      String url = client.request("export_data").string("url");
      socket
          .getOutputStream()
          .write(("GET " + url + " HTTP/1.0\r\n\r\n").getBytes(StandardCharsets.US_ASCII));
      String answer =
          new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
      assertThat(answer).startsWith("HTTP/1.1 200").doesNotContainIgnoringCase("chunked");
      List<JsonObject> copy = lines(answer.substring(answer.indexOf("\r\n\r\n") + 4));
      assertThat(copy.getFirst().type()).isEqualTo("profile");
      assertThat(copy.getLast().type()).isEqualTo("end");
    }
  }

  @Test
  void export_ofMoreThanAPage_isWhole() {
    try (TestClient client = server.anonymous()) {
      String user = client.frames("auth_success").getFirst().object("user").string("id");
      String thread = client.say("new", "first").threadId();
      client.awaitReply(client.frames("message_sent").getFirst().string("request_id"));
      database.run(
          """
          insert into messages (id, thread_id, position, role, author_id, content, created_at, updated_at)
          select gen_random_uuid(), '%s', n, 'user', '%s', n || repeat('x', 5000), now(), now()
          from generate_series(3, 400) n
          """
              .formatted(thread, user));
      database.run(
          """
          insert into threads (id, user_id, title)
          select gen_random_uuid(), '%s', 'empty ' || n from generate_series(1, 230) n
          """
              .formatted(user));

      List<JsonObject> lines =
          lines(server.get(client.request("export_data").string("url")).body());

      assertThat(ofType(lines, "message"))
          .extracting(line -> line.object("message").integer("position"))
          .containsExactlyElementsOf(
              java.util.stream.LongStream.rangeClosed(1, 400).boxed().toList());
      assertThat(ofType(lines, "thread")).hasSize(231).doesNotHaveDuplicates();
      assertThat(lines.getLast().integer("messages")).isEqualTo(400);
      client.request("delete_account");
    }
  }

  @Test
  void secretsThatLetSomebodyIn_areNowhereInTheDatabase() throws NoSuchAlgorithmException {
    try (TestClient client = server.connect()) {
      String session = client.authenticateAnonymously().string("session_token");
      String link = client.request("export_data").string("url").substring("/exports/".length());
      HexFormat hex = HexFormat.of();
      for (String secret : List.of(session, link)) {
        byte[] text = secret.getBytes(US_ASCII);
        assertThat(tablesWith(hex.formatHex(MessageDigest.getInstance("SHA-256").digest(text))))
            .as("its hash, which shows that it is looked for in the right way")
            .containsExactly(secret.equals(session) ? "users" : "export_links");
        assertThat(tablesWith(secret)).isEmpty();
        assertThat(tablesWith(hex.formatHex(text, 0, 16))).isEmpty();
        assertThat(tablesWith(hex.formatHex(Base64.getUrlDecoder().decode(secret)))).isEmpty();
      }
    }
  }

  @Test
  void whoDoesNotReadTheirCopy_isGivenUp_andHasGotNoMoreThanTheKernelTakes() throws Exception {
    TestDatabase own = TestDatabase.fresh();
    int each = 50_000;
    int messages = 600;
    try (TestServer impatient =
            TestServer.start(
                Map.of("DATABASE_URL", own.variable(), "AVAI_SLOW_READER_TIMEOUT", "300ms"));
        TestClient client = impatient.anonymous();
        Socket slow = new Socket()) {
      String user = client.frames("auth_success").getFirst().object("user").string("id");
      String thread = client.say("new", "first").threadId();
      own.run(
          """
          insert into messages (id, thread_id, position, role, author_id, content, created_at, updated_at)
          select gen_random_uuid(), '%s', n, 'user', '%s', repeat('x', %d), now(), now()
          from generate_series(2, %d) n
          """
              .formatted(thread, user, each, messages));
      slow.setReceiveBufferSize(4_096);
      slow.connect(new InetSocketAddress("127.0.0.1", impatient.port()));
      String url = client.request("export_data").string("url");
      ask(slow, url);
      assertThat(slow.getInputStream().read()).isEqualTo('H');

      // While it is being fetched there is no other; once it is given up there is.
      String status =
          Eventually.found(() ->
              Optional.of(statusOf(impatient, client.request("export_data").string("url")))
                  .filter(answer -> !answer.endsWith("429")));

      assertThat(status).isEqualTo("HTTP/1.1 200");
      slow.setSoTimeout(60_000);
      assertThat(countToTheEnd(slow)).isLessThan((long) each * messages / 2);
    }
  }

  private static void ask(Socket socket, String path) throws IOException {
    socket
        .getOutputStream()
        .write(("GET " + path + " HTTP/1.1\r\nHost: localhost\r\n\r\n").getBytes(US_ASCII));
  }

  /** How an answer begins, whatever becomes of the rest of it. */
  private static String statusOf(TestServer server, String path) {
    try (Socket socket = new Socket("127.0.0.1", server.port())) {
      ask(socket, path);
      return new String(socket.getInputStream().readNBytes(12), US_ASCII);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static long countToTheEnd(Socket socket) throws IOException {
    long count = 0;
    try {
      byte[] buffer = new byte[65_536];
      int read;
      while ((read = socket.getInputStream().read(buffer)) >= 0) {
        count += read;
      }
    } catch (SocketException e) {
      // Reset, because not all was taken.
    }
    return count;
  }

  /** Every row of every table that holds a text in any column, as table names. */
  private static List<String> tablesWith(String text) {
    List<String> found = new ArrayList<>();
    for (String table :
        database.all(
            "select table_name from information_schema.tables"
                + " where table_schema = 'public' and table_type = 'BASE TABLE'")) {
      if (database.count(table + " t where t::text ilike '%" + text + "%'") > 0) {
        found.add(table);
      }
    }
    return found;
  }

  private static void plant(TestClient client) {
    canister.script(
        CanisterScript.playing(
            Step.delta(PLANTED + " delta"), Step.response(PLANTED + " in the reply")));
    String thread =
        client
            .request("create_thread", "title", PLANTED, "description", "also " + PLANTED)
            .object("thread")
            .string("id");
    exchange(client, thread, "say " + PLANTED);
    client.awaitReply(client.request("regenerate", "thread_id", thread).string("request_id"));
    JsonObject gone =
        client.request(
            "send_message",
            "thread_id",
            "new",
            "content",
            "soon deleted " + PLANTED,
            "client_message_id",
            UUID.randomUUID().toString());
    client.awaitReply(gone.string("request_id"));
    client.request("delete_thread", "thread_id", gone.string("thread_id"));
    client.request("export_data");
  }

  private static void assertGone(TestClient client, String user) {
    assertThat(tablesWith(PLANTED)).contains("threads", "messages");
    assertThat(tablesWith(user)).contains("users", "threads", "deleted_sends", "export_links");
    List<String> ids =
        database.all(
            "select id::text from threads where user_id = '%s'".formatted(user)
                + " union select t.id::text from turns t join threads on threads.id = t.thread_id"
                + " where user_id = '%s'".formatted(user));

    JsonObject answer = client.request("delete_account");

    assertThat(answer.type()).as("%s", answer).isEqualTo("account_deleted");
    assertThat(client.awaitClose().code()).isEqualTo(1000);
    assertThat(tablesWith(PLANTED)).isEmpty();
    assertThat(tablesWith(user)).isEmpty();
    assertThat(ids).hasSizeGreaterThan(2).allSatisfy(id -> assertThat(tablesWith(id)).isEmpty());
  }

  @Test
  void deletingASignedInAccount_leavesNothingInAnyTable() {
    String subject = "user_" + PLANTED;
    try (TestClient client = server.connect();
        TestClient other = server.connect();
        TestClient stranger = server.anonymous()) {
      String token = issuer.token(subject).claim("name", "Name " + PLANTED).sign();
      String user = client.authenticate(token).object("user").string("id");
      var unused = other.authenticate(token);
      exchange(stranger, "new", "a stranger's");
      plant(client);

      assertGone(client, user);

      assertError(other.await("error"), "AUTH_EXPIRED");
      assertThat(other.awaitClose().code()).isEqualTo(4401);
      assertThat(stranger.request("get_threads").integer("total")).isEqualTo(1);
    }
  }

  @Test
  void deletingAGuest_leavesNothing_andRevokesTheSession() {
    try (TestClient client = server.connect();
        TestClient later = server.connect()) {
      JsonObject guest = client.authenticateAnonymously();
      plant(client);

      assertGone(client, guest.object("user").string("id"));

      assertError(
          later.request("authenticate", "session_token", guest.string("session_token")),
          "AUTH_FAILED");
    }
  }

  @Test
  void deletingAnAccount_whoseThreadsWereAGuests_leavesNothing() {
    try (TestClient client = server.connect()) {
      String guest = client.authenticateAnonymously().object("user").string("id");
      plant(client);
      String user =
          client
              .request("authenticate", "token", issuer.sign("user_was_guest"))
              .object("user")
              .string("id");
      assertThat(tablesWith(guest)).as("the guest is forgotten").isEmpty();
      client.request("export_data");

      assertGone(client, user);
    }
  }

  @Test
  void deletingAnAccount_stopsWhatRuns() {
    canister.script(CanisterScript.playing(Step.delta("half of it")));
    try (TestClient client = server.anonymous()) {
      Acknowledgement sent = client.say("new", "a long one");
      client.await("ai_response_delta");

      assertThat(client.request("delete_account").type()).isEqualTo("account_deleted");

      canister.awaitCancel(sent.requestId());
      assertThat(database.count("turns where id = '" + sent.requestId() + "'")).isZero();
    }
  }

  @Test
  void deletedElsewhere_socketsHereEndToo() {
    try (TestServer second =
            TestServer.start(
                Map.of("DATABASE_URL", database.variable(), "AVAI_RETENTION_ANONYMOUS", "10s"));
        TestClient here = server.anonymous();
        TestClient there = second.connect()) {
      String session = here.frames("auth_success").getFirst().string("session_token");
      assertThat(there.request("authenticate", "session_token", session).type())
          .isEqualTo("auth_success");

      here.request("delete_account");

      assertError(there.await("error"), "AUTH_EXPIRED");
      assertThat(there.awaitClose().code()).isEqualTo(4401);
    }
  }

  @Test
  void guestsWhoDoNotComeBack_areForgotten_andThoseWhoAreHereStay() {
    TestDatabase own = TestDatabase.fresh();
    try (TestServer forgetful =
            TestServer.start(
                Map.of("DATABASE_URL", own.variable(), "AVAI_RETENTION_ANONYMOUS", "2s"));
        TestClient stays = forgetful.anonymous()) {
      String here = stays.frames("auth_success").getFirst().object("user").string("id");
      String session;
      try (TestClient leaves = forgetful.connect()) {
        session = leaves.authenticateAnonymously().string("session_token");
        leaves.request("create_thread", "title", "left behind");
      }

      own.await("select count(*) from users", "1");

      assertThat(own.one("select id::text from users")).isEqualTo(here);
      assertThat(own.count("threads")).isZero();
      assertThat(stays.request("get_threads").type()).isEqualTo("threads_list");
      try (TestClient back = forgetful.connect()) {
        assertError(back.request("authenticate", "session_token", session), "AUTH_FAILED");
      }
    }
  }

  @Test
  void withoutAuthentication_neitherIsHeard() {
    try (TestClient client = server.connect()) {
      assertError(client.request("export_data"), "AUTH_REQUIRED");
      assertError(client.request("delete_account"), "AUTH_REQUIRED");
    }
  }
}
