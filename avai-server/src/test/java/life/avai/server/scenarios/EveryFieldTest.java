package life.avai.server.scenarios;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import life.avai.server.protocol.Conversation;
import life.avai.testkit.client.TestClient;
import life.avai.testkit.json.Json;
import life.avai.testkit.json.JsonObject;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Every field of every frame, with every kind of value that it cannot have. */
class EveryFieldTest extends Scenario {
  /** What a field holds, and what it must not. */
  private enum Kind {
    UUID("5", "true", "[]", "{}", "\"\"", "\"x\"", "\"1-1-1-1-1\"", "\"{T}\""),
    TEXT("5", "true", "[]", "{}", "1e400"),
    NAME("5", "true", "[]", "{}", "\"\"", "\"x\"", "\"TEXT\""),
    FLAG("0", "1", "\"true\"", "\"\"", "[]", "{}"),
    COUNT("\"1\"", "true", "[]", "{}", "-1", "1.5", "1e400", "9223372036854775808"),
    OBJECT("5", "\"x\"", "true", "[]", "[{}]");

    private final List<String> wrong;

    Kind(String... wrong) {
      this.wrong = List.of(wrong);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        // type | what makes it a good frame, T for a thread of ours | field | kind | without it
        "authenticate | | token | TEXT |",
        "authenticate | | session_token | TEXT |",
        "authenticate | | anonymous | FLAG |",
        "authenticate | | deltas | FLAG |",
        "auth | | token | TEXT |",
        "send_message | 'content':'x' | thread_id | UUID | MISSING_THREAD_ID",
        "send_message | 'content':'x' | threadId | UUID | MISSING_THREAD_ID",
        "send_message | 'thread_id':T | content | TEXT | INVALID_MESSAGE",
        "send_message | 'thread_id':T,'content':'x' | content_type | NAME |",
        "send_message | 'thread_id':T,'content':'x' | client_message_id | UUID |",
        "send_message | 'thread_id':T,'content':'x' | messageId | TEXT |",
        "send_message | 'thread_id':T,'content':'x' | expected_position | COUNT |",
        "send_message | 'thread_id':T,'content':'x' | while_busy | NAME |",
        "cancel | | thread_id | UUID | MISSING_THREAD_ID",
        "cancel | 'thread_id':T | request_id | UUID |",
        "regenerate | | thread_id | UUID | MISSING_THREAD_ID",
        "typing | 'typing':true | thread_id | UUID | MISSING_THREAD_ID",
        "typing | 'thread_id':T | typing | FLAG | INVALID_MESSAGE",
        "typing_indicator | 'threadId':T | isTyping | FLAG | INVALID_MESSAGE",
        "create_thread | | title | TEXT |",
        "create_thread | | description | TEXT |",
        "get_threads | | limit | COUNT |",
        "get_threads | | before | TEXT |",
        "get_threads | | archived | FLAG |",
        "get_history | | thread_id | UUID | MISSING_THREAD_ID",
        "get_history | 'thread_id':T | limit | COUNT |",
        "get_history | 'thread_id':T | before_position | COUNT |",
        "get_history | 'thread_id':T | after_position | COUNT |",
        "get_history | 'thread_id':T | include_superseded | FLAG |",
        "get_thread_messages | 'threadId':T | offset | COUNT |",
        "get_thread_messages | 'threadId':T | limit | COUNT |",
        "update_thread | 'title':'x' | thread_id | UUID | MISSING_THREAD_ID",
        "update_thread | 'thread_id':T,'is_pinned':true | title | TEXT |",
        "update_thread | 'thread_id':T,'title':'x' | is_pinned | FLAG |",
        "update_thread | 'thread_id':T,'title':'x' | archived | FLAG |",
        "update_thread_title | 'threadId':T | title | TEXT | INVALID_MESSAGE",
        "pin_thread | 'threadId':T | is_pinned | FLAG |",
        "archive_thread | 'threadId':T | archived | FLAG |",
        "delete_thread | | thread_id | UUID | MISSING_THREAD_ID",
        "subscribe | | thread_id | UUID | MISSING_THREAD_ID",
        "subscribe | 'thread_id':T | after_position | COUNT |",
        "subscribe | 'thread_id':T | reply | OBJECT |",
        "unsubscribe | | thread_id | UUID | MISSING_THREAD_ID"
      })
  void value_ofTheWrongKind_isRefusedByName_andNullIsLikeNothing(
      String type, String good, String field, Kind kind, String without) {
    try (TestClient client = anonymous()) {
      String thread = client.request("create_thread").object("thread").string("id");
      String rest =
          good == null ? "" : "," + good.replace('\'', '"').replace(":T", ":\"" + thread + "\"");
      for (String wrong : kind.wrong) {
        JsonObject error = answer(client, type, rest + ",\"" + field + "\":" + wrong);
        assertError(error, "INVALID_MESSAGE");
        assertThat(error.string("field")).as(wrong).isEqualTo(field);
        assertThat(error.string("message")).as(wrong).startsWith(field + ": expected ");
        assertThat(Conversation.FROM_CLIENT.problems(frame(type, rest, field, wrong)))
            .as("what the schema says of %s", wrong)
            .isNotEmpty();
      }
      for (String nothing : List.of(rest, rest + ",\"" + field + "\":null")) {
        JsonObject answer = answer(client, type, nothing);
        if (without == null) {
          assertThat(answer.type()).as("%s", answer).isNotEqualTo("error");
        } else {
          assertError(answer, without);
        }
      }
    }
  }

  private static JsonObject frame(String type, String rest, String field, String value) {
    return Json.parseObject("{\"type\":\"" + type + "\"" + rest + "}").with(field, Json.raw(value));
  }

  private static JsonObject answer(TestClient client, String type, String rest) {
    client.sendText("{\"type\":\"" + type + "\",\"id\":\"q\"" + rest + "}");
    return client.await(
        "the answer to " + type + rest, frame -> "q".equals(frame.optionalString("in_reply_to")));
  }
}
