package life.avai.server.wire;

import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * What a client named its request by, to be carried back in the answer.
 *
 * @param id the frame's {@code id}, a string or a number; null when it had none
 * @param clientMessageId as the client wrote it; null when it wrote none
 * @param messageId the alias {@code messageId}, echoed as it came; null when there was none
 */
public record RequestTag(
    @Nullable JsonNode id, @Nullable String clientMessageId, @Nullable String messageId) {
  /** A frame that nobody asked for. */
  public static final RequestTag NONE = new RequestTag(null, null, null);
}
