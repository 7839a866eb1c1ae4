package life.avai.server.edge;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import life.avai.server.support.TestServer;
import life.avai.testkit.client.ReceivedFrame;
import life.avai.testkit.client.TestClient;
import life.avai.testkit.json.JsonObject;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Values of all kinds in every field of every frame: each gets one answer, in our own words. */
class GarbageTest {
  private static final List<String> VALUES =
      List.of(
          "null",
          "true",
          "0",
          "-1",
          "1.5",
          "1e400",
          "-1e400",
          "1e-400",
          "9223372036854775808",
          "123456789012345678901234567890",
          "\"\"",
          "\" \"",
          "\"new\"",
          "\"\\u0000\"",
          "\"\\ud800\"",
          "\"\\udc00x\"",
          "\"x' OR '1'='1' --\"",
          "\"${jndi:ldap://127.0.0.1/a}\"",
          "\"../../etc/passwd\"",
          "\"%s%n%x\"",
          "\"00000000-0000-0000-0000-000000000000\"",
          "\"ffffffff-ffff-ffff-ffff-ffffffffffff\"",
          "\"1-1-1-1-1\"",
          "[]",
          "[[[[]]]]",
          "{}",
          "{\"message_id\":\"00000000-0000-0000-0000-000000000000\",\"attempt\":1,\"offset\":0}",
          "{\"message_id\":5,\"attempt\":1e9,\"offset\":-1}",
          "\"" + "x".repeat(5_000) + "\"");

  private static final List<String> FIELDS =
      List.of(
          "id",
          "token",
          "session_token",
          "anonymous",
          "deltas",
          "thread_id",
          "threadId",
          "request_id",
          "content",
          "content_type",
          "client_message_id",
          "messageId",
          "expected_position",
          "while_busy",
          "typing",
          "is_typing",
          "title",
          "description",
          "limit",
          "before",
          "archived",
          "offset",
          "before_position",
          "after_position",
          "include_superseded",
          "is_pinned",
          "reply");

  /** What of our inside an answer might show: Java, its libraries, the database. */
  private static final Pattern INSIDE =
      Pattern.compile(
          "exception|java\\.|javax\\.|life\\.avai|jackson|netty|nimbus|jooq|hikari|postgres|sqlstate|\\bselect\\b|\\binsert\\b|\\bpublic\\.|\\bat"
              + " [a-z]+\\.|stack|null pointer|\\.java|constraint|violates|syntax error",
          Pattern.CASE_INSENSITIVE);

  private static final Set<String> REQUIRED_OF_ERRORS =
      Set.of("code", "message", "retryable", "success", "error_type");

  private static TestServer server;

  @BeforeAll
  static void start() {
    server = TestServer.start(Map.of());
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "authenticate",
        "auth",
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
        "subscribe",
        "unsubscribe",
        "get_ai_status",
        "ping",
        "heartbeat",
        "nothing_known"
      })
  void everyFrame_getsAnAnswerThatShowsNothingOfOurInside(String type) {
    SplittableRandom random = new SplittableRandom(type.hashCode());
    List<String> frames =
        Stream.concat(
                FIELDS.stream()
                    .flatMap(
                        field -> VALUES.stream().map(value -> frame(type, field, value, random))),
                Stream.of("{\"type\":\"" + type + "\"}"))
            .toList();
    // A socket that has caused too many errors is closed, and guessing is expensive.
    int atOnce = type.startsWith("auth") ? 9 : 90;
    int sent = 0;
    while (sent < frames.size()) {
      try (TestClient client = server.anonymous()) {
        int before = client.frames().size();
        List<String> some = frames.subList(sent, Math.min(frames.size(), sent + atOnce));
        some.forEach(client::sendText);
        client.settle();
        List<JsonObject> answers =
            client.frames().stream().skip(before).map(ReceivedFrame::json).toList();
        assertThat(answers).as("%s", some).hasSizeGreaterThan(some.size());
        answers.forEach(answer -> check(answer, some));
        sent += some.size();
      }
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        " ",
        "{",
        "}",
        "{\"type\":",
        "{\"type\":}",
        "{'type':'ping'}",
        "{\"type\":\"ping\"} more",
        "{\"type\":\"ping\",\"type\":\"ping\"}",
        "{\"type\":\"ping\",\"a\":NaN}",
        "{\"type\":\"ping\",\"a\":01}",
        "{\"type\":\"ping\",\"a\":\"\\x\"}",
        "<type>ping</type>",
        "SELECT 1",
        "\u0000"
      })
  void textThatIsNoJson_isToldInOurWordsToo(String text) {
    try (TestClient client = server.connect()) {
      client.sendText(text);
      JsonObject answer = client.await("error");
      assertThat(answer.string("code")).isEqualTo("INVALID_JSON");
      check(answer, List.of(text));
    }
  }

  /** One field is garbage, and a few others are there, so that some frames get far. */
  private static String frame(String type, String field, String value, SplittableRandom random) {
    StringBuilder text = new StringBuilder("{\"type\":\"" + type + "\"");
    for (String other : List.of("thread_id", "content", "typing", "title")) {
      if (!other.equals(field) && random.nextInt(4) > 0) {
        text.append(
            switch (other) {
              case "thread_id" -> ",\"thread_id\":\"new\"";
              case "typing" -> ",\"typing\":true";
              default -> ",\"" + other + "\":\"text\"";
            });
      }
    }
    return text.append(",\"" + field + "\":" + value + "}").toString();
  }

  private static void check(JsonObject answer, List<String> sent) {
    if (answer.type().equals("error")) {
      assertThat(answer.fields().keySet()).containsAll(REQUIRED_OF_ERRORS);
      assertThat(answer.string("code")).as("%s to %s", answer, sent).isNotEqualTo("INTERNAL");
      assertThat(answer.string("message"))
          .as("to %s", sent)
          .doesNotContainPattern(INSIDE)
          .isNotBlank();
    }
  }
}
