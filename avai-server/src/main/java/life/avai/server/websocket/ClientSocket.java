package life.avai.server.websocket;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.codec.http.websocketx.CloseWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PingWebSocketFrame;
import io.netty.handler.codec.http.websocketx.TextWebSocketFrame;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.ReferenceCountUtil;
import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import life.avai.server.wire.FrameEncoder;
import life.avai.server.wire.RequestTag;
import life.avai.server.wire.ServerFrame;
import org.jspecify.annotations.Nullable;

/**
 * The outbound half of a connection: writes frames, knows whether the peer takes them, and closes
 * exactly once.
 *
 * <p>Safe for use by many threads at once; frames of one thread keep their order.
 */
final class ClientSocket {
  /** How long a peer may take to answer our close frame. */
  private static final Duration CLOSE_PATIENCE = Duration.ofSeconds(2);

  private final Channel channel;
  private final EdgeEvents events;
  private final Queue<ByteBuf> outgoing = new ConcurrentLinkedQueue<>();
  private final AtomicInteger answers = new AtomicInteger();
  private final AtomicBoolean woken = new AtomicBoolean();
  private volatile Source news = () -> false;
  private volatile boolean closing;

  /** Who waits until the peer takes more. */
  private volatile @Nullable Thread waiting;

  /** What else there is to write to a socket. */
  @FunctionalInterface
  interface Source {
    /** Writes what is new, as far as the socket takes it; tells whether that was anything. */
    boolean writeNews();
  }

  ClientSocket(Channel channel, EdgeEvents events) {
    this.channel = channel;
    this.events = events;
  }

  Channel channel() {
    return channel;
  }

  boolean isOpen() {
    return !closing && channel.isActive();
  }

  /** Whether the peer has taken enough of what was written for more to be of use. */
  boolean isWritable() {
    return channel.isWritable();
  }

  void send(ServerFrame frame) {
    enqueue(frame, RequestTag.NONE);
  }

  /**
   * Sends the answer to a request. Everything that is written to this socket afterwards comes after
   * it, also what a watch writes that learned of something later than this call: so an
   * acknowledgement stands before the events that it leads to.
   */
  void send(ServerFrame frame, RequestTag tag) {
    answers.incrementAndGet();
    enqueue(frame, tag);
  }

  /** Sends the answer to a request behind the events that it has led to already. */
  void sendBehindNews(ServerFrame frame, RequestTag tag) {
    answers.incrementAndGet();
    if (isOpen()) {
      ByteBuf text = FrameEncoder.encode(channel.alloc(), frame, tag);
      channel
          .eventLoop()
          .execute(() -> {
            boolean unused = writeOutgoing();
            unused = news.writeNews();
            writeText(text);
            channel.flush();
          });
    }
  }

  /** How many answers were sent so far. */
  int answers() {
    return answers.get();
  }

  private void enqueue(ServerFrame frame, RequestTag tag) {
    if (isOpen()) {
      outgoing.add(FrameEncoder.encode(channel.alloc(), frame, tag));
      wake();
    }
  }

  /** Has the source asked whenever this socket is woken. */
  void newsFrom(Source source) {
    news = source;
  }

  /**
   * Has the event loop write what there is to write: an acknowledgement and what follows it in the
   * same moment go out together, with one wake-up and one system call. Never blocks.
   */
  void wake() {
    if (woken.compareAndSet(false, true)) {
      channel.eventLoop().execute(this::writeAll);
    }
  }

  /** Writes what there is to write. Event loop only. */
  void writeAll() {
    woken.set(false);
    boolean written = writeOutgoing();
    written |= news.writeNews();
    if (written) {
      channel.flush();
    }
  }

  /** Writes without a flush: {@link #flush} follows when a burst is over. Event loop only. */
  void write(ServerFrame frame) {
    boolean unused = writeOutgoing();
    if (isOpen()) {
      writeText(FrameEncoder.encode(channel.alloc(), frame, RequestTag.NONE));
    }
  }

  /** A closed channel takes and releases them too, so nothing stays behind. Event loop only. */
  private boolean writeOutgoing() {
    boolean written = false;
    ByteBuf text;
    while ((text = outgoing.poll()) != null) {
      writeText(text);
      written = true;
    }
    return written;
  }

