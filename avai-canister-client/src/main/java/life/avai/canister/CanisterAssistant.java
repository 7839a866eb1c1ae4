package life.avai.canister;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLException;
import life.avai.canister.connection.CanisterPool;
import life.avai.canister.connection.LinkKeeper;
import life.avai.canister.wire.CanisterCodec;
import life.avai.domain.assistant.Assistant;
import life.avai.domain.assistant.AssistantReply;
import life.avai.domain.assistant.AssistantRequest;
import life.avai.domain.assistant.AssistantStatus;
import life.avai.domain.assistant.ReplySink;

/**
 * An assistant that is one or more canisters. Dials them from the start, without making anybody
 * wait.
 *
 * <p>Safe for use by many threads at once.
 */
public final class CanisterAssistant implements Assistant, AutoCloseable {
  private static final Duration STOP = Duration.ofSeconds(2);

  private final EventLoopGroup loops;
  private final CanisterPool pool;
  private final List<Runnable> listeners = new CopyOnWriteArrayList<>();

  public CanisterAssistant(CanisterSettings settings) {
    this(settings, CanisterEvents.NONE);
  }

  public CanisterAssistant(CanisterSettings settings, CanisterEvents events) {
    boolean epoll = Epoll.isAvailable();
    loops =
        new MultiThreadIoEventLoopGroup(
            1, epoll ? EpollIoHandler.newFactory() : NioIoHandler.newFactory());
    Bootstrap bootstrap =
        new Bootstrap()
            .group(loops)
            .channel(epoll ? EpollSocketChannel.class : NioSocketChannel.class);
    EventLoop loop = loops.next();
    CanisterCodec codec = new CanisterCodec(settings.maxMessageBytes());
    List<LinkKeeper> keepers = new ArrayList<>();
    for (URI url : settings.urls()) {
      SslContext tls = url.getScheme().equals("wss") ? tls(settings) : null;
      for (int i = 0; i < settings.connectionsPerUrl(); i++) {
        keepers.add(
            new LinkKeeper(
                url, settings, codec, events, bootstrap, loop, tls, this::statusChanged));
      }
    }
    pool = new CanisterPool(settings, keepers);
    keepers.forEach(LinkKeeper::start);
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

  private void statusChanged() {
    listeners.forEach(Runnable::run);
  }

  @Override
  public AssistantReply reply(AssistantRequest request, ReplySink sink)
      throws InterruptedException {
    return pool.reply(request, sink);
  }

  @Override
  public AssistantStatus status() {
    return pool.status();
  }

  @Override
  public void onStatusChange(Runnable callback) {
    listeners.add(callback);
  }

  @Override
  public void close() {
    pool.close();
    loops
        .shutdownGracefully(0, STOP.toMillis(), TimeUnit.MILLISECONDS)
        .awaitUninterruptibly(STOP.toMillis());
  }
}
