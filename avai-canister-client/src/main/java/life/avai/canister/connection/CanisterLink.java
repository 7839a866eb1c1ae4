package life.avai.canister.connection;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.websocketx.BinaryWebSocketFrame;
import io.netty.handler.codec.http.websocketx.CloseWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PingWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PongWebSocketFrame;
import io.netty.handler.codec.http.websocketx.TextWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketFrame;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import life.avai.canister.CanisterEvents;
import life.avai.canister.CanisterSettings;
import life.avai.canister.wire.CanisterCodec;
import life.avai.canister.wire.CanisterFrame;
import life.avai.domain.assistant.AssistantReply;
import life.avai.domain.assistant.AssistantRequest;
import life.avai.domain.assistant.ReplySink;
import life.avai.domain.turn.RequestId;

/**
 * One open WebSocket to a canister, and the questions that were put on it. When it ends, however it
 * ends, every one of them has its outcome.
 */
public final class CanisterLink extends SimpleChannelInboundHandler<WebSocketFrame> {
  private static final System.Logger LOG = System.getLogger(CanisterLink.class.getName());
  private static final int UNUSABLE_AT_MOST = 20;

  private final URI url;
  private final CanisterSettings settings;
  private final CanisterCodec codec;
  private final CanisterEvents events;
  private final Runnable onEnd;
  private final Map<String, PendingReply> pending = new ConcurrentHashMap<>();

  /** Questions whose attempt broke here; see {@link #mayBeAsked}. */
  private final Set<RequestId> broken = ConcurrentHashMap.newKeySet();

  private final Channel channel;
  private volatile boolean open;
  private volatile boolean retired;
  private volatile boolean echoesAttempts;
  private volatile long lastReadNanos = System.nanoTime();
  private int unusable;

  CanisterLink(
      Channel channel,
      URI url,
      CanisterSettings settings,
      CanisterCodec codec,
      CanisterEvents events,
      Runnable onEnd) {
    this.channel = channel;
    this.url = url;
    this.settings = settings;
    this.codec = codec;
    this.events = events;
    this.onEnd = onEnd;
  }

  /** The handshake is done. Event loop only. */
  void opened() {
    open = true;
    lastReadNanos = System.nanoTime();
    channel.eventLoop().schedule(this::heartbeat, heartbeatNanos(), TimeUnit.NANOSECONDS);
  }

  URI url() {
    return url;
  }

  /** Whether a new question can be put here. */
  public boolean hasRoom() {
    return open && !retired && pending.size() < settings.maxInFlight() && channel.isActive();
  }

  public boolean isOpen() {
    return open && !retired;
  }

  /** How many questions are open here. */
  public int inFlight() {
    return pending.size();
  }

  /**
   * Whether a question can be put here without its earlier attempts being taken for this one. A
   * canister that names attempts in its frames can be asked again; one that does not may still send
   * something of an attempt that broke here.
   */
  public boolean mayBeAsked(RequestId request) {
    return echoesAttempts || !broken.contains(request);
  }

  /** Takes no new questions, finishes those that it has, and then closes. */
  public void retire() {
    retired = true;
    closeIfRetiredAndIdle();
  }

  /**
   * Puts a question.
   *
   * @return what will hold its outcome
   */
  PendingReply ask(AssistantRequest request, ReplySink sink) {
    long now = System.nanoTime();
    PendingReply reply = new PendingReply(request, sink, settings, codec, now);
    String id = request.requestId().toString();
    PendingReply former = pending.put(id, reply);
    if (former != null) {
      former.end(new AssistantReply.Broken("asked again", Duration.ZERO));
    }
    events.asked(url);
    channel
        .writeAndFlush(new TextWebSocketFrame(codec.process(request)))
        .addListener(written -> {
          if (!written.isSuccess()) {
            finish(id, reply, new AssistantReply.Broken("the connection was lost", Duration.ZERO));
          }
        });
    scheduleDeadline(id, reply, reply.checkDeadlines(now));
    if (!channel.isActive()) {
      finish(id, reply, new AssistantReply.Broken("the connection was lost", Duration.ZERO));
    }
    return reply;
  }

  /**
   * Whoever asked no longer wants to know: the canister is told, and what it still sends is
   * dropped.
   */
  void giveUp(PendingReply reply) {
    if (reply.abandon()) {
      RequestId id = reply.request().requestId();
      pending.remove(id.toString(), reply);
      broken.add(id);
      events.finished(url, "cancelled", since(reply));
      sendCancel(id);
      closeIfRetiredAndIdle();
    }
  }

  private void scheduleDeadline(String id, PendingReply reply, long nanos) {
    if (nanos < 0) {
      timedOut(id, reply);
      return;
    }
    // Not moved with every piece that comes: it looks again when it would have run out, and before
    // the first piece often enough not to miss that the shorter deadline has begun to count.
    long wait = Math.min(nanos, settings.idleTimeout().toNanos());
    channel
        .eventLoop()
        .schedule(
            () -> {
              if (pending.get(id) == reply) {
                scheduleDeadline(id, reply, reply.checkDeadlines(System.nanoTime()));
              }
            },
            wait,
            TimeUnit.NANOSECONDS);
  }

