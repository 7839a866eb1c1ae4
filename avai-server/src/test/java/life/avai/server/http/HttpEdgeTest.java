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
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** What one connection may ask for, on a clock of the test's own. */
class HttpEdgeTest {
  private static final Duration LINGER = Duration.ofSeconds(2);
  private static final Duration A_MOMENT = Duration.ofMillis(1);

  /** One whose halves are closed on their own, as those of TCP are. */
  private static final class Connection extends EmbeddedChannel implements DuplexChannel {
    private boolean outputShutdown;

    Connection(HttpEdge edge) {
      freezeTime();
      pipeline().addLast(edge);
    }

    @Override
    public SocketAddress localAddress() {
      return new InetSocketAddress("127.0.0.1", 8_080);
    }

    @Override
    public SocketAddress remoteAddress() {
      return new InetSocketAddress("127.0.0.1", 4_711);
    }

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

  private static HttpEdge edge(Endpoint... endpoints) {
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
        List.of(endpoints));
  }

  private static FullHttpRequest request() {
    FullHttpRequest request =
        new DefaultFullHttpRequest(
            HttpVersion.HTTP_1_1, HttpMethod.GET, "/slow", Unpooled.EMPTY_BUFFER);
    request.headers().set(HttpHeaderNames.HOST, "localhost");
    return request;
  }

  @Test
  void sixteenRequests_mayWaitForTheOneAhead_andOneMoreEndsTheConnection() {
    CountDownLatch answered = new CountDownLatch(1);
    Connection connection =
        new Connection(
            edge(
                new Endpoint() {
                  @Override
                  public boolean isAt(String path) {
                    return path.equals("/slow");
                  }

                  @Override
                  public Reply answer(Call call) {
                    try {
                      answered.await();
                    } catch (InterruptedException e) {
                      Thread.currentThread().interrupt();
                    }
                    return Reply.notAllowed("never");
                  }
                }));
    for (int i = 0; i < 1 + 16; i++) {
      connection.writeInbound(request());
      assertThat(connection.isOpen()).as("after %d", i).isTrue();
    }
    connection.writeInbound(request());
    assertThat(connection.isOpen()).isFalse();
    answered.countDown();
  }

  @Test
  void whoWasRefused_seesTheAnswerAndItsEnd_andIsListenedToForTwoSecondsMore() {
    Connection connection = new Connection(edge());
    FullHttpRequest request = request();
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
