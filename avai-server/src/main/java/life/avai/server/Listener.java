package life.avai.server;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.AdaptiveRecvByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpRequestDecoder;
import io.netty.handler.codec.http.HttpResponseEncoder;
import io.netty.handler.ssl.SslContext;
import io.netty.util.concurrent.EventExecutor;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;
import life.avai.server.http.Newcomers;
import life.avai.server.http.RequestAggregator;
import life.avai.server.settings.ConfigurationException;
import org.jspecify.annotations.Nullable;

/** The sockets that the server listens on. */
final class Listener implements AutoCloseable {
  private static final int BACKLOG = 4_096;
  private static final int MAX_LINE = 4_096;
  private static final int MAX_HEADERS = 16_384;
  private static final int MAX_BODY = 65_536;

  /**
   * What one connection has read in a turn of its event loop, and with it the work that the others
   * there wait for.
   */
  private static final RecvByteBufAllocator SMALL_HELPINGS =
      new AdaptiveRecvByteBufAllocator(64, 2_048, 8_192).maxMessagesPerRead(2);

  private static final Duration LAG_EVERY = Duration.ofSeconds(1);

  private final EventLoopGroup acceptor;
  private final EventLoopGroup loops;
  private final boolean epoll = Epoll.isAvailable();

  Listener() {
    acceptor = group(1);
    loops = group(Math.max(2, Runtime.getRuntime().availableProcessors()));
  }

  private EventLoopGroup group(int threads) {
    return new MultiThreadIoEventLoopGroup(
        threads, epoll ? EpollIoHandler.newFactory() : NioIoHandler.newFactory());
  }

  /**
   * Where to listen.
   *
   * @param variable what names the port, for whoever chose one that is taken
   */
  record Place(String variable, InetAddress host, int port) {}

  /**
   * Listens.
   *
   * @param tls gives what each new connection is secured with; null for plain ones
   * @param newcomers told of every connection
   * @param edge makes what meets a connection's requests
   * @return the listening socket
   * @throws ConfigurationException when the port is taken, or the host is not this machine's
   */
  Channel listen(
      Place place,
      @Nullable Supplier<SslContext> tls,
      Newcomers newcomers,
      Supplier<ChannelHandler> edge) {
    ChannelFuture bound =
        new ServerBootstrap()
            .group(acceptor, loops)
            .channel(epoll ? EpollServerSocketChannel.class : NioServerSocketChannel.class)
            .option(ChannelOption.SO_BACKLOG, BACKLOG)
            .option(ChannelOption.SO_REUSEADDR, true)
            .childOption(ChannelOption.TCP_NODELAY, true)
            .childOption(ChannelOption.SO_KEEPALIVE, true)
            .childOption(ChannelOption.RECVBUF_ALLOCATOR, SMALL_HELPINGS)
            .childHandler(
                new ChannelInitializer<SocketChannel>() {
                  @Override
                  protected void initChannel(SocketChannel channel) {
                    newcomers.arrived(channel);
                    if (tls != null) {
                      channel.pipeline().addLast(tls.get().newHandler(channel.alloc()));
                    }
                    channel
                        .pipeline()
                        .addLast(
                            new HttpRequestDecoder(
                                new HttpDecoderConfig()
                                    .setMaxInitialLineLength(MAX_LINE)
                                    .setMaxHeaderSize(MAX_HEADERS)),
                            new HttpResponseEncoder(),
                            new RequestAggregator(MAX_BODY),
                            edge.get());
                  }
                })
            .bind(new InetSocketAddress(place.host(), place.port()))
            .awaitUninterruptibly();
    if (!bound.isSuccess()) {
      throw isOurs(place.host())
          ? new ConfigurationException(
              place.variable(),
              "a port that is free; "
                  + place.port()
                  + " on "
                  + place.host().getHostAddress()
                  + " cannot be listened on")
          : new ConfigurationException("AVAI_HOST", "an address or a name of this machine");
    }
    return bound.channel();
  }

  private static boolean isOurs(InetAddress host) {
    try {
      return host.isAnyLocalAddress() || NetworkInterface.getByInetAddress(host) != null;
    } catch (SocketException e) {
      return true;
    }
  }

  /**
   * Tells again and again how late the event loops are: what a task waits there, everything else
   * does too.
   */
  void watchLag(Consumer<Duration> lag) {
    loops.forEach(loop -> askAfterLag(loop, lag));
  }

  private static void askAfterLag(EventExecutor loop, Consumer<Duration> lag) {
    long due = System.nanoTime() + LAG_EVERY.toNanos();
    loop.schedule(
        () -> {
          lag.accept(Duration.ofNanos(Math.max(0, System.nanoTime() - due)));
          askAfterLag(loop, lag);
        },
        LAG_EVERY.toNanos(),
        TimeUnit.NANOSECONDS);
  }

  @Override
  public void close() {
    acceptor.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly(2, TimeUnit.SECONDS);
    loops.shutdownGracefully(0, 2, TimeUnit.SECONDS).awaitUninterruptibly(3, TimeUnit.SECONDS);
  }
}