  private void timedOut(String id, PendingReply reply) {
    if (pending.remove(id, reply)) {
      broken.add(reply.request().requestId());
      events.finished(url, "timeout", since(reply));
      sendCancel(reply.request().requestId());
      closeIfRetiredAndIdle();
    }
  }

  private void sendCancel(RequestId id) {
    if (channel.isActive()) {
      channel.writeAndFlush(new TextWebSocketFrame(codec.cancel(id)));
    }
  }

  private void finish(String id, PendingReply reply, AssistantReply outcome) {
    pending.remove(id, reply);
    if (reply.end(outcome)) {
      events.finished(url, "lost", since(reply));
    }
  }

  @Override
  protected void channelRead0(ChannelHandlerContext context, WebSocketFrame frame) {
    lastReadNanos = System.nanoTime();
    switch (frame) {
      case TextWebSocketFrame text -> take(codec.read(text.text()));
      case PingWebSocketFrame ping ->
          context.writeAndFlush(new PongWebSocketFrame(ping.content().retain()));
      case PongWebSocketFrame ignored -> {}
      case CloseWebSocketFrame close -> {
        int status = close.statusCode();
        context
            .writeAndFlush(
                status == -1 ? new CloseWebSocketFrame() : new CloseWebSocketFrame(status, ""))
            .addListener(done -> context.close());
      }
      case BinaryWebSocketFrame ignored -> drop("binary frame");
      default -> drop("unexpected frame");
    }
  }

  private void take(CanisterFrame frame) {
    switch (frame) {
      case CanisterFrame.Pong() -> {}
      case CanisterFrame.Unusable(var reason) -> {
        events.dropped(url, reason);
        if (++unusable > UNUSABLE_AT_MOST) {
          drop("too many unusable frames");
        }
      }
      case CanisterFrame.OfRequest about -> take(about);
    }
  }

  private void take(CanisterFrame.OfRequest frame) {
    if (frame.attempt() != null) {
      echoesAttempts = true;
    }
    PendingReply reply = pending.get(frame.requestId());
    if (reply == null) {
      events.dropped(url, "unknown request");
      return;
    }
    PendingReply.Effect effect = reply.take(frame, System.nanoTime());
    int replaced = reply.newlyReplaced();
    if (replaced > 0) {
      events.replaced(url, replaced);
    }
    switch (effect) {
      case GOES_ON -> {}
      case BEGAN -> events.firstDelta(url, since(reply));
      case DROPPED -> events.dropped(url, "out of place");
      case ENDED, ENDED_EARLY -> {
        pending.remove(frame.requestId(), reply);
        RequestId id = reply.request().requestId();
        AssistantReply outcome = reply.outcome().join();
        if (outcome instanceof AssistantReply.Broken) {
          broken.add(id);
        }
        if (effect == PendingReply.Effect.ENDED_EARLY) {
          broken.add(id);
          sendCancel(id);
        }
        events.finished(url, outcome.getClass().getSimpleName(), since(reply));
        closeIfRetiredAndIdle();
      }
    }
  }

  private static Duration since(PendingReply reply) {
    return Duration.ofNanos(System.nanoTime() - reply.begunNanos());
  }

  private void closeIfRetiredAndIdle() {
    if (retired && pending.isEmpty() && channel.isActive()) {
      channel.writeAndFlush(new CloseWebSocketFrame(1000, "")).addListener(done -> channel.close());
    }
  }

  private long heartbeatNanos() {
    return settings.heartbeat().toNanos();
  }

  private void heartbeat() {
    if (!channel.isActive()) {
      return;
    }
    if (System.nanoTime() - lastReadNanos > 2 * heartbeatNanos()) {
      drop("silent");
      return;
    }
    channel.write(new PingWebSocketFrame());
    channel.writeAndFlush(new TextWebSocketFrame(codec.ping(Instant.now())));
    channel.eventLoop().schedule(this::heartbeat, heartbeatNanos(), TimeUnit.NANOSECONDS);
  }

  /** Ends the connection. */
  void drop(String reason) {
    LOG.log(
        System.Logger.Level.WARNING,
        "canister dropped url={0} reason={1}",
        CanisterSettings.place(url),
        reason);
    events.disconnected(url, reason);
    channel.close();
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    if (open) {
      drop(cause.getClass().getSimpleName());
    } else {
      context.close();
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    open = false;
    pending.forEach((id, reply) ->
        finish(
            id,
            reply,
            new AssistantReply.Broken("the connection to the assistant was lost", Duration.ZERO)));
    onEnd.run();
    context.fireChannelInactive();
  }
}
