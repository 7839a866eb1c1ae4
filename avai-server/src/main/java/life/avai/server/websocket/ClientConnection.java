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
import io.netty.util.concurrent.ScheduledFuture;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The inbound half of a connection: puts fragments together within limits, answers pings and
 * closes, and hands messages on. Every violation has the close code that RFC 6455 gives it.
 */
final class ClientConnection extends SimpleChannelInboundHandler<WebSocketFrame> {
  private static final System.Logger LOG = System.getLogger(ClientConnection.class.getName());
  private static final int CONTROLS_AT_ONCE = 100;
  private static final double CONTROLS_PER_SECOND = 5;

  private final ClientSocket socket;
  private final Receiver receiver;
  private final int maxMessageBytes;
  // Event loop only. The fragments of a message that is not complete.
  private @Nullable ByteBuf fragments;
  private boolean binary;
  private int fragmentCount;
  private @Nullable ScheduledFuture<?> messageDeadline;
  private boolean failed;
  private boolean unflushed;
  private @Nullable Allowance controls;

  ClientConnection(ClientSocket socket, Receiver receiver, int maxMessageBytes) {
    this.socket = socket;
    this.receiver = receiver;
    this.maxMessageBytes = maxMessageBytes;
  }

  @Override
  protected void channelRead0(ChannelHandlerContext context, WebSocketFrame frame) {
    receiver.sawLife();
    if (failed && !(frame instanceof CloseWebSocketFrame)) {
      return;
    }
    switch (frame) {
      case TextWebSocketFrame text -> begin(context, text, false);
      case BinaryWebSocketFrame bytes -> {
        if (receiver.takesBinary()) {
          begin(context, bytes, true);
        } else {
          fail(CloseCode.BINARY_FRAME);
        }
      }
      case ContinuationWebSocketFrame more -> add(more);
      case PingWebSocketFrame ping -> pong(context, ping);
      case PongWebSocketFrame ignored -> {
        boolean unused = payForControl();
      }
      case CloseWebSocketFrame close -> {
        if (close.statusCode() > CloseCode.LAST) {
          fail(CloseCode.PROTOCOL_ERROR);
        } else {
          end();
          socket.answerClose(close);
        }
      }
      default -> fail(CloseCode.PROTOCOL_ERROR);
    }
  }

  private void begin(ChannelHandlerContext context, WebSocketFrame frame, boolean isBinary) {
    if (fragments != null) {
      fail(CloseCode.PROTOCOL_ERROR);
      return;
    }
    binary = isBinary;
    if (frame.isFinalFragment()) {
      deliver(frame.content());
      return;
    }
    fragmentCount = 1;
    fragments = frame.content().alloc().buffer(frame.content().readableBytes());
    fragments.writeBytes(frame.content());
    // Pings in between would keep half a message, and its memory, alive for ever.
    messageDeadline =
        context
            .executor()
            .schedule(
                () -> fail(CloseCode.POLICY),
                EdgeLimits.MESSAGE_DEADLINE.toMillis(),
                TimeUnit.MILLISECONDS);
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
        try {
          deliver(collected);
        } finally {
          dropFragments();
        }
      }
    }
  }

  /** A text has been validated as UTF-8 on its way here. */
  private void deliver(ByteBuf message) {
    if (binary) {
      receiver.binary(message);
    } else {
      receiver.text(message.toString(StandardCharsets.UTF_8));
    }
  }

  /** Pings that come together are answered together, so that many cost little more than one. */
  private void pong(ChannelHandlerContext context, PingWebSocketFrame ping) {
    if (payForControl() && socket.isOpen()) {
      context.write(new PongWebSocketFrame(ping.content().retain()), context.voidPromise());
      unflushed = true;
    }
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext context) {
    if (unflushed) {
      unflushed = false;
      context.flush();
    }
    context.fireChannelReadComplete();
  }

  /** Pings are answered, and pongs are for nothing: a peer has only so many of either. */
  private boolean payForControl() {
    if (controls == null) {
      controls = new Allowance(CONTROLS_AT_ONCE, CONTROLS_PER_SECOND, System.nanoTime());
    }
    if (controls.take(1, System.nanoTime()) && socket.isWritable()) {
      return true;
    }
    fail(CloseCode.POLICY);
    return false;
  }

  private void fail(CloseCode why) {
    end();
    socket.fail(why);
  }

  private void end() {
    failed = true;
    dropFragments();
  }

  private void dropFragments() {
    if (messageDeadline != null) {
      messageDeadline.cancel(false);
      messageDeadline = null;
    }
    if (fragments != null) {
      fragments.release();
      fragments = null;
    }
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext context) {
    receiver.writabilityChanged();
    context.fireChannelWritabilityChanged();
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    dropFragments();
    receiver.closed();
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
        LOG.log(
            System.Logger.Level.ERROR,
            "connection failed, channel=" + context.channel().id().asShortText(),
            cause);
        fail(CloseCode.INTERNAL);
      }
    }
  }
}
