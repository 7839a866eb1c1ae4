package life.avai.server.wire;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufOutputStream;
import tools.jackson.core.JsonEncoding;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;

/**
 * Turns frames into JSON text.
 *
 * <p>Safe for use by many threads at once.
 */
public final class FrameEncoder {
  private static final JsonFactory JSON = new JsonFactory();
  private static final int TYPICAL_BYTES = 256;

  private FrameEncoder() {}

  /**
   * The frame as UTF-8.
   *
   * @param tag the request that it answers; {@link RequestTag#NONE} for none
   * @return a buffer that the caller owns
   */
  public static ByteBuf encode(ByteBufAllocator allocator, ServerFrame frame, RequestTag tag) {
    ByteBuf buffer = allocator.buffer(TYPICAL_BYTES);
    boolean done = false;
    try (JsonGenerator out =
        JSON.createGenerator(
            ObjectWriteContext.empty(), new ByteBufOutputStream(buffer), JsonEncoding.UTF8)) {
      out.writeStartObject();
      out.writeStringProperty("type", frame.type());
      if (tag.id() != null) {
        out.writeName("in_reply_to");
        if (tag.id().isString()) {
          out.writeString(tag.id().stringValue());
        } else {
          out.writeNumber(tag.id().asString());
        }
      }
      if (tag.messageId() != null) {
        out.writeStringProperty("messageId", tag.messageId());
      }
      frame.body().writeTo(out);
      out.writeEndObject();
      done = true;
    } finally {
      if (!done) {
        buffer.release();
      }
    }
    return buffer;
  }
}
