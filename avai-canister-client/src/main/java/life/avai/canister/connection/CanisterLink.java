package life.avai.canister.connection;

import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.websocketx.BinaryWebSocketFrame;
import io.netty.handler.codec.http.websocketx.CloseWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PingWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PongWebSocketFrame;
import io.netty.handler.codec.http.websocketx.TextWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketFrame;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import life.avai.canister.CanisterCalls;
import life.avai.canister.CanisterSettings;
import life.avai.canister.wire.CanisterCodec;
import life.avai.canister.wire.CanisterFrame;
import life.avai.domain.assistant.AssistantReply;
import life.avai.domain.assistant.AssistantRequest;
import life.avai.domain.assistant.ReplySink;
import life.avai.domain.turn.RequestId;
import org.jspecify.annotations.Nullable;

/**
 * One open WebSocket to a canister, and the questions that were put on it. When it ends, however it
 * ends, every one of them has its outcome.
 *
 * <p>Its state belongs to the event loop; questions are put and given up on any thread.
 */
final class CanisterLink extends SimpleChannelInboundHandler<WebSocketFrame> {
  private static final System.Logger LOG = System.getLogger(CanisterLink.class.getName());

  /** Frames that are nothing: a canister that sends more of them is not one. */
  private static final int UNUSABLE_AT_ONCE = 20;

  private static final int UNUSABLE_PER_SECOND = 1;

  /**
   * Frames about questions that are over, or never were. Those of answers that were given up as
   * they came are no fault, so there may be many.
   */
  private static final int STRAY_AT_ONCE = 2_000;

  private static final int STRAY_PER_SECOND = 200;

  /** So many bytes of a useless frame weigh as much as the frame itself. */
  private static final int STRAY_BYTES = 16 << 10;

  /**
   * Frames that keep to the rules and say nothing: pings, pongs, pieces without text, words on the
   * way that are too many to be passed on. Far more than a talkative canister has use for.
   */
  private static final int EMPTY_AT_ONCE = 10_000;

  private static final int EMPTY_PER_SECOND = 1_000;

  /** How many broken questions are remembered before the connection is opened anew instead. */
  private static final int BROKEN_AT_MOST = 1_000;

  /** What the keeper of a connection wants to know of it. On the event loop. */
  interface Keeper {
    /** It has done what it is for. */
    void proven();

    /** It should be replaced, and may finish what it has. */
    void stale(CanisterLink link);

    /** It takes no more questions, and finishes what it has. */
    void draining(CanisterLink link);

    /**
     * It is gone.
     *
     * @param dropped whether we ended it, because it did not keep to the rules
     */
    void ended(CanisterLink link, boolean dropped);
  }

  private final Channel channel;
  private final Canister canister;
  private final CanisterSettings settings;
  private final CanisterCodec codec;
  private final CompletionReader completions;
  private final Keeper keeper;
  private final Map<String, PendingReply> pending = new ConcurrentHashMap<>();

  /** Questions on their way, and places taken for those that are about to be put. */
  private final AtomicInteger taken = new AtomicInteger();

  /** Questions whose attempt broke here; see {@link #mayBeAsked}. */
  private final Set<RequestId> broken = ConcurrentHashMap.newKeySet();

  private final Allowance unusable;
  private final Allowance strays;
  private final Allowance empty;
  private volatile boolean open;
  private volatile boolean retired;
  private volatile boolean echoesAttempts;
  private volatile @Nullable String ending;

  /** Whether the connection may be dead, although nobody has said so; see {@link #doubt}. */
  private volatile boolean doubtful;

  private volatile long lastReadNanos;
  // Event loop only.
  private boolean dropped;
  private @Nullable ChannelFuture pinged;
  private long pingedNanos;

