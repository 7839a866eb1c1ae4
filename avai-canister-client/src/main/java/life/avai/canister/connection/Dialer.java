package life.avai.canister.connection;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpClientCodec;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.websocketx.Utf8FrameValidator;
import io.netty.handler.codec.http.websocketx.WebSocketClientHandshaker;
import io.netty.handler.codec.http.websocketx.WebSocketClientHandshakerFactory;
import io.netty.handler.codec.http.websocketx.WebSocketFrameAggregator;
import io.netty.handler.codec.http.websocketx.WebSocketVersion;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.util.concurrent.Executor;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLException;
import life.avai.canister.CanisterSettings;
import life.avai.canister.wire.CanisterCodec;
import org.jspecify.annotations.Nullable;

/** Opens connections: the name, TCP, TLS and the handshake. */
final class Dialer implements Executor {
  private static final int HANDSHAKE_BYTES = 16 * 1024;

  /**
   * How much a canister may leave unread before it gets no more: several of the largest questions.
   */
  private static final WriteBufferWaterMark UNREAD = new WriteBufferWaterMark(1 << 20, 4 << 20);

  private final CanisterSettings settings;
  private final CanisterCodec codec;
  private final Bootstrap bootstrap;
  private final EventLoop loop;
  private final SslContext tls;

  /** What comes of dialling: exactly one of the two, on the event loop. */
  interface Dialling {
    void opened(CanisterLink link);

    /**
     * There is no connection.
     *
     * @param reason one of few words
     */
    void failed(String reason, @Nullable Throwable cause);
  }

  Dialer(CanisterSettings settings, CanisterCodec codec, Bootstrap bootstrap, EventLoop loop) {
    this.settings = settings;
    this.codec = codec;
    this.loop = loop;
    this.tls = tls(settings);
    this.bootstrap =
        bootstrap
            .clone(loop)
            .option(
                ChannelOption.CONNECT_TIMEOUT_MILLIS,
                (int) settings.timeouts().connect().toMillis())
            .option(ChannelOption.WRITE_BUFFER_WATER_MARK, UNREAD)
            .option(ChannelOption.TCP_NODELAY, true);
  }

  private static SslContext tls(CanisterSettings settings) {
    try {
      SslContextBuilder builder =
          SslContextBuilder.forClient()
              .sslProvider(SslProvider.JDK)
              .protocols("TLSv1.3", "TLSv1.2")
              .endpointIdentificationAlgorithm("HTTPS");
      if (settings.trust() != null) {
        builder.trustManager(settings.trust());
      }
      return builder.build();
    } catch (SSLException e) {
      throw new IllegalStateException("TLS cannot be set up", e);
    }
  }

  @Override
  public void execute(Runnable task) {
    loop.execute(task);
  }

  void schedule(Runnable task, long delay, TimeUnit unit) {
    loop.schedule(task, delay, unit);
  }

  /** Dials once; the name is looked up on a thread of its own, because that can take long. */
  void dial(Canister canister, CanisterLink.Keeper keeper, Dialling result) {
    Thread unused =
        Thread.ofVirtual()
            .name("canister-name")
            .start(() -> {
              try {
                InetAddress[] addresses = InetAddress.getAllByName(canister.url().getHost());
                InetAddress one = addresses[ThreadLocalRandom.current().nextInt(addresses.length)];
                execute(() -> connect(one, canister, keeper, result));
              } catch (UnknownHostException e) {
                execute(() -> result.failed(e.getClass().getSimpleName(), e));
              }
            });
  }

  private void connect(
      InetAddress address, Canister canister, CanisterLink.Keeper keeper, Dialling result) {
    URI url = canister.url();
    boolean secure = url.getScheme().equals("wss");
    int port = url.getPort() > 0 ? url.getPort() : secure ? 443 : 80;
    HttpHeaders headers = new DefaultHttpHeaders();
    if (settings.token() != null) {
      headers.set(HttpHeaderNames.AUTHORIZATION, "Bearer " + settings.token());
    }
    WebSocketClientHandshaker handshaker =
        WebSocketClientHandshakerFactory.newHandshaker(
            url, WebSocketVersion.V13, null, false, headers, settings.inbound().messageBytes());
    bootstrap
        .clone()
        .handler(
            new ChannelInitializer<SocketChannel>() {
              @Override
              protected void initChannel(SocketChannel channel) {
                if (secure) {
                  channel.pipeline().addLast(tls.newHandler(channel.alloc(), url.getHost(), port));
                }
                channel
                    .pipeline()
                    .addLast(
                        new HttpClientCodec(),
                        new HttpObjectAggregator(HANDSHAKE_BYTES),
                        new Handshake(handshaker, canister, keeper, result));
              }
            })
        .connect(new InetSocketAddress(address, port))
        .addListener(done -> {
          if (!done.isSuccess()) {
            failed(result, done.cause());
          }
        });
  }

  private static void failed(Dialling result, @Nullable Throwable thrown) {
    // What TLS has to say comes wrapped by the decoder.
    Throwable cause =
        thrown != null && thrown.getCause() instanceof SSLException tlsFailure
            ? tlsFailure
            : thrown;
    result.failed(
        cause == null ? "closed in the handshake" : cause.getClass().getSimpleName(), cause);
  }

  /** The first part of a connection's life. Event loop only. */
  private final class Handshake extends SimpleChannelInboundHandler<FullHttpResponse> {
    private final WebSocketClientHandshaker handshaker;
    private final Canister canister;
    private final CanisterLink.Keeper keeper;
    private final Dialling result;
    private boolean done;
    private @Nullable Throwable cause;

    Handshake(
        WebSocketClientHandshaker handshaker,
        Canister canister,
        CanisterLink.Keeper keeper,
        Dialling result) {
      this.handshaker = handshaker;
      this.canister = canister;
      this.keeper = keeper;
      this.result = result;
    }

    @Override
    public void channelActive(ChannelHandlerContext context) {
      Channel channel = context.channel();
      handshaker.handshake(channel);
      loop.schedule(
          () -> {
            if (!done) {
              channel.close();
            }
          },
          settings.timeouts().connect().toMillis(),
          TimeUnit.MILLISECONDS);
    }

    @Override
    protected void channelRead0(ChannelHandlerContext context, FullHttpResponse response) {
      Channel channel = context.channel();
      CanisterLink link = new CanisterLink(channel, canister, settings, codec, keeper);
      // In place before the handshake is done: a frame may come right behind the response.
      channel
          .pipeline()
          .addLast(
              new ReadThrottle(
                  settings.inbound(),
                  System::nanoTime,
                  () -> canister.events().slowed(canister.url())),
              new Utf8FrameValidator(false),
              new WebSocketFrameAggregator(settings.inbound().messageBytes()),
              link);
      handshaker.finishHandshake(channel, response);
      done = true;
      context.pipeline().remove(this);
      link.opened();
      result.opened(link);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable thrown) {
      cause = thrown;
      context.close();
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
      failed(result, cause);
    }
  }
}
