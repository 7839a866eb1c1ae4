package life.avai.canister.connection;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.SimpleChannelInboundHandler;
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
import java.net.URI;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLException;
import life.avai.canister.CanisterEvents;
import life.avai.canister.CanisterSettings;
import life.avai.canister.wire.CanisterCodec;
import org.jspecify.annotations.Nullable;

/**
 * Keeps one connection to one canister: dials, and dials again for ever, ever more patiently.
 *
 * <p>Safe for use by many threads at once.
 */
public final class LinkKeeper {
  private static final System.Logger LOG = System.getLogger(LinkKeeper.class.getName());
  private static final int HANDSHAKE_BYTES = 16 * 1024;

  private final URI url;
  private final CanisterSettings settings;
  private final CanisterCodec codec;
  private final CanisterEvents events;
  private final Bootstrap bootstrap;
  private final EventLoop loop;
  private final @Nullable SslContext tls;
  private final Runnable onChange;

  private volatile @Nullable CanisterLink link;
  private volatile boolean closed;
  // Event loop only.
  private int failures;

  public LinkKeeper(
      URI url,
      CanisterSettings settings,
      CanisterCodec codec,
      CanisterEvents events,
      Bootstrap bootstrap,
      EventLoop loop,
      @Nullable SslContext tls,
      Runnable onChange) {
    this.url = url;
    this.settings = settings;
    this.codec = codec;
    this.events = events;
    this.loop = loop;
    this.bootstrap =
        bootstrap
            .clone(loop)
            .option(
                ChannelOption.CONNECT_TIMEOUT_MILLIS, (int) settings.connectTimeout().toMillis())
            .option(ChannelOption.TCP_NODELAY, true);
    this.tls = tls;
    this.onChange = onChange;
  }

  public URI url() {
    return url;
  }

  /** The connection, if there is one that is open. */
  public @Nullable CanisterLink link() {
    CanisterLink now = link;
    return now != null && now.isOpen() ? now : null;
  }

  /** Begins to dial. */
  public void start() {
    loop.execute(this::dial);
  }

  /** Lets the present connection finish what it has, and opens another at once. */
  public void renew(CanisterLink former) {
    loop.execute(() -> {
      if (link == former) {
        link = null;
        former.retire();
        failures = 0;
        dial();
      }
    });
  }

  /** Ends, and with it every question that is open. */
  public void close() {
    closed = true;
    CanisterLink now = link;
    if (now != null) {
      now.drop("closing");
    }
  }

  private void dial() {
    if (closed) {
      return;
    }
    HttpHeaders headers = new DefaultHttpHeaders();
    if (settings.token() != null) {
      headers.set(HttpHeaderNames.AUTHORIZATION, "Bearer " + settings.token());
    }
    WebSocketClientHandshaker handshaker =
        WebSocketClientHandshakerFactory.newHandshaker(
            url, WebSocketVersion.V13, null, false, headers, settings.maxMessageBytes());
    int port = url.getPort() > 0 ? url.getPort() : tls == null ? 80 : 443;
    ChannelFuture connecting =
        bootstrap
            .clone()
            .handler(
                new ChannelInitializer<SocketChannel>() {
                  @Override
                  protected void initChannel(SocketChannel channel) {
                    if (tls != null) {
                      channel
                          .pipeline()
                          .addLast(tls.newHandler(channel.alloc(), url.getHost(), port));
                    }
                    channel
                        .pipeline()
                        .addLast(
                            new HttpClientCodec(),
                            new HttpObjectAggregator(HANDSHAKE_BYTES),
                            new Handshake(handshaker));
                  }
                })
            .connect(url.getHost(), port);
    connecting.addListener(done -> {
      if (!done.isSuccess()) {
        failed(done.cause());
      }
    });
  }

  private void opened(CanisterLink now) {
    if (closed) {
      now.retire();
      return;
    }
    failures = 0;
    link = now;
    events.connected(url);
    LOG.log(System.Logger.Level.INFO, "canister connected url={0}", CanisterSettings.place(url));
    onChange.run();
  }

  private void ended(CanisterLink former) {
    if (link == former) {
      link = null;
      if (!closed) {
        LOG.log(System.Logger.Level.WARNING, "canister lost url={0}", CanisterSettings.place(url));
      }
      onChange.run();
      dialLater();
    }
  }

  private void failed(@Nullable Throwable thrown) {
    // What TLS has to say comes wrapped by the decoder.
    Throwable cause =
        thrown != null && thrown.getCause() instanceof SSLException tlsFailure
            ? tlsFailure
            : thrown;
    String reason = cause == null ? "closed in the handshake" : cause.getClass().getSimpleName();
    if (failures == 0) {
      LOG.log(
          System.Logger.Level.WARNING,
          "canister unreachable url={0} reason={1} ({2}); trying for ever",
          CanisterSettings.place(url),
          reason,
          cause == null ? "" : cause.getMessage());
    }
    events.disconnected(url, reason);
    dialLater();
  }

  private void dialLater() {
    failures++;
    long wait = settings.backoff().before(failures, ThreadLocalRandom.current()).toNanos();
    if (!closed) {
      loop.schedule(this::dial, wait, TimeUnit.NANOSECONDS);
    }
  }

  /** The first part of a connection's life. Event loop only. */
  private final class Handshake extends SimpleChannelInboundHandler<FullHttpResponse> {
    private final WebSocketClientHandshaker handshaker;
    private boolean done;
    private @Nullable Throwable cause;

    Handshake(WebSocketClientHandshaker handshaker) {
      this.handshaker = handshaker;
    }

    @Override
    public void channelActive(ChannelHandlerContext context) {
      handshaker.handshake(context.channel());
      Channel channel = context.channel();
      loop.schedule(
          () -> {
            if (!done) {
              channel.close();
            }
          },
          settings.connectTimeout().toMillis(),
          TimeUnit.MILLISECONDS);
    }

    @Override
    protected void channelRead0(ChannelHandlerContext context, FullHttpResponse response) {
      Channel channel = context.channel();
      CanisterLink[] self = new CanisterLink[1];
      CanisterLink fresh =
          new CanisterLink(channel, url, settings, codec, events, () -> ended(self[0]));
      self[0] = fresh;
      // In place before the handshake is done: a frame may come right behind the response.
      channel
          .pipeline()
          .addLast(
              new Utf8FrameValidator(false),
              new WebSocketFrameAggregator(settings.maxMessageBytes()),
              fresh);
      done = true;
      handshaker.finishHandshake(channel, response);
      context.pipeline().remove(this);
      fresh.opened();
      opened(fresh);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable thrown) {
      cause = thrown;
      context.close();
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
      failed(cause);
    }
  }
}
