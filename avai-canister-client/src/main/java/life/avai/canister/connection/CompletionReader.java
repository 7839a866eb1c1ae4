package life.avai.canister.connection;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import life.avai.canister.wire.CanisterCodec;
import life.avai.canister.wire.CanisterFrame;
import life.avai.canister.wire.Repair;
import life.avai.domain.assistant.AssistantReply;
import life.avai.domain.assistant.Completion;
import life.avai.domain.turn.FailureCode;
import life.avai.domain.turn.RequestId;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;
import tools.jackson.databind.node.StringNode;

/**
 * Judges what a canister reports: what can be used is taken, and what cannot is left out with a
 * warning.
 */
final class CompletionReader {
  private static final System.Logger LOG = System.getLogger(CompletionReader.class.getName());
  private static final int MAX_METADATA_BYTES = 64 * 1024;
  private static final int MAX_MODEL = 200;
  private static final Duration LONGEST = Duration.ofDays(1);

  /** When to ask again after something that asking at once would not mend. */
  static final Duration ASK_AGAIN = Duration.ofSeconds(30);

  private final CanisterCodec codec;
  private final int replyChars;

  CompletionReader(CanisterCodec codec, int replyChars) {
    this.codec = codec;
    this.replyChars = replyChars;
  }

  static AssistantReply.Failed invalid(String reason) {
    return new AssistantReply.Failed(FailureCode.INVALID_RESPONSE, reason, ASK_AGAIN);
  }

  /**
   * The answer, or that it is none.
   *
   * @param took as measured here, for a canister that does not say
   * @param repair makes what cannot be kept fit, and counts it
   */
  AssistantReply reply(
      RequestId request, CanisterFrame.Response response, Duration took, Repair repair) {
    String text = response.text();
    if (text == null || text.isEmpty()) {
      return invalid("the assistant's answer could not be used");
    }
    if (text.codePointCount(0, text.length()) > replyChars) {
      return invalid("the answer is too long");
    }
    return new AssistantReply.Completed(
        new Completion(
            repair.all(text),
            model(response.model(), repair),
            confidence(request, response.confidence()),
            processingTime(response.processingTime(), took),
            tokenCount(response.tokenCount()),
            metadata(request, response.metadata(), repair)));
  }

  private static @Nullable String model(@Nullable String name, Repair repair) {
    if (name == null || name.isEmpty()) {
      return null;
    }
    String repaired = repair.all(name);
    return repaired.codePointCount(0, repaired.length()) <= MAX_MODEL
        ? repaired
        : repaired.substring(0, repaired.offsetByCodePoints(0, MAX_MODEL));
  }

  private static @Nullable Double confidence(RequestId request, @Nullable JsonNode node) {
    if (node == null) {
      return null;
    }
    if (node.isNumber() && node.doubleValue() >= 0 && node.doubleValue() <= 1) {
      return node.doubleValue();
    }
    warn(request, "confidence_score");
    return null;
  }

  private static Duration processingTime(@Nullable JsonNode node, Duration measured) {
    return node != null
            && node.isNumber()
            && node.doubleValue() >= 0
            && node.doubleValue() <= (double) LONGEST.toMillis()
        ? Duration.ofMillis(Math.round(node.doubleValue()))
        : measured;
  }

  private static @Nullable Integer tokenCount(@Nullable JsonNode node) {
    return node != null && node.isIntegralNumber() && node.canConvertToInt() && node.intValue() >= 0
        ? node.intValue()
        : null;
  }

  private @Nullable String metadata(RequestId request, @Nullable JsonNode node, Repair repair) {
    if (node == null) {
      return null;
    }
    if (node.isObject()) {
      String text = codec.write(repaired(node, repair));
      if (text.getBytes(StandardCharsets.UTF_8).length <= MAX_METADATA_BYTES) {
        return text;
      }
    }
    warn(request, "metadata");
    return null;
  }

  /** The same with names and texts that can be kept; its depth was limited when it was read. */
  private static JsonNode repaired(JsonNode node, Repair repair) {
    if (node.isString()) {
      return StringNode.valueOf(repair.all(node.stringValue()));
    }
    if (node.isObject()) {
      ObjectNode object = JsonNodeFactory.instance.objectNode();
      node.forEachEntry((name, value) -> object.set(repair.all(name), repaired(value, repair)));
      return object;
    }
    if (node.isArray()) {
      ArrayNode array = JsonNodeFactory.instance.arrayNode();
      node.forEach(value -> array.add(repaired(value, repair)));
      return array;
    }
    return node;
  }

  private static void warn(RequestId request, String field) {
    LOG.log(
        System.Logger.Level.WARNING,
        "unusable field dropped request={0} field={1}",
        request,
        field);
  }
}
