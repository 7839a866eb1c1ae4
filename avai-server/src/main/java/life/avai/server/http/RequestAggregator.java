package life.avai.server.http;

import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.DecoderResult;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpMessage;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.TooLongHttpContentException;
import org.jspecify.annotations.Nullable;

/**
 * Puts requests together. One with too large a body goes on as one that failed: its answer is made
 * where all others are, and comes behind those of the requests before it.
 */
public final class RequestAggregator extends HttpObjectAggregator {
  /**
   * Made once for each connection.
   *
   * @param maxBody in bytes
   */
  public RequestAggregator(int maxBody) {
    super(maxBody, true);
  }

  /** Whoever asks before sending a body that is too large is not refused here, but like others. */
  @Override
  protected @Nullable Object newContinueResponse(
      HttpMessage start, int maxBody, ChannelPipeline pipeline) {
    return isContentLengthInvalid(start, maxBody)
        ? null
        : super.newContinueResponse(start, maxBody, pipeline);
  }

  @Override
  protected void handleOversizedMessage(ChannelHandlerContext context, HttpMessage oversized) {
    FullHttpRequest failed =
        new DefaultFullHttpRequest(
            oversized.protocolVersion(), HttpMethod.GET, "/", Unpooled.EMPTY_BUFFER);
    failed.setDecoderResult(DecoderResult.failure(new TooLongHttpContentException()));
    context.fireChannelRead(failed);
  }
}
