package life.avai.server.websocket;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.CorruptedFrameException;
import io.netty.handler.codec.TooLongFrameException;
import io.netty.handler.codec.http.websocketx.BinaryWebSocketFrame;
import io.netty.handler.codec.http.websocketx.CloseWebSocketFrame;
import io.netty.handler.codec.http.websocketx.ContinuationWebSocketFrame;
import io.netty.handler.codec.http.websocketx.CorruptedWebSocketFrameException;
import io.netty.handler.codec.http.websocketx.PingWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PongWebSocketFrame;
import io.netty.handler.codec.http.websocketx.TextWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketFrame;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * The inbound half of a connection: puts fragments together within limits, answers pings and
 * closes, and hands texts to the session. Every violation has the close code that RFC 6455 gives
 * it.
 */
final class ClientConnection extends SimpleChannelInboundHandler<WebSocketFrame> {
  private static final System.Logger LOG = System.getLogger(ClientConnection.class.getName());
  private static final int PINGS_AT_ONCE = 100;
  private static final double PINGS_PER_SECOND = 5;

  private final WebSocketSession session;
  private final ClientSocket socket;
  private final int maxMessageBytes;
  // Event loop only. The fragments of a message that is not complete.
  private @Nullable ByteBuf fragments;
  private int fragmentCount;
  private boolean failed;
  private @Nullable Allowance pings;

  ClientConnection(WebSocketSession session, int maxMessageBytes) {
    this.session = session;
    this.socket = session.socket();
    this.maxMessageBytes = maxMessageBytes;
  }

  @Override
  protected void channelRead0(ChannelHandlerContext context, WebSocketFrame frame) {
    session.sawLife();
    if (failed) {
      return;
    }
    switch (frame) {
      case TextWebSocketFrame text -> begin(text);
      case BinaryWebSocketFrame ignored -> fail(CloseCode.BINARY_FRAME);
      case ContinuationWebSocketFrame more -> add(more);
      case PingWebSocketFrame ping -> pong(context, ping);
      case PongWebSocketFrame ignored -> {}
      case CloseWebSocketFrame close -> {
        failed = true;
        socket.answerClose(close);
      }
      default -> fail(CloseCode.PROTOCOL_ERROR);
    }
  }

  private void begin(TextWebSocketFrame frame) {
    if (fragments != null) {
      fail(CloseCode.PROTOCOL_ERROR);
    } else if (frame.isFinalFragment()) {
      deliver(frame.content());
    } else {
      fragmentCount = 1;
      fragments = frame.content().alloc().buffer(frame.content().readableBytes());
      fragments.writeBytes(frame.content());
    }
  }

  private void add(ContinuationWebSocketFrame frame) {
    ByteBuf collected = fragments;
    if (collected == null) {
      fail(CloseCode.PROTOCOL_ERROR);
      return;
    }
    if (++fragmentCount > EdgeLimits.MAX_FRAGMENTS) {
      fail(CloseCode.POLICY);
    } else if (collected.readableBytes() + frame.content().readableBytes() > maxMessageBytes) {
      fail(CloseCode.TOO_LARGE);
    } else {
      collected.writeBytes(frame.content());
      if (frame.isFinalFragment()) {
        fragments = null;
        try {
          deliver(collected);
        } finally {
          collected.release();
        }
      }
    }
  }

  /** The text has been validated as UTF-8 on its way here. */
  private void deliver(ByteBuf text) {
    session.received(text.toString(StandardCharsets.UTF_8));
  }

  private void pong(ChannelHandlerContext context, PingWebSocketFrame ping) {
    if (pings == null) {
      pings = new Allowance(PINGS_AT_ONCE, PINGS_PER_SECOND, System.nanoTime());
    }
    if (!pings.take(1, System.nanoTime()) || !socket.isWritable()) {
      fail(CloseCode.POLICY);
    } else if (socket.isOpen()) {
      context.writeAndFlush(new PongWebSocketFrame(ping.content().retain()), context.voidPromise());
    }
  }

  private void fail(CloseCode why) {
    failed = true;
    dropFragments();
    socket.close(why);
  }

  private void dropFragments() {
    if (fragments != null) {
      fragments.release();
      fragments = null;
    }
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext context) {
    session.writabilityChanged();
    context.fireChannelWritabilityChanged();
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    dropFragments();
    session.closed();
    context.fireChannelInactive();
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    switch (cause) {
      case CorruptedWebSocketFrameException broken ->
          fail(CloseCode.ofViolation(broken.closeStatus().code()));
      case TooLongFrameException ignored -> fail(CloseCode.TOO_LARGE);
      case CorruptedFrameException ignored -> fail(CloseCode.PROTOCOL_ERROR);
      case IOException ignored -> context.close();
      default -> {
        LOG.log(System.Logger.Level.ERROR, "connection failed, connection=" + session.id(), cause);
        fail(CloseCode.INTERNAL);
      }
    }
  }
}