  /** Nothing is said after the goodbye (RFC 6455, 5.5.1). Event loop only. */
  private void writeText(ByteBuf text) {
    if (closing) {
      text.release();
    } else {
      channel.write(new TextWebSocketFrame(text), channel.voidPromise());
    }
  }

  void flush() {
    channel.flush();
  }

  /** What was written and the peer has not taken, in bytes: for metrics. */
  long unsentBytes() {
    ChannelOutboundBuffer buffer = channel.unsafe().outboundBuffer();
    return buffer == null ? 0 : buffer.totalPendingWriteBytes();
  }

  void ping() {
    channel
        .eventLoop()
        .execute(() -> {
          if (isOpen()) {
            channel.writeAndFlush(new PingWebSocketFrame(), channel.voidPromise());
          }
        });
  }

  /**
   * Waits until the peer takes what was written, so that one that asks and never reads costs no
   * more than one answer. For one virtual thread at a time: whichever handles its frames.
   *
   * @return false when the connection ended before that
   */
  boolean awaitWritable() {
    if (channel.isWritable()) {
      return isOpen();
    }
    Thread self = Thread.currentThread();
    waiting = self;
    try {
      while (isOpen() && !channel.isWritable() && !self.isInterrupted()) {
        // Woken by writabilityChanged; the bound is against a wake-up that was missed.
        LockSupport.parkNanos(this, TimeUnit.SECONDS.toNanos(1));
      }
      return isOpen() && !self.isInterrupted();
    } finally {
      waiting = null;
    }
  }

  void writabilityChanged() {
    LockSupport.unpark(waiting);
  }

  /** Says goodbye and ends the connection, also when the peer does not answer. */
  void close(CloseCode why) {
    close(why, true);
  }

  /**
   * Ends the connection of a peer that does not keep to the protocol, or to its budgets. What it
   * sends from now on, its own goodbye included, may be unreadable, and much: it is not looked at
   * any more, and the peer is shown the end at once. Only our half is closed before it has gone:
   * with bytes of its unread, the goodbye would be lost in a reset.
   */
  void fail(CloseCode why) {
    close(why, false);
  }

  /** Reads and looks at nothing. */
  @Sharable
  private static final class Deaf extends ChannelInboundHandlerAdapter {
    private static final Deaf INSTANCE = new Deaf();

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
      ReferenceCountUtil.release(message);
    }
  }

  private void close(CloseCode why, boolean listening) {
    if (closing || !channel.isActive()) {
      return;
    }
    channel
        .eventLoop()
        .execute(() -> {
          if (closing) {
            return;
          }
          boolean unused = writeOutgoing();
          closing = true;
          events.closed(why);
          writabilityChanged();
          ChannelFuture said =
              channel.writeAndFlush(new CloseWebSocketFrame(why.code(), why.reason()));
          if (!listening) {
            channel.pipeline().addFirst(Deaf.INSTANCE);
            channel.config().setAutoRead(true);
            said.addListener(done -> closeOurHalf());
          }
          endSoon();
        });
  }

  private void closeOurHalf() {
    if (channel instanceof DuplexChannel duplex && duplex.isActive()) {
      SslHandler tls = channel.pipeline().get(SslHandler.class);
      if (tls == null) {
        duplex.shutdownOutput();
      } else {
        tls.closeOutbound().addListener(done -> duplex.shutdownOutput());
      }
    }
  }

  /** Answers the peer's close frame in kind and ends the connection. Event loop only. */
  void answerClose(CloseWebSocketFrame frame) {
    if (closing) {
      channel.close();
      return;
    }
    boolean unused = writeOutgoing();
    closing = true;
    writabilityChanged();
    int status = frame.statusCode();
    CloseWebSocketFrame answer =
        status == -1 ? new CloseWebSocketFrame() : new CloseWebSocketFrame(status, "");
    channel.writeAndFlush(answer).addListener(done -> channel.close());
  }

  private void endSoon() {
    channel
        .eventLoop()
        .schedule(
            () -> {
              channel.close();
            },
            CLOSE_PATIENCE.toMillis(),
            TimeUnit.MILLISECONDS);
  }
}
