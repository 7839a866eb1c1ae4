package life.avai.canister.wire;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufOutputStream;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import life.avai.domain.assistant.AssistantRequest;
import life.avai.domain.assistant.AssistantRequest.ContextMessage;
import life.avai.domain.turn.RequestId;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonEncoding;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.core.json.JsonReadFeature;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Writes what is asked and reads what comes back. A canister is not trusted: what does not fit is
 * {@link CanisterFrame.Unusable}, never an exception.
 *
 * <p>Safe for use by many threads at once.
 */
public final class CanisterCodec {
  private static final int MAX_DEPTH = 64;

  /** Digits: numbers of any use are shorter, and one that is longer costs the whole frame. */
  private static final int MAX_NUMBER = 1_000;

  private static final int MAX_WORDS = 500;
  private static final int TYPICAL_QUESTION_BYTES = 8_192;
  private static final Duration LONGEST_RETRY = Duration.ofHours(1);
  private static final Duration DEFAULT_RETRY = Duration.ofSeconds(30);

  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSS'Z'").withZone(ZoneOffset.UTC);

  private static final JsonFactory FACTORY = new JsonFactory();

  private final JsonMapper json;

  /**
   * Made once for a client.
   *
   * @param maxTextUnits the longest string that is read, in UTF-16 code units
   */
  public CanisterCodec(int maxTextUnits) {
    json =
        JsonMapper.builder(
                JsonFactory.builder()
                    .streamReadConstraints(
                        StreamReadConstraints.builder()
                            .maxNestingDepth(MAX_DEPTH)
                            .maxNumberLength(MAX_NUMBER)
                            .maxStringLength(Math.max(maxTextUnits, 1 << 16))
                            .build())
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    // Many a program writes NaN: one useless number must not cost the answer.
                    .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
                    .build())
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();
  }

  /**
   * The frame that puts a question.
   *
   * @param traceparent what the canister is told of the trace; null for nothing
   * @return UTF-8, in a buffer that the caller owns
   */
  public ByteBuf process(
      ByteBufAllocator allocator, AssistantRequest request, @Nullable String traceparent) {
    ByteBuf text = allocator.buffer(TYPICAL_QUESTION_BYTES);
    boolean done = false;
    try (JsonGenerator out =
        FACTORY.createGenerator(
            ObjectWriteContext.empty(), new ByteBufOutputStream(text), JsonEncoding.UTF8)) {
      out.writeStartObject();
      out.writeStringProperty("type", "process");
      out.writeStringProperty("request_id", request.requestId().toString());
      out.writeStringProperty("conversation_id", request.threadId().toString());
      if (request.subject() == null) {
        out.writeNullProperty("user_id");
      } else {
        out.writeStringProperty("user_id", request.subject());
      }
      out.writeStringProperty("system_prompt", request.systemPrompt());
      out.writeArrayPropertyStart("messages");
      for (ContextMessage message : request.messages()) {
        out.writeStartObject();
        out.writeStringProperty("role", message.role().wireName());
        out.writeStringProperty("content", message.content());
        out.writeStringProperty("timestamp", TIME.format(message.timestamp()));
        out.writeEndObject();
      }
      out.writeEndArray();
      out.writeObjectPropertyStart("context_metadata");
      out.writeStringProperty("thread_title", request.threadTitle());
      out.writeStringProperty("user_tier", request.tier().wireName());
      out.writeStringProperty("timestamp", TIME.format(request.timestamp()));
      out.writeNumberProperty("message_count", request.messages().size());
      out.writeNumberProperty("estimated_tokens", request.estimatedTokens());
      out.writeEndObject();
      out.writeNumberProperty("attempt", request.attempt());
      out.writeBooleanProperty("stream", true);
      out.writeNumberProperty("deadline_ms", request.timeLeft().toMillis());
      if (traceparent != null) {
        out.writeStringProperty("traceparent", traceparent);
      }
      out.writeEndObject();
      done = true;
    } finally {
      if (!done) {
        text.release();
      }
    }
    return text;
  }

  /** The frame that takes a question back. */
  public String cancel(RequestId request) {
    return "{\"type\":\"cancel\",\"request_id\":\"" + request + "\"}";
  }

  /** The frame that asks for a sign of life. */
  public String ping(Instant now) {
    return "{\"type\":\"ping\",\"timestamp\":\"" + TIME.format(now) + "\"}";
  }

