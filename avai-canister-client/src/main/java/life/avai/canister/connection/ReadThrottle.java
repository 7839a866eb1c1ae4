package life.avai.canister.connection;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.websocketx.WebSocketFrame;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import life.avai.canister.InboundBudget;

/**
 * Reads no faster than the budget allows: a flood stays in the canister's own buffers, and what is
 * kept here is one read's worth. Counts frames as they come, before they are put together, so that
 * a message in very many pieces counts as what it is. Event loop only.
 */
final class ReadThrottle extends ChannelInboundHandlerAdapter {
  private final LongSupplier nanoTime;
  private final Runnable onPause;
  private final Allowance frames;
  private final Allowance bytes;
  private boolean paused;

  ReadThrottle(InboundBudget budget, LongSupplier nanoTime, Runnable onPause) {
    this.nanoTime = nanoTime;
    this.onPause = onPause;
    long now = nanoTime.getAsLong();
    this.frames = new Allowance(budget.framesPerSecond(), budget.framesPerSecond(), now);
    // One message of the largest size must always fit.
    this.bytes =
        new Allowance(
            budget.bytesPerSecond(), Math.max(budget.bytesPerSecond(), budget.messageBytes()), now);
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    if (message instanceof WebSocketFrame frame) {
      long now = nanoTime.getAsLong();
      long wait = Math.max(frames.take(1, now), bytes.take(frame.content().readableBytes(), now));
      if (wait > 0) {
        pause(context, wait);
      }
    }
    context.fireChannelRead(message);
  }

  private void pause(ChannelHandlerContext context, long nanos) {
    if (!paused) {
      paused = true;
      context.channel().config().setAutoRead(false);
      onPause.run();
      context
          .executor()
          .schedule(
              () -> {
                paused = false;
                context.channel().config().setAutoRead(true);
              },
              nanos,
              TimeUnit.NANOSECONDS);
    }
  }
}
