package life.avai.testkit.canister;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import life.avai.testkit.json.JsonObject;
import org.assertj.core.api.AbstractAssert;
import org.assertj.core.api.Assertions;
import org.jspecify.annotations.Nullable;

/** Assertions on a {@code process} frame, to be chained; see {@link CanisterAssert}. */
public final class ProcessRequestAssert
    extends AbstractAssert<ProcessRequestAssert, ProcessRequest> {
  ProcessRequestAssert(@Nullable ProcessRequest actual) {
    super(actual, ProcessRequestAssert.class);
  }

  /**
   * That a field has a value.
   *
   * @param name the field
   * @param value a string, a number, a boolean, a list, a map, a JSON object; null for JSON's null
   * @return this assertion
   */
  public ProcessRequestAssert hasField(String name, @Nullable Object value) {
    var json = request().json();
    Assertions.assertThat(json.fields()).as("fields of %s", json).containsKey(name);
    Assertions.assertThat(json.get(name))
        .as("field %s of %s", name, json)
        .isEqualTo(JsonObject.of(name, value).get(name));
    return this;
  }

  /**
   * The turn's id.
   *
   * @param id what it must be
   * @return this assertion
   */
  public ProcessRequestAssert hasRequestId(String id) {
    return hasField("request_id", id);
  }

  /**
   * The thread's id.
   *
   * @param id what it must be
   * @return this assertion
   */
  public ProcessRequestAssert hasConversationId(String id) {
    return hasField("conversation_id", id);
  }

  /**
   * Who asks.
   *
   * @param id the user's id; null for somebody anonymous
   * @return this assertion
   */
  public ProcessRequestAssert hasUserId(@Nullable String id) {
    return hasField("user_id", id);
  }

  /**
   * Which attempt of the turn this is.
   *
   * @param attempt the number, from 1
   * @return this assertion
   */
  public ProcessRequestAssert hasAttempt(int attempt) {
    return hasField("attempt", attempt);
  }

  /**
   * The text of the message to answer.
   *
   * @param text what it must be
   * @return this assertion
   */
  public ProcessRequestAssert hasQuestion(String text) {
    Assertions.assertThat(request().question()).as("the question").isEqualTo(text);
    return this;
  }

  /**
   * The texts of the whole conversation, oldest first.
   *
   * @param contents what they must be
   * @return this assertion
   */
  public ProcessRequestAssert hasConversation(String... contents) {
    Assertions.assertThat(request().messages())
        .as("messages")
        .extracting(ProcessRequest.Message::content)
        .containsExactly(contents);
    return this;
  }

  /**
   * That the canister has at least so long to answer.
   *
   * @param least the time
   * @return this assertion
   */
  public ProcessRequestAssert hasTimeLeft(Duration least) {
    Assertions.assertThat(request().deadlineMs())
        .as("deadline_ms")
        .isGreaterThanOrEqualTo(least.toMillis());
    return this;
  }

  /**
   * That the frame has every field of the protocol, of its kind.
   *
   * @return this assertion
   */
  public ProcessRequestAssert isProper() {
    ProcessRequest request = request();
    Assertions.assertThatCode(() -> check(request)).as("%s", request).doesNotThrowAnyException();
    return this;
  }

  private static void check(ProcessRequest request) {
    Assertions.assertThat(request.requestId()).as("request_id").isNotEmpty();
    Assertions.assertThat(request.conversationId()).as("conversation_id").isNotEmpty();
    Assertions.assertThat(request.json().fields()).containsKey("user_id");
    Assertions.assertThat(request.userId()).isNotEqualTo("");
    Assertions.assertThat(request.systemPrompt()).as("system_prompt").isNotNull();
    Assertions.assertThat(request.attempt()).as("attempt").isPositive();
    Assertions.assertThat(request.stream()).as("stream").isTrue();
    Assertions.assertThat(request.deadlineMs()).as("deadline_ms").isPositive();
    List<ProcessRequest.Message> messages = request.messages();
    Assertions.assertThat(messages)
        .as("messages")
        .isNotEmpty()
        .allSatisfy(message -> {
          Assertions.assertThat(message.role()).isIn(Set.of("user", "assistant"));
          Assertions.assertThat(message.content()).isNotEmpty();
          Assertions.assertThat(message.timestamp()).isNotNull();
          Assertions.assertThat(Instant.parse(message.timestamp())).isNotNull();
        });
    Assertions.assertThat(messages.getLast().role())
        .as("role of the last message")
        .isEqualTo("user");
    Assertions.assertThat(request.contextMetadata().integer("message_count"))
        .as("message_count")
        .isEqualTo(messages.size());
  }

  private ProcessRequest request() {
    isNotNull();
    return actual;
  }
}
