package life.avai.canister;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioSocketChannel;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import life.avai.canister.connection.CanisterPool;
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
    this(settings, events, CanisterCalls.NONE);
  }

  public CanisterAssistant(CanisterSettings settings, CanisterEvents events, CanisterCalls calls) {
    boolean epoll = Epoll.isAvailable();
    loops =
        new MultiThreadIoEventLoopGroup(
            1, epoll ? EpollIoHandler.newFactory() : NioIoHandler.newFactory());
    Bootstrap bootstrap =
        new Bootstrap()
            .group(loops)
            .channel(epoll ? EpollSocketChannel.class : NioSocketChannel.class);
    pool = CanisterPool.over(settings, events, calls, bootstrap, loops.next(), this::statusChanged);
    pool.use(settings.urls());
  }

  private void statusChanged() {
    listeners.forEach(Runnable::run);
  }

  /**
   * Makes these the canisters from now on. Those that are new are dialled; those that are no longer
   * among them get no more questions, and are let go when they have finished what they have.
   *
   * @throws IllegalArgumentException when there is none, or one of them is no WebSocket's; nothing
   *     is changed then
   */
  public void use(List<URI> urls) {
    pool.use(CanisterSettings.checked(urls));
  }

  /** How each canister stands now. */
  public List<CanisterState> canisters() {
    return pool.states();
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
