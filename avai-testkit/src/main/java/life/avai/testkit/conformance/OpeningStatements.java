package life.avai.testkit.conformance;

import static life.avai.testkit.conformance.Visit.check;
import static life.avai.testkit.conformance.Visit.expect;
import static life.avai.testkit.conformance.Visit.refused;
import static life.avai.testkit.conformance.Visit.same;
import static life.avai.testkit.conformance.Visit.sessionToken;
import static life.avai.testkit.conformance.Visit.time;
import static life.avai.testkit.conformance.Visit.uuid;

import java.util.List;
import life.avai.testkit.client.TestClient;
import life.avai.testkit.json.JsonObject;

/** Section 2 up to authentication. */
final class OpeningStatements {
  private static final String TOPIC = "opening";

  static final List<Statement> ALL =
      List.of(
          says("The server speaks first, and says welcome.", OpeningStatements::welcome),
          says(
              "An answer carries the request's id, a text or a number, as in_reply_to.",
              OpeningStatements::inReplyTo),
          says(
              "Before authentication only authenticate, ping and get_ai_status are heard.",
              OpeningStatements::beforeAuthentication),
          says(
              "authenticate with nothing beside it makes a new anonymous user.",
              OpeningStatements::anonymous),
          says("A session_token goes on as the same user.", OpeningStatements::sessionToken_goesOn),
          says(
              "A token that is none is AUTH_FAILED, and the socket is what it was before.",
              OpeningStatements::authFailed),
          Statement.beyondReach(
              TOPIC,
              "When a token ends the socket gets AUTH_EXPIRED, and 4401 ten seconds later.",
              "takes a token that ends soon"),
          Statement.beyondReach(
              TOPIC,
              "A socket that is not authenticated in time is closed with 4408.",
              "takes the server's AVAI_AUTH_TIMEOUT"));

  private OpeningStatements() {}

  private static Statement says(String sentence, Statement.Trial trial) {
    return new Statement(TOPIC, sentence, trial);
  }

  private static void welcome(Visit visit) {
    TestClient client = visit.connect();
    JsonObject welcome = client.await("the first frame", frame -> true);
    expect(welcome, "welcome");
    uuid(welcome, "connection_id");
    same(1L, welcome.get("protocol_version"), welcome);
    check(!welcome.string("server_version").isEmpty(), "a server_version", welcome);
    check(welcome.integer("heartbeat_seconds") > 0, "heartbeat_seconds", welcome);
    check(welcome.object("limits").integer("max_content_chars") > 0, "a limit", welcome);
    check(welcome.object("limits").integer("max_frame_bytes") > 0, "a limit", welcome);
  }

  private static void inReplyTo(Visit visit) {
    TestClient client = visit.connect();
    for (Object id : List.of("a", 7, "x".repeat(64))) {
      JsonObject answer = client.request(JsonObject.of("type", "ping", "id", id));
      time(expect(answer, "pong"), "timestamp");
    }
    client.send("ping", "id", "x".repeat(65));
    refused(client.await("error"), "INVALID_MESSAGE", "id");
  }

  private static void beforeAuthentication(Visit visit) {
    TestClient client = visit.connect();
    expect(client.request("ping"), "pong");
    expect(client.request("get_ai_status"), "ai_status");
    for (String type : List.of("get_threads", "create_thread", "send_message", "subscribe")) {
      refused(client.request(type), "AUTH_REQUIRED");
    }
  }

  private static void anonymous(Visit visit) {
    JsonObject answer = visit.connect().request("authenticate");
    if ("AUTH_FAILED".equals(answer.get("code"))) {
      throw new SkippedException("anonymous users are not let in");
    }
    JsonObject user = expect(answer, "auth_success").object("user");
    uuid(user, "id");
    same(true, user.get("is_anonymous"), answer);
    same(true, user.get("isAnonymous"), answer);
    same("anonymous", user.get("tier"), answer);
    check(!answer.string("session_token").isEmpty(), "a session_token", answer);
    TestClient other = visit.guest();
    JsonObject another = other.frames("auth_success").getFirst();
    check(!user.string("id").equals(another.object("user").string("id")), "somebody new", another);
  }

  private static void sessionToken_goesOn(Visit visit) {
    TestClient first = visit.guest();
    JsonObject again =
        visit.connect().request("authenticate", "session_token", sessionToken(first));
    same(
        first.frames("auth_success").getFirst().object("user").get("id"),
        expect(again, "auth_success").object("user").get("id"),
        again);
  }

  private static void authFailed(Visit visit) {
    TestClient client = visit.connect();
    refused(client.request("authenticate", "token", "no.such.token"), "AUTH_FAILED");
    refused(client.request("authenticate", "session_token", "none"), "AUTH_FAILED");
    refused(client.request("get_threads"), "AUTH_REQUIRED");
    expect(client.request("ping"), "pong");
  }
}
