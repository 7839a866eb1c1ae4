package life.avai.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelPromise;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.codec.DecoderResult;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** How long a peer that was refused is listened to, on a clock of the test's own. */
class LingerTest {
  private static final Duration LINGER = Duration.ofSeconds(2);
  private static final Duration A_MOMENT = Duration.ofMillis(1);

  /** One whose halves are closed on their own, as those of TCP are. */
  private static final class Connection extends EmbeddedChannel implements DuplexChannel {
    private boolean outputShutdown;

    @Override
    public boolean isInputShutdown() {
      return false;
    }

    @Override
    public ChannelFuture shutdownInput() {
      throw new UnsupportedOperationException();
    }

    @Override
    public ChannelFuture shutdownInput(ChannelPromise promise) {
      throw new UnsupportedOperationException();
    }

    @Override
    public boolean isOutputShutdown() {
      return outputShutdown;
    }

    @Override
    public ChannelFuture shutdownOutput() {
      outputShutdown = true;
      return newSucceededFuture();
    }

    @Override
    public ChannelFuture shutdownOutput(ChannelPromise promise) {
      throw new UnsupportedOperationException();
    }

    @Override
    public boolean isShutdown() {
      return false;
    }

    @Override
    public ChannelFuture shutdown() {
      throw new UnsupportedOperationException();
    }

    @Override
    public ChannelFuture shutdown(ChannelPromise promise) {
      throw new UnsupportedOperationException();
    }
  }

  private static HttpEdge edge() {
    OriginPolicy origins = new OriginPolicy(Set.of());
    return new HttpEdge(
        new HttpEdge.Rules(
            origins,
            new HostPolicy(false, origins, TrustedProxies.NONE),
            new ConnectionLimits(
                1, 1, true, TrustedProxies.NONE, new Newcomers(1, 1, address -> true)),
            Duration.ofMinutes(1),
            Duration.ofMinutes(1)),
        new HttpResources(
            () -> new HttpResources.Health(true, "ok", Map.of()),
            () -> "",
            null,
            0,
            new PageConfig("test", "allowed", null)),
        null,
        List.of());
  }

  @Test
  void whoWasRefused_seesTheAnswerAndItsEnd_andIsListenedToForTwoSecondsMore() {
    Connection connection = new Connection();
    connection.freezeTime();
    connection.pipeline().addLast(edge());
    FullHttpRequest request =
        new DefaultFullHttpRequest(
            HttpVersion.HTTP_1_1, HttpMethod.GET, "/", Unpooled.EMPTY_BUFFER);
    request.setDecoderResult(DecoderResult.failure(new TooLongHttpHeaderException()));

    connection.writeInbound(request);
    connection.runPendingTasks();

    FullHttpResponse answer = connection.readOutbound();
    assertThat(answer.status().code()).isEqualTo(431);
    answer.release();
    assertThat(connection.isOutputShutdown()).isTrue();
    connection.advanceTimeBy(LINGER.minus(A_MOMENT).toNanos(), TimeUnit.NANOSECONDS);
    connection.runPendingTasks();
    assertThat(connection.isOpen()).isTrue();
    connection.advanceTimeBy(A_MOMENT.toNanos(), TimeUnit.NANOSECONDS);
    connection.runPendingTasks();
    assertThat(connection.isOpen()).isFalse();
  }
}
