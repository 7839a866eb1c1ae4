package life.avai.testkit.canister;

import java.util.List;
import life.avai.testkit.json.JsonException;
import life.avai.testkit.json.JsonObject;
import life.avai.testkit.websocket.UpgradeRequest;
import org.jspecify.annotations.Nullable;

/**
 * A {@code process} frame that the canister received. Each method reads its field when it is
 * called, and throws a {@link JsonException} if the field is not what the protocol says.
 */
public final class ProcessRequest {
  private final JsonObject json;
  private final int connection;
  private final UpgradeRequest handshake;
  private final Exchange exchange;

  ProcessRequest(JsonObject json, int connection, UpgradeRequest handshake, Exchange exchange) {
    this.json = json;
    this.connection = connection;
    this.handshake = handshake;
    this.exchange = exchange;
  }

  /**
   * One message of the conversation.
   *
   * @param role {@code user} or {@code assistant}
   * @param content its text
   * @param timestamp when it was written, RFC 3339; null if the frame does not tell
   */
  public record Message(String role, String content, @Nullable String timestamp) {}

  /**
   * The turn's id.
   *
   * @return the field {@code request_id}
   */
  public String requestId() {
    return json.string("request_id");
  }

  /**
   * The thread's id.
   *
   * @return the field {@code conversation_id}
   */
  public String conversationId() {
    return json.string("conversation_id");
  }

  /**
   * Who asks.
   *
   * @return the field {@code user_id}; null for somebody anonymous
   */
  public @Nullable String userId() {
    return json.optionalString("user_id");
  }

  /**
   * What the model is told about its task.
   *
   * @return the field {@code system_prompt}
   */
  public String systemPrompt() {
    return json.string("system_prompt");
  }

  /**
   * The conversation, oldest message first; the last one is to be answered.
   *
   * @return the field {@code messages}
   */
  public List<Message> messages() {
    return json.objects("messages").stream()
        .map(m -> new Message(m.string("role"), m.string("content"), m.optionalString("timestamp")))
        .toList();
  }

  /**
   * The text of the message to answer.
   *
   * @return the content of the last message
   */
  public String question() {
    return messages().getLast().content();
  }

  /**
   * What is known about the thread and the user.
   *
   * @return the field {@code context_metadata}
   */
  public JsonObject contextMetadata() {
    return json.object("context_metadata");
  }

  /**
   * Which attempt of the turn this is.
   *
   * @return the field {@code attempt}, from 1
   */
  public int attempt() {
    return Math.toIntExact(json.integer("attempt"));
  }

  /**
   * Whether deltas are wanted.
   *
   * @return the field {@code stream}
   */
  public boolean stream() {
    return json.bool("stream");
  }

  /**
   * How long the canister may take.
   *
   * @return the field {@code deadline_ms}, from when the frame was sent
   */
  public long deadlineMs() {
    return json.integer("deadline_ms");
  }

  /**
   * The whole frame.
   *
   * @return every field
   */
  public JsonObject json() {
    return json;
  }

  /**
   * On which connection it came.
   *
   * @return the connection's number: the first one since the canister was started is 1
   */
  public int connection() {
    return connection;
  }

  /**
   * The upgrade request of that connection.
   *
   * @return path and headers; {@code Authorization} for one
   */
  public UpgradeRequest handshake() {
    return handshake;
  }

  Exchange exchange() {
    return exchange;
  }

  @Override
  public String toString() {
    return "connection " + connection + ": " + json;
  }
}