  CanisterLink(
      Channel channel,
      Canister canister,
      CanisterSettings settings,
      CanisterCodec codec,
      Keeper keeper) {
    this.channel = channel;
    this.canister = canister;
    this.settings = settings;
    this.codec = codec;
    this.completions = new CompletionReader(codec, settings.inbound().replyChars());
    this.keeper = keeper;
    long now = System.nanoTime();
    this.lastReadNanos = now;
    this.unusable = new Allowance(UNUSABLE_PER_SECOND, UNUSABLE_AT_ONCE, now);
    this.strays = new Allowance(STRAY_PER_SECOND, STRAY_AT_ONCE, now);
    this.empty = new Allowance(EMPTY_PER_SECOND, EMPTY_AT_ONCE, now);
  }

  /** The handshake is done. Event loop only. */
  void opened() {
    open = true;
    lastReadNanos = System.nanoTime();
    channel.eventLoop().schedule(this::heartbeat, heartbeatNanos(), TimeUnit.NANOSECONDS);
  }

  /** Whether it takes questions, when it has room. */
  boolean isOpen() {
    return open && !retired && ending == null && channel.isActive();
  }

  /** How many questions are on their way here, or about to be. */
  int inFlight() {
    return taken.get();
  }

  /** How many more could be put now; a canister that does not read what it has gets no more. */
  int room() {
    return isOpen() && !doubtful && channel.isWritable()
        ? Math.max(0, settings.maxInFlight() - taken.get())
        : 0;
  }

  /** Takes a place, to be used by {@link #ask} or handed back by {@link #release}. */
  boolean tryReserve() {
    if (room() == 0) {
      return false;
    }
    int before = taken.getAndUpdate(n -> n < settings.maxInFlight() ? n + 1 : n);
    return before < settings.maxInFlight();
  }

  void release() {
    undoReserve();
    canister.roomFreed();
  }

  /** Hands a place back of which nobody has heard. */
  void undoReserve() {
    taken.decrementAndGet();
    closeIfRetiredAndIdle();
  }

  /**
   * Whether a question can be put here without its earlier attempts being taken for this one. A
   * canister that names attempts in its frames can be asked again; one that does not may still send
   * something of an attempt that broke here.
   */
  boolean mayBeAsked(RequestId request) {
    return echoesAttempts || !broken.contains(request);
  }

  /** Takes no new questions, finishes those that it has, and then closes. */
  void retire() {
    retired = true;
    closeIfRetiredAndIdle();
  }

  /**
   * Puts a question in a place that was reserved.
   *
   * @return what will hold its outcome
   */
  PendingReply ask(AssistantRequest request, ReplySink sink, int permit) {
    CanisterCalls.Call call = canister.calls().put(canister.url(), request);
    PendingReply reply =
        new PendingReply(request, sink, settings, completions, permit, call, System.nanoTime());
    PendingReply former = pending.put(reply.id(), reply);
    if (former != null && former.close()) {
      end(former, PendingReply.End.lost("asked again"));
    }
    canister.events().asked(canister.url());
    channel
        .writeAndFlush(
            new TextWebSocketFrame(codec.process(channel.alloc(), request, call.traceparent())))
        .addListener(written -> {
          if (!written.isSuccess()) {
            lose(reply);
          }
        });
    watchDeadlines(reply);
    if (!channel.isActive()) {
      lose(reply);
    }
    return reply;
  }

  /**
   * Whoever asked no longer wants to know: the canister is told, and what it still sends is
   * dropped.
   *
   * @param label why, for metrics
   */
  void giveUp(PendingReply reply, String label) {
    if (reply.close()) {
      AssistantReply nobodyCares = new AssistantReply.Broken("given up", Duration.ZERO);
      end(reply, new PendingReply.End(nobodyCares, label, true, null));
    }
  }

  private void lose(PendingReply reply) {
    if (reply.close()) {
      end(reply, PendingReply.End.lost("the connection to the assistant was lost"));
    }
  }

