package life.avai.server.scenarios;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import life.avai.testkit.client.TestClient;
import life.avai.testkit.json.JsonObject;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Frames that do not fit: each costs one error that names what is wrong, and nothing else. */
class FramesTest extends Scenario {
  private TestClient client;
  private String thread;

  @BeforeEach
  void begin() {
    client = anonymous();
    thread = client.request("create_thread").object("thread").string("id");
  }

  /** The one error that a text brings. */
  private JsonObject errorFor(String text) {
    int before = client.frames("error").size();
    client.sendText(text);
    client.settle();
    assertThat(client.frames("error")).as(text).hasSize(before + 1);
    return client.frames("error").getLast();
  }

  @AfterEach
  void end() {
    client.close();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "nonsense",
        "{",
        "{} {}",
        "{\"type\":\"ping\"}x",
        "{\"type\":\"ping\",\"type\":\"ping\"}",
        "{\"type\":\"ping\",\"a\":NaN}",
        "{'type':'ping'}",
        "{\"type\":\"ping\",}",
        "{\"type\":\"ping\"/**/}",
        "{\"type\":\"ping\",\"a\":01}",
        "{\"type\":\"ping\",\"a\":\"\\x\"}",
        "\uFEFF{\"type\":\"ping\"}"
      })
  void whatIsNoJson_isRefused(String text) {
    JsonObject error = errorFor(text);
    assertError(error, "INVALID_JSON");
    assertThat(error.string("message")).doesNotContainIgnoringCase("exception", "jackson");
  }

  @ParameterizedTest
  @ValueSource(strings = {"[]", "5", "null", "\"text\"", "{}", "{\"type\":5}", "{\"type\":null}"})
  void whatIsNoObjectWithAType_isRefused(String text) {
    assertError(errorFor(text), "INVALID_MESSAGE");
  }

  @ParameterizedTest
  @ValueSource(strings = {"1e400", "-1e400", "1.0", "1.5", "9223372036854775808", "1e1", "true"})
  void numberThatIsNone_isRefusedByField(String limit) {
    JsonObject error = errorFor("{\"type\":\"get_threads\",\"id\":7,\"limit\":" + limit + "}");
    assertError(error, "INVALID_MESSAGE");
    assertThat(error.string("field")).isEqualTo("limit");
    assertThat(error.integer("in_reply_to")).isEqualTo(7);
  }

  @Test
  void numberOfManyDigits_isRefusedByField() {
    JsonObject error = errorFor("{\"type\":\"get_threads\",\"limit\":" + "9".repeat(900) + "}");
    assertError(error, "INVALID_MESSAGE");
    assertThat(error.string("field")).isEqualTo("limit");
  }

  @Test
  void idOfMoreDigitsThanANumberCanHave_isRefused() {
    JsonObject error = errorFor("{\"type\":\"ping\",\"id\":" + "9".repeat(400) + "}");
    assertError(error, "INVALID_MESSAGE");
    assertThat(error.string("field")).isEqualTo("id");
  }

  @Test
  void deepNesting_isRefused() {
    assertError(
        errorFor("{\"type\":\"ping\",\"a\":" + "[".repeat(5_000) + "]".repeat(5_000) + "}"),
        "INVALID_JSON");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        // type | its other fields, T for a thread of ours | code | what the message names
        "surprise | | UNKNOWN_TYPE |",
        "send_message | 'content':'x' | MISSING_THREAD_ID | thread_id",
        "send_message | 'thread_id':null,'content':'x' | MISSING_THREAD_ID | thread_id",
        "send_message | 'thread_id':5,'content':'x' | INVALID_MESSAGE | thread_id",
        "send_message | 'thread_id':'next','content':'x' | INVALID_MESSAGE | thread_id",
        "send_message | 'thread_id':T | INVALID_MESSAGE | content",
        "send_message | 'thread_id':T,'content':null | INVALID_MESSAGE | content",
        "send_message | 'thread_id':T,'content':5 | INVALID_MESSAGE | content",
        "send_message | 'thread_id':T,'content':'' | INVALID_MESSAGE | content",
        "send_message | 'thread_id':T,'content':'x','content_type':'html' | INVALID_MESSAGE |"
            + " content_type",
        "send_message | 'thread_id':T,'content':'x','content_type':5 | INVALID_MESSAGE |"
            + " content_type",
        "send_message | 'thread_id':T,'content':'x','client_message_id':'x' | INVALID_MESSAGE |"
            + " client_message_id",
        "send_message | 'thread_id':T,'content':'x','client_message_id':5 | INVALID_MESSAGE |"
            + " client_message_id",
        "send_message | 'thread_id':T,'content':'x','expected_position':-1 | INVALID_MESSAGE |"
            + " expected_position",
        "send_message | 'thread_id':T,'content':'x','expected_position':1.5 | INVALID_MESSAGE |"
            + " expected_position",
        "send_message | 'thread_id':T,'content':'x','expected_position':'1' | INVALID_MESSAGE |"
            + " expected_position",
        "send_message | 'thread_id':T,'content':'x','expected_position':1e300 | INVALID_MESSAGE |"
            + " expected_position",
        "send_message | 'thread_id':T,'content':'x','while_busy':'wait' | INVALID_MESSAGE |"
            + " while_busy",
        "cancel | | MISSING_THREAD_ID | thread_id",
        "cancel | 'thread_id':T,'request_id':'x' | INVALID_MESSAGE | request_id",
        "regenerate | | MISSING_THREAD_ID | thread_id",
        "regenerate | 'thread_id':T | INVALID_MESSAGE |",
        "typing | 'thread_id':T | INVALID_MESSAGE | typing",
        "typing | 'thread_id':T,'typing':'yes' | INVALID_MESSAGE | typing",
        "create_thread | 'title':'' | INVALID_MESSAGE | title",
        "create_thread | 'title':5 | INVALID_MESSAGE | title",
        "create_thread | 'title':'x','description':5 | INVALID_MESSAGE | description",
        "get_threads | 'limit':0 | INVALID_MESSAGE | limit",
        "get_threads | 'limit':101 | INVALID_MESSAGE | limit",
        "get_threads | 'limit':'5' | INVALID_MESSAGE | limit",
        "get_threads | 'before':'guessed' | INVALID_MESSAGE | before",
        "get_threads | 'archived':1 | INVALID_MESSAGE | archived",
        "get_history | | MISSING_THREAD_ID | thread_id",
        "get_history | 'thread_id':T,'limit':0 | INVALID_MESSAGE | limit",
        "get_history | 'thread_id':T,'limit':501 | INVALID_MESSAGE | limit",
        "get_history | 'thread_id':T,'before_position':-1 | INVALID_MESSAGE | before_position",
        "get_history | 'thread_id':T,'after_position':-1 | INVALID_MESSAGE | after_position",
        "get_history | 'thread_id':T,'include_superseded':'no' | INVALID_MESSAGE |"
            + " include_superseded",
        "update_thread | 'title':'x' | MISSING_THREAD_ID | thread_id",
        "update_thread | 'thread_id':T | INVALID_MESSAGE |",
        "update_thread | 'thread_id':T,'title':'' | INVALID_MESSAGE | title",
        "update_thread | 'thread_id':T,'is_pinned':'x' | INVALID_MESSAGE | is_pinned",
        "delete_thread | | MISSING_THREAD_ID | thread_id",
        "subscribe | | MISSING_THREAD_ID | thread_id",
        "subscribe | 'thread_id':T,'after_position':-1 | INVALID_MESSAGE | after_position",
        "subscribe | 'thread_id':T,'reply':5 | INVALID_MESSAGE | reply",
        "subscribe | 'thread_id':T,'reply':{'message_id':'x','attempt':1,'offset':0} |"
            + " INVALID_MESSAGE | message_id",
        "subscribe | 'thread_id':T,'reply':{'message_id':T,'attempt':1,'offset':-1} |"
            + " INVALID_MESSAGE | offset",
        "unsubscribe | | MISSING_THREAD_ID | thread_id",
        "send_message | 'threadId':5,'content':'x' | INVALID_MESSAGE | threadId",
        "send_message | 'threadId':'x','content':'x' | INVALID_MESSAGE | threadId",
        "send_message | 'thread_id':T,'content':'x','messageId':5 | INVALID_MESSAGE | messageId",
        "send_message | 'thread_id':T,'content':'x','content_type':'Code' | INVALID_MESSAGE |"
            + " content_type",
        "send_message | 'thread_id':T,'content':'x','while_busy':5 | INVALID_MESSAGE | while_busy",
        "send_message | 'thread_id':T,'content':'x','expected_position':9223372036854775808 |"
            + " INVALID_MESSAGE | expected_position",
        "send_message | 'thread_id':'','content':'x' | INVALID_MESSAGE | thread_id",
        "send_message | 'thread_id':'NEW','content':'x' | INVALID_MESSAGE | thread_id",
        "cancel | 'thread_id':T,'request_id':5 | INVALID_MESSAGE | request_id",
        "cancel | 'thread_id':'new' | INVALID_MESSAGE | thread_id",
        "typing | | MISSING_THREAD_ID | thread_id",
        "typing | 'thread_id':T,'typing':null | INVALID_MESSAGE | typing",
        "typing | 'thread_id':T,'isTyping':1 | INVALID_MESSAGE | isTyping",
        "typing_indicator | 'thread_id':T,'is_typing':'no' | INVALID_MESSAGE | is_typing",
        "create_thread | 'title':'a\\u0000' | INVALID_CONTENT | title",
        "create_thread | 'title':'\\ud800' | INVALID_CONTENT | title",
        "create_thread | 'description':'\\udc00' | INVALID_CONTENT | description",
        "get_threads | 'limit':-1 | INVALID_MESSAGE | limit",
        "get_threads | 'before':5 | INVALID_MESSAGE | before",
        "get_threads | 'before':'' | INVALID_MESSAGE | before",
        "get_threads | 'archived':'yes' | INVALID_MESSAGE | archived",
        "get_history | 'thread_id':T,'limit':'5' | INVALID_MESSAGE | limit",
        "get_history | 'thread_id':T,'before_position':2,'after_position':1 | INVALID_MESSAGE |"
            + " after_position",
        "get_thread_messages | 'thread_id':T,'offset':-1 | INVALID_MESSAGE | offset",
        "get_thread_messages | 'thread_id':T,'offset':'1' | INVALID_MESSAGE | offset",
        "update_thread | 'thread_id':T,'title':5 | INVALID_MESSAGE | title",
        "update_thread | 'thread_id':T,'archived':'x' | INVALID_MESSAGE | archived",
        "update_thread | 'thread_id':T,'title':null,'is_pinned':null | INVALID_MESSAGE | title",
        "update_thread_title | 'thread_id':T | INVALID_MESSAGE | title",
        "update_thread_title | 'thread_id':T,'title':null | INVALID_MESSAGE | title",
        "pin_thread | 'thread_id':T,'is_pinned':'x' | INVALID_MESSAGE | is_pinned",
        "archive_thread | 'thread_id':T,'archived':5 | INVALID_MESSAGE | archived",
        "archive_thread | | MISSING_THREAD_ID | thread_id",
        "pin_thread | | MISSING_THREAD_ID | thread_id",
        "subscribe | 'thread_id':T,'reply':{} | INVALID_MESSAGE | reply.message_id",
        "subscribe | 'thread_id':T,'reply':{'message_id':T} | INVALID_MESSAGE | reply.attempt",
        "subscribe | 'thread_id':T,'reply':{'message_id':T,'attempt':1} | INVALID_MESSAGE |"
            + " reply.offset",
        "subscribe | 'thread_id':T,'reply':{'message_id':T,'attempt':'1','offset':0} |"
            + " INVALID_MESSAGE | attempt",
        "subscribe | 'thread_id':T,'after_position':'1' | INVALID_MESSAGE | after_position",
        "unsubscribe | 'thread_id':5 | INVALID_MESSAGE | thread_id",
        "delete_thread | 'thread_id':'x' | INVALID_MESSAGE | thread_id",
        "authenticate | 'deltas':5 | INVALID_MESSAGE | deltas",
        "authenticate | 'token':5 | INVALID_MESSAGE | token",
        "authenticate | 'session_token':5 | INVALID_MESSAGE | session_token",
        "authenticate | 'anonymous':'yes' | INVALID_MESSAGE | anonymous"
      })
  void fieldThatDoesNotFit_isNamed(String type, String fields, String code, String named) {
    String more =
        fields == null ? "" : "," + fields.replace('\'', '"').replace(":T", ":" + quoted(thread));
    JsonObject error = errorFor("{\"type\":\"" + type + "\",\"id\":\"q\"" + more + "}");
    assertError(error, code);
    assertThat(error.string("in_reply_to")).isEqualTo("q");
    if (named != null) {
      assertThat(error.string("message")).contains(named);
    }
  }

  private static String quoted(String text) {
    return '"' + text + '"';
  }

  @ParameterizedTest
  @ValueSource(strings = {"{}", "[]", "true", "1e400", "\"\\ud800\""})
  void idThatIsNoStringAndNoNumber_isRefused(String id) {
    assertError(errorFor("{\"type\":\"ping\",\"id\":" + id + "}"), "INVALID_MESSAGE");
  }

  @Test
  void id_comesBackAsItWas() {
    client.sendText("{\"type\":\"ping\",\"id\":42}");
    assertThat(client.await("pong").integer("in_reply_to")).isEqualTo(42);
    for (String number : List.of("-1", "0.5", "1e3", "12345678901234567890")) {
      client.sendText("{\"type\":\"ping\",\"id\":" + number + "}");
      assertThat(client.await("pong").number("in_reply_to")).isEqualTo(Double.parseDouble(number));
    }
    assertThat(
            client.request(JsonObject.of("type", "ping", "id", "\uD83D\uDE00".repeat(64))).type())
        .isEqualTo("pong");
    assertThat(client.request(JsonObject.of("type", "ping", "id", "")).type()).isEqualTo("pong");
    String longest = "x".repeat(64);
    assertThat(client.request(JsonObject.of("type", "ping", "id", longest)).type())
        .isEqualTo("pong");
    assertError(errorFor("{\"type\":\"ping\",\"id\":\"" + longest + "x\"}"), "INVALID_MESSAGE");
  }

  @Test
  void contentThatIsTooLong_isRefused() {
    JsonObject answer =
        client.request("send_message", "thread_id", thread, "content", "x".repeat(32_001));
    assertError(answer, "CONTENT_TOO_LARGE");
    assertThat(client.request("get_history", "thread_id", thread).integer("total")).isZero();
  }

  @Test
  void unknownFields_areIgnored() {
    assertThat(client.request("ping", "surprise", JsonObject.of("a", 1)).type()).isEqualTo("pong");
    assertThat(
            client.request("get_history", "thread_id", thread, "offset", "none of its own").type())
        .isEqualTo("thread_history");
    assertThat(
            client
                .request("create_thread", "title", null, "description", null, "is_pinned", "x")
                .object("thread")
                .string("title"))
        .isEqualTo("New chat");
  }

  @Test
  void titles_areOfTheRightLength() {
    assertThat(client.request("create_thread", "title", "x".repeat(200)).type())
        .isEqualTo("thread_created");
    assertError(client.request("create_thread", "title", "x".repeat(201)), "INVALID_MESSAGE");
    assertThat(client.request("create_thread").object("thread").string("title"))
        .isEqualTo("New chat");
  }
}