  /** Reads a frame. */
  public CanisterFrame read(String text) {
    JsonNode root;
    try {
      root = json.readTree(text);
    } catch (JacksonException e) {
      return new CanisterFrame.Unusable("no JSON");
    }
    if (!root.isObject()) {
      return new CanisterFrame.Unusable("no object");
    }
    String type = text(root, "type");
    if (type == null) {
      return new CanisterFrame.Unusable("no type");
    }
    return switch (type) {
      case "pong" -> new CanisterFrame.Pong();
      case "draining" -> new CanisterFrame.Draining();
      case "response_delta", "response", "error", "progress" -> ofRequest(type, root);
      default -> new CanisterFrame.Unusable("unknown type");
    };
  }

  private CanisterFrame ofRequest(String type, JsonNode root) {
    String id = text(root, "request_id");
    if (id == null) {
      return new CanisterFrame.Unusable("no request_id");
    }
    Integer attempt = attempt(root);
    return switch (type) {
      case "response_delta" -> delta(root, id, attempt);
      case "response" ->
          new CanisterFrame.Response(
              id,
              attempt,
              text(root, "response"),
              text(root, "model_used"),
              present(root, "confidence_score"),
              present(root, "processing_time_ms"),
              present(root, "token_count"),
              present(root, "metadata"));
      case "error" -> failure(root, id, attempt);
      default -> progress(root, id, attempt);
    };
  }

  private static CanisterFrame delta(JsonNode root, String id, @Nullable Integer attempt) {
    JsonNode sequence = root.get("sequence");
    String delta = text(root, "delta");
    if (sequence == null || !sequence.isIntegralNumber() || !sequence.canConvertToLong()) {
      return new CanisterFrame.Unusable("no sequence");
    }
    if (delta == null) {
      return new CanisterFrame.Unusable("no delta");
    }
    return new CanisterFrame.Delta(id, attempt, sequence.longValue(), delta);
  }

  private static CanisterFrame failure(JsonNode root, String id, @Nullable Integer attempt) {
    String message = text(root, "error_message");
    if (message == null) {
      message = text(root, "error");
    }
    JsonNode retryable = root.get("retryable");
    return new CanisterFrame.Failure(
        id,
        attempt,
        message == null || message.isBlank()
            ? "the assistant could not answer"
            : shortened(message),
        retryable != null && retryable.isBoolean() && retryable.booleanValue(),
        retryAfter(root.get("retry_after"), retryable));
  }

  private static Duration retryAfter(@Nullable JsonNode node, @Nullable JsonNode retryable) {
    if (node == null || !node.isNumber() || !(node.doubleValue() >= 0)) {
      boolean again = retryable != null && retryable.isBoolean() && retryable.booleanValue();
      return again ? Duration.ZERO : DEFAULT_RETRY;
    }
    double seconds = Math.min(node.doubleValue(), (double) LONGEST_RETRY.toSeconds());
    return Duration.ofMillis((long) (seconds * 1_000));
  }

  private static CanisterFrame progress(JsonNode root, String id, @Nullable Integer attempt) {
    String step = text(root, "step");
    JsonNode node = root.get("percentage");
    Double percentage = null;
    if (node != null && node.isNumber() && node.doubleValue() >= 0 && node.doubleValue() <= 100) {
      percentage = node.doubleValue();
    }
    return new CanisterFrame.Progress(
        id, attempt, step == null ? null : shortened(step), percentage);
  }

  /** A text for people, no longer than a paragraph and fit to be sent on. */
  private static String shortened(String text) {
    String repaired = new Repair().all(text);
    return repaired.codePointCount(0, repaired.length()) <= MAX_WORDS
        ? repaired
        : repaired.substring(0, repaired.offsetByCodePoints(0, MAX_WORDS)) + "…";
  }

  private static @Nullable Integer attempt(JsonNode root) {
    JsonNode attempt = root.get("attempt");
    return attempt != null && attempt.isIntegralNumber() && attempt.canConvertToInt()
        ? attempt.intValue()
        : null;
  }

  private static @Nullable String text(JsonNode root, String name) {
    JsonNode node = root.get(name);
    return node != null && node.isString() ? node.stringValue() : null;
  }

  private static @Nullable JsonNode present(JsonNode root, String name) {
    JsonNode node = root.get(name);
    return node == null || node.isNull() ? null : node;
  }

  /** A JSON value as text. */
  public String write(JsonNode node) {
    return json.writeValueAsString(node);
  }
}