  /** The one place where a question that was closed leaves this connection. */
  private void end(PendingReply reply, PendingReply.End end) {
    pending.remove(reply.id(), reply);
    boolean answered = Boolean.TRUE.equals(end.verdict());
    if (!answered && !echoesAttempts) {
      broken.add(reply.request().requestId());
      if (broken.size() > BROKEN_AT_MOST) {
        channel.eventLoop().execute(() -> keeper.stale(this));
      }
    }
    if (end.early() && channel.isActive()) {
      channel.writeAndFlush(new TextWebSocketFrame(codec.cancel(reply.request().requestId())));
    }
    reply.call().finished(end.reply(), end.label());
    canister.ended(reply, end, reply.since(System.nanoTime()));
    if (answered) {
      keeper.proven();
    }
    release();
    reply.complete(end.reply());
  }

  /**
   * The timer is not moved with every piece that comes: it looks again when the deadline would have
   * run out, and before the first piece often enough not to miss that the shorter one has begun to
   * count.
   */
  private void watchDeadlines(PendingReply reply) {
    long now = System.nanoTime();
    PendingReply.End end = reply.timeOut(now);
    if (end != null) {
      // Before anybody hears of it: whoever asks again should not be sent here again.
      doubt(reply);
      end(reply, end);
    } else if (pending.get(reply.id()) == reply) {
      long wait = Math.min(reply.nanosLeft(now), settings.timeouts().idle().toNanos());
      channel
          .eventLoop()
          .schedule(() -> watchDeadlines(reply), Math.max(wait, 0), TimeUnit.NANOSECONDS);
    }
  }

  /**
   * A question has timed out. When nothing at all has come since it was last heard of, the
   * connection may be half open, and every further question would be lost on it: it gets none until
   * the canister has given a sign of life, and is given up if there is none soon.
   */
  private void doubt(PendingReply timedOut) {
    if (!doubtful && channel.isActive() && lastReadNanos - timedOut.lastHeardNanos() <= 0) {
      doubtful = true;
      if (channel.isWritable()) {
        ping();
      }
      channel
          .eventLoop()
          .schedule(
              () -> {
                if (doubtful) {
                  drop("silent");
                }
              },
              settings.timeouts().connect().toNanos(),
              TimeUnit.NANOSECONDS);
    }
  }

  private ChannelFuture ping() {
    channel.write(new PingWebSocketFrame());
    return channel.writeAndFlush(new TextWebSocketFrame(codec.ping(Instant.now())));
  }

  @Override
  protected void channelRead0(ChannelHandlerContext context, WebSocketFrame frame) {
    lastReadNanos = System.nanoTime();
    if (doubtful) {
      doubtful = false;
      canister.roomFreed();
    }
    switch (frame) {
      case TextWebSocketFrame text -> take(codec.read(text.text()), text.content().readableBytes());
      case PingWebSocketFrame ping -> {
        saidNothing();
        // One that asks and does not read is not answered: that would only fill our memory.
        if (channel.isWritable()) {
          context.writeAndFlush(new PongWebSocketFrame(ping.content().retain()));
        }
      }
      case PongWebSocketFrame ignored -> saidNothing();
      case CloseWebSocketFrame close -> {
        int status = close.statusCode();
        ending = "closed";
        context
            .writeAndFlush(
                status == -1 ? new CloseWebSocketFrame() : new CloseWebSocketFrame(status, ""))
            .addListener(done -> context.close());
      }
      case BinaryWebSocketFrame ignored -> drop("binary frame");
      default -> drop("unexpected frame");
    }
  }

  private void take(CanisterFrame frame, int bytes) {
    switch (frame) {
      case CanisterFrame.Pong() -> saidNothing();
      case CanisterFrame.Draining() -> {
        retire();
        keeper.draining(this);
      }
      case CanisterFrame.Unusable(var reason) -> {
        canister.events().dropped(canister.url(), reason);
        if (unusable.take(1, lastReadNanos) > 0) {
          drop("too many unusable frames");
        }
      }
      case CanisterFrame.OfRequest about -> take(about, bytes);
    }
  }

