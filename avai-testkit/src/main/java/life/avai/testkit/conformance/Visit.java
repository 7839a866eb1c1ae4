package life.avai.testkit.conformance;

import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import life.avai.testkit.client.Reply;
import life.avai.testkit.client.TestClient;
import life.avai.testkit.json.JsonObject;
import org.jspecify.annotations.Nullable;

/** The sockets with which one statement is tried, and what is asked of the answers. */
public final class Visit implements AutoCloseable {
  private final Conformance target;
  private final List<TestClient> clients = new ArrayList<>();

  Visit(Conformance target) {
    this.target = target;
  }

  /**
   * A socket of nobody's.
   *
   * @return the client
   */
  public TestClient connect() {
    TestClient client = TestClient.connect(target.server()).timeout(target.patience());
    clients.add(client);
    return client;
  }

  /**
   * A socket of somebody: anonymous and new, or else whose token there is.
   *
   * @return the client, authenticated
   */
  public TestClient user() {
    return user(JsonObject.of("type", "authenticate"));
  }

  /** The same, with more to say, or under an older name; who it is comes to the frame. */
  TestClient user(JsonObject authenticate) {
    TestClient client = connect();
    String token = target.token();
    JsonObject answer =
        client.request(
            token == null
                ? authenticate.with("anonymous", true)
                : authenticate.with("token", token));
    if (token == null && "AUTH_FAILED".equals(answer.get("code"))) {
      throw new SkippedException("anonymous users are not let in, and there is no token");
    }
    expect(answer, "auth_success");
    return client;
  }

  /** Somebody anonymous, told apart by a session token. */
  TestClient guest() {
    TestClient client = connect();
    JsonObject answer = client.request("authenticate", "anonymous", true);
    if ("AUTH_FAILED".equals(answer.get("code"))) {
      throw new SkippedException("anonymous users are not let in");
    }
    expect(answer, "auth_success");
    return client;
  }

  /** Another socket of the same person. */
  TestClient another(TestClient client) {
    TestClient other = connect();
    String token = target.token();
    expect(
        token == null
            ? other.request("authenticate", "session_token", sessionToken(client))
            : other.request("authenticate", "token", token),
        "auth_success");
    return other;
  }

  static String sessionToken(TestClient client) {
    return client.frames("auth_success").getFirst().string("session_token");
  }

  /** A thread with nothing in it. */
  static String thread(TestClient client) {
    return expect(client.request("create_thread"), "thread_created").object("thread").string("id");
  }

  /** Waits for a turn's end longer than for an answer. */
  Reply reply(TestClient client, String requestId) {
    client.timeout(target.patience().multipliedBy(6));
    try {
      return client.awaitReply(requestId);
    } finally {
      client.timeout(target.patience());
    }
  }

  /** What {@code ai_status} says. */
  String assistant() {
    return expect(connect().request("get_ai_status"), "ai_status").string("state");
  }

  void needsAssistant(String... states) {
    String state = assistant();
    if (!List.of(states).contains(state)) {
      throw new SkippedException(
          "the assistant is " + state + " (needed: " + String.join(" or ", states) + ")");
    }
  }

  static void check(boolean holds, String expected, @Nullable Object seen) {
    if (!holds) {
      throw new AssertionError("expected " + expected + ", got " + seen);
    }
  }

  static void same(@Nullable Object expected, @Nullable Object seen, JsonObject frame) {
    check(
        java.util.Objects.equals(expected, seen), String.valueOf(expected), seen + " in " + frame);
  }

  static JsonObject expect(JsonObject frame, String type) {
    check(frame.type().equals(type), type, frame);
    return frame;
  }

  /** An error of this code, complete. */
  static JsonObject refused(JsonObject answer, String code) {
    expect(answer, "error");
    same(code, answer.get("code"), answer);
    same(code, answer.get("error_type"), answer);
    same(false, answer.get("success"), answer);
    check(answer.get("retryable") instanceof Boolean, "retryable, true or false", answer);
    check(!answer.string("message").isBlank(), "a message", answer);
    return answer;
  }

  /** The same, and which field is wrong. */
  static void refused(JsonObject answer, String code, String field) {
    same(field, refused(answer, code).get("field"), answer);
  }

  static void uuid(JsonObject frame, String field) {
    String text = frame.string(field);
    check(text.matches("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"), "a UUID in " + field, text);
  }

  static void time(JsonObject frame, String field) {
    String text = frame.string(field);
    check(
        text.matches("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z"),
        "a time in UTC with milliseconds in " + field,
        text);
  }

  static String newId() {
    return UUID.randomUUID().toString();
  }

  @Override
  public void close() {
    clients.forEach(TestClient::close);
  }
}
