package life.avai.server.websocket;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.websocketx.CloseWebSocketFrame;
import io.netty.handler.codec.http.websocketx.Utf8FrameValidator;
import io.netty.handler.codec.http.websocketx.WebSocket13FrameDecoder;
import io.netty.handler.codec.http.websocketx.WebSocketFrame;
import io.netty.util.ReferenceCountUtil;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Set;
import life.avai.domain.message.ContentRules;
import life.avai.server.fuzz.Property;

/**
 * Whatever bytes come on a socket: no exception gets past the pipeline, no message is larger than
 * allowed or not UTF-8, and there is at most one close frame, with a code of ours or the peer's.
 */
public final class SocketBytesProperty implements Property {
  private static final int LARGEST = 1_024;
  private static final EdgeLimits LIMITS =
      new EdgeLimits(
          LARGEST,
          ContentRules.DEFAULTS,
          Duration.ofSeconds(10),
          Duration.ofMinutes(30),
          Duration.ofSeconds(30),
          Duration.ofSeconds(30),
          50,
          6_000);
  private static final Set<Integer> OURS = Set.of(1002, 1003, 1007, 1008, 1009);

  @Override
  public void check(String input) {
    byte[] bytes = input.getBytes(StandardCharsets.ISO_8859_1);
    EmbeddedChannel channel = new EmbeddedChannel();
    Texts texts = new Texts();
    channel
        .pipeline()
        .addLast(
            new WebSocket13FrameDecoder(WebSocketUpgrade.decoding(LIMITS)),
            new Utf8FrameValidator(false),
            new ClientConnection(new ClientSocket(channel, EdgeEvents.NONE), texts, LARGEST));
    int half = bytes.length / 2;
    channel.writeInbound(Unpooled.copiedBuffer(bytes, 0, half));
    if (channel.isActive()) {
      channel.writeInbound(Unpooled.copiedBuffer(bytes, half, bytes.length - half));
    }
    channel.runPendingTasks();
    channel.checkException();
    int closes = 0;
    WebSocketFrame frame;
    while ((frame = channel.readOutbound()) != null) {
      if (frame instanceof CloseWebSocketFrame close) {
        closes++;
        int code = close.statusCode();
        assertThat(code == -1 || OURS.contains(code) || isPeers(code)).as("code %d", code).isTrue();
      }
      ReferenceCountUtil.release(frame);
    }
    assertThat(closes).isLessThanOrEqualTo(1);
    channel.finishAndReleaseAll();
    assertThat(texts.closed).isTrue();
  }

  /** What a peer may close with, and we send back. */
  private static boolean isPeers(int code) {
    return (code >= 1000 && code <= 1014 && code != 1004 && code != 1005 && code != 1006)
        || (code >= 3000 && code <= 4999);
  }

  private static final class Texts implements Receiver {
    private boolean closed;

    @Override
    public void opened() {}

    @Override
    public void sawLife() {}

    @Override
    public void text(String message) {
      assertThat(message.getBytes(StandardCharsets.UTF_8)).hasSizeLessThanOrEqualTo(LARGEST);
      assertThat(message).doesNotContain("\uFFFD");
    }

    @Override
    public void writabilityChanged() {}

    @Override
    public void closed() {
      closed = true;
    }
  }
}