  private void take(CanisterFrame.OfRequest frame, int bytes) {
    if (frame.attempt() != null && !echoesAttempts) {
      echoesAttempts = true;
      broken.clear();
    }
    PendingReply reply = pending.get(frame.requestId());
    PendingReply.Effect effect =
        reply == null
            ? new PendingReply.Effect.Dropped("unknown request")
            : reply.take(frame, lastReadNanos);
    if (reply != null) {
      int replaced = reply.newlyReplaced();
      if (replaced > 0) {
        canister.events().replaced(canister.url(), replaced);
      }
    }
    switch (effect) {
      case PendingReply.Effect.GoesOn() -> {}
      case PendingReply.Effect.Nothing() -> saidNothing();
      case PendingReply.Effect.Begun() -> {
        if (reply != null) {
          reply.call().begun();
          canister.begun(reply.since(lastReadNanos));
        }
      }
      case PendingReply.Effect.Dropped(var reason) -> {
        canister.events().dropped(canister.url(), reason);
        if (strays.take(1 + bytes / STRAY_BYTES, lastReadNanos) > 0) {
          drop("too many useless frames");
        }
      }
      case PendingReply.Effect.Ended(var end) -> {
        if (reply != null) {
          end(reply, end);
        }
      }
    }
  }

  private void saidNothing() {
    if (empty.take(1, lastReadNanos) > 0) {
      drop("too many empty frames");
    }
  }

  private void closeIfRetiredAndIdle() {
    if (retired && taken.get() == 0 && channel.isActive()) {
      ending = "retired";
      channel.writeAndFlush(new CloseWebSocketFrame(1000, "")).addListener(done -> channel.close());
    }
  }

  private long heartbeatNanos() {
    return settings.timeouts().heartbeat().toNanos();
  }

  private void heartbeat() {
    if (!channel.isActive()) {
      return;
    }
    long now = System.nanoTime();
    if (now - lastReadNanos > 2 * heartbeatNanos()) {
      drop("silent");
    } else if (isPingUnsent() && now - pingedNanos > 2 * heartbeatNanos()) {
      // However much it says: what we say stays here.
      drop("does not read");
    } else {
      if (!isPingUnsent()) {
        pinged = ping();
        pingedNanos = now;
      }
      channel.eventLoop().schedule(this::heartbeat, heartbeatNanos(), TimeUnit.NANOSECONDS);
    }
  }

  private boolean isPingUnsent() {
    return pinged != null && !pinged.isDone();
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext context) {
    if (channel.isWritable()) {
      canister.roomFreed();
    }
    context.fireChannelWritabilityChanged();
  }

  /** Ends the connection of a canister that does not keep to the rules. Event loop only. */
  private void drop(String reason) {
    if (ending == null) {
      ending = reason;
      dropped = true;
      LOG.log(
          System.Logger.Level.WARNING,
          "canister dropped url={0} reason={1}",
          CanisterSettings.place(canister.url()),
          reason);
      canister.misbehaved();
      channel.close();
    }
  }

  /** Ends the connection, and with it every question that is open. */
  void close() {
    ending = "closing";
    channel.close();
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    if (cause instanceof IOException) {
      // Reset by the peer: a lost connection like any other.
      context.close();
    } else {
      drop(cause.getClass().getSimpleName());
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    open = false;
    String reason = ending == null ? "lost" : ending;
    canister.events().disconnected(canister.url(), reason);
    if (!reason.equals("closing")) {
      // One failure, however many questions were lost with the connection.
      pending.values().stream().findFirst().ifPresent(lost -> canister.failed(lost.permit()));
    }
    pending.values().forEach(this::lose);
    keeper.ended(this, dropped);
    context.fireChannelInactive();
  }
}
