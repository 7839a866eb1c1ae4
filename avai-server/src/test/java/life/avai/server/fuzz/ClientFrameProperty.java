package life.avai.server.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.UUID;
import life.avai.domain.message.ContentRules;
import life.avai.domain.thread.ThreadId;
import life.avai.server.wire.ClientCodec;
import life.avai.server.wire.ClientFrame;
import life.avai.server.wire.FrameEncoder;
import life.avai.server.wire.InvalidFrameException;
import life.avai.server.wire.RequestTag;
import life.avai.server.wire.ServerFrame;
import life.avai.server.wire.ServerFrames;
import life.avai.testkit.json.Json;
import life.avai.testkit.json.JsonObject;

/**
 * A client's text becomes a frame, or is refused in the one way that there is for it; the answer is
 * JSON either way, and names the request as it named itself.
 */
final class ClientFrameProperty implements Property {
  private static final ThreadId THREAD = new ThreadId(new UUID(1, 2));

  private final ClientCodec codec = new ClientCodec(ContentRules.DEFAULTS);

  @Override
  public void check(String input) {
    RequestTag tag = RequestTag.NONE;
    try {
      ClientCodec.Received received = codec.read(input);
      tag = received.tag();
      if (received.frame() instanceof ClientFrame.SendMessage message) {
        assertThat(ContentRules.DEFAULTS.check(message.content())).isNull();
        // As it came: what is sent again as it was read is read as the same.
        assertThat(codec.read(again(message)).frame()).isEqualTo(message);
      }
    } catch (InvalidFrameException e) {
      assertThat(e.explanation()).isNotBlank().hasSizeLessThan(500);
      tag = codec.tagOf(input);
      JsonObject told =
          encoded(
              ServerFrames.error(e.code(), e.explanation(), e.field(), null, tag, out -> {}), tag);
      assertThat(told.string("code")).isEqualTo(e.code().name());
    }
    JsonObject answer = encoded(ServerFrames.unsubscribed(THREAD), tag);
    assertThat(answer.has("in_reply_to")).isEqualTo(tag.id() != null);
    if (tag.id() != null && tag.id().isString()) {
      assertThat(answer.string("in_reply_to")).isEqualTo(tag.id().stringValue());
    }
  }

  private static JsonObject encoded(ServerFrame frame, RequestTag tag) {
    ByteBuf text = FrameEncoder.encode(UnpooledByteBufAllocator.DEFAULT, frame, tag);
    try {
      return Json.parseObject(text.toString(StandardCharsets.UTF_8));
    } finally {
      text.release();
    }
  }

  private static String again(ClientFrame.SendMessage message) {
    return JsonObject.of(
            "type", "send_message",
            "thread_id", message.threadId() == null ? "new" : message.threadId().toString(),
            "content", message.content(),
            "content_type", message.contentType().name().toLowerCase(Locale.ROOT),
            "client_message_id",
                message.clientMessageId() == null ? null : message.clientMessageId().toString(),
            "expected_position", message.expectedPosition(),
            "while_busy", message.whileBusy().name().toLowerCase(Locale.ROOT))
        .toString();
  }
}
