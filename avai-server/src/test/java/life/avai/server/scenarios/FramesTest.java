package life.avai.server.scenarios;

import static org.assertj.core.api.Assertions.assertThat;

import life.avai.testkit.client.TestClient;
import life.avai.testkit.json.JsonObject;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Frames that do not fit: each costs one error that names what is wrong, and nothing else. */
class FramesTest extends Scenario {
  private static TestClient client;
  private static String thread;

  @BeforeAll
  static void begin() {
    client = anonymous();
    thread = client.request("create_thread").object("thread").string("id");
  }

  /** The one error that a text brings. */
  private static JsonObject errorFor(String text) {
    int before = client.frames("error").size();
    client.sendText(text);
    client.settle();
    assertThat(client.frames("error")).as(text).hasSize(before + 1);
    return client.frames("error").getLast();
  }

  @AfterAll
  static void end() {
    client.close();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "nonsense",
        "{",
        "[]",
        "5",
        "null",
        "\"text\"",
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
  void whatIsNoJsonObject_isRefused(String text) {
    JsonObject error = errorFor(text);
    assertThat(error.string("code")).as(text).isIn("INVALID_JSON", "INVALID_MESSAGE");
    assertThat(error.string("message")).doesNotContainIgnoringCase("exception", "jackson");
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
        "send_message | 'thread_id':T,'content':'x','content_type':'html' | INVALID_MESSAGE | content_type",
        "send_message | 'thread_id':T,'content':'x','content_type':5 | INVALID_MESSAGE | content_type",
        "send_message | 'thread_id':T,'content':'x','client_message_id':'x' | INVALID_MESSAGE | client_message_id",
        "send_message | 'thread_id':T,'content':'x','client_message_id':5 | INVALID_MESSAGE | client_message_id",
        "send_message | 'thread_id':T,'content':'x','expected_position':-1 | INVALID_MESSAGE | expected_position",
        "send_message | 'thread_id':T,'content':'x','expected_position':1.5 | INVALID_MESSAGE | expected_position",
        "send_message | 'thread_id':T,'content':'x','expected_position':'1' | INVALID_MESSAGE | expected_position",
        "send_message | 'thread_id':T,'content':'x','expected_position':1e300 | INVALID_MESSAGE | expected_position",
        "send_message | 'thread_id':T,'content':'x','while_busy':'wait' | INVALID_MESSAGE | while_busy",
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
        "get_history | 'thread_id':T,'include_superseded':'no' | INVALID_MESSAGE | include_superseded",
        "update_thread | 'title':'x' | MISSING_THREAD_ID | thread_id",
        "update_thread | 'thread_id':T | INVALID_MESSAGE |",
        "update_thread | 'thread_id':T,'title':'' | INVALID_MESSAGE | title",
        "update_thread | 'thread_id':T,'is_pinned':'x' | INVALID_MESSAGE | is_pinned",
        "delete_thread | | MISSING_THREAD_ID | thread_id",
        "subscribe | | MISSING_THREAD_ID | thread_id",
        "subscribe | 'thread_id':T,'after_position':-1 | INVALID_MESSAGE | after_position",
        "subscribe | 'thread_id':T,'reply':5 | INVALID_MESSAGE | reply",
        "subscribe | 'thread_id':T,'reply':{'message_id':'x','attempt':1,'offset':0} | INVALID_MESSAGE | message_id",
        "subscribe | 'thread_id':T,'reply':{'message_id':T,'attempt':1,'offset':-1} | INVALID_MESSAGE | offset",
        "unsubscribe | | MISSING_THREAD_ID | thread_id",
        "authenticate | 'token':5 | INVALID_MESSAGE | token",
        "authenticate | 'session_token':5 | INVALID_MESSAGE | session_token",
        "authenticate | 'anonymous':'yes' | INVALID_MESSAGE | anonymous"
      })
  void fieldThatDoesNotFit_isNamed(String type, String fields, String code, String named) {
    String more =
        fields == null ? "" : "," + fields.replace('\'', '"').replace("T", quoted(thread));
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
  @ValueSource(strings = {"{}", "[]", "true"})
  void idThatIsNoStringAndNoNumber_isRefused(String id) {
    assertError(errorFor("{\"type\":\"ping\",\"id\":" + id + "}"), "INVALID_MESSAGE");
  }

  @Test
  void id_comesBackAsItWas() {
    client.sendText("{\"type\":\"ping\",\"id\":42}");
    assertThat(client.await("pong").integer("in_reply_to")).isEqualTo(42);
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
