package life.avai.server.demo;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.websocketx.TextWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketFrameAggregator;
import io.netty.handler.codec.http.websocketx.WebSocketServerProtocolConfig;
import io.netty.handler.codec.http.websocketx.WebSocketServerProtocolHandler;
import io.netty.util.NetUtil;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import life.avai.server.demo.CodeReviewer.Review;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The demo canister: answers {@code process} frames with reviews, streamed a few words at a time.
 */
public final class DemoCanister implements AutoCloseable {
  private static final JsonMapper JSON = new JsonMapper();
  private static final int MAX_FRAME = 4 << 20;
  private static final int PIECE = 24;

  private final EventLoopGroup loops;
  private final Channel listening;
  private final Duration betweenPieces;

  private DemoCanister(String host, int port, Duration betweenPieces) {
    this.betweenPieces = betweenPieces;
    loops = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    ChannelFuture bound =
        new ServerBootstrap()
            .group(loops)
            .channel(NioServerSocketChannel.class)
            .childHandler(
                new ChannelInitializer<SocketChannel>() {
                  @Override
                  protected void initChannel(SocketChannel channel) {
                    channel
                        .pipeline()
                        .addLast(
                            new HttpServerCodec(),
                            new HttpObjectAggregator(65_536),
                            new WebSocketServerProtocolHandler(
                                WebSocketServerProtocolConfig.newBuilder()
                                    .websocketPath("/")
                                    .checkStartsWith(true)
                                    .sendCloseFrame(null)
                                    .maxFramePayloadLength(MAX_FRAME)
                                    .build()),
                            new WebSocketFrameAggregator(MAX_FRAME),
                            new Conversation());
                  }
                })
            .bind(new InetSocketAddress(host, port))
            .awaitUninterruptibly();
    if (!bound.isSuccess()) {
      loops.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly();
      throw new UncheckedIOException(
          "cannot listen at " + NetUtil.toSocketAddressString(host, port),
          new IOException(bound.cause()));
    }
    listening = bound.channel();
  }

  /**
   * Starts one.
   *
   * @param port 0 for a free one
   * @param betweenPieces how fast it seems to type
   * @throws UncheckedIOException when the port is taken, or the host is not this machine's
   */
  public static DemoCanister start(String host, int port, Duration betweenPieces) {
    return new DemoCanister(host, port, betweenPieces);
  }

  /** Where to find it. */
  public URI url() {
    InetSocketAddress address = (InetSocketAddress) listening.localAddress();
    return URI.create("ws://" + NetUtil.toSocketAddressString(address) + "/");
  }

  @Override
  public void close() {
    listening.close().awaitUninterruptibly();
    loops.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly(2, TimeUnit.SECONDS);
  }

  /** One server's connection. Event loop only. */
  private final class Conversation extends SimpleChannelInboundHandler<TextWebSocketFrame> {
    private final CodeReviewer reviewer = new CodeReviewer();
    private final Map<String, ScheduledFuture<?>> running = new HashMap<>();

    @Override
    protected void channelRead0(ChannelHandlerContext context, TextWebSocketFrame frame) {
      JsonNode root;
      try {
        root = JSON.readTree(frame.text());
      } catch (JacksonException e) {
        return;
      }
      String id = text(root, "request_id");
      switch (text(root, "type")) {
        case "ping" -> send(context, Map.of("type", "pong"));
        case "cancel" -> stop(id);
        case "process" -> process(context, id, root);
        default -> {}
      }
    }

    private static String text(JsonNode root, String name) {
      JsonNode node = root.get(name);
      return node != null && node.isString() ? node.stringValue() : "";
    }

    private void stop(String id) {
      ScheduledFuture<?> stopped = running.remove(id);
      if (stopped != null) {
        stopped.cancel(false);
      }
    }

    private void process(ChannelHandlerContext context, String id, JsonNode root) {
      JsonNode messages = root.get("messages");
      if (messages == null || !messages.isArray() || messages.isEmpty()) {
        send(
            context,
            Map.of("type", "error", "request_id", id, "error_message", "there is no question"));
        return;
      }
      long begun = System.nanoTime();
      Review review = reviewer.review(text(messages.get(messages.size() - 1), "content"));
      List<String> pieces = pieces(review.markdown());
      int[] next = {0};
      Runnable step =
          () -> {
            if (next[0] < pieces.size()) {
              if (!context.channel().isWritable()) {
                return;
              }
              Map<String, Object> delta = new LinkedHashMap<>();
              delta.put("type", "response_delta");
              delta.put("request_id", id);
              delta.put("sequence", next[0]);
              delta.put("delta", pieces.get(next[0]++));
              send(context, delta);
            } else {
              stop(id);
              send(context, response(id, text(root, "conversation_id"), review, begun));
            }
          };
      stop(id);
      long nanos = Math.max(1, betweenPieces.toNanos());
      running.put(
          id, context.executor().scheduleWithFixedDelay(step, 0, nanos, TimeUnit.NANOSECONDS));
    }

    private static Map<String, @Nullable Object> response(
        String id, String conversation, Review review, long begun) {
      Map<String, @Nullable Object> response = new LinkedHashMap<>();
      response.put("type", "response");
      response.put("request_id", id);
      response.put("conversation_id", conversation);
      response.put("response", review.markdown());
      response.put("model_used", "avai-demo-rules");
      // Rules do not know how sure they are.
      response.put("confidence_score", null);
      response.put("processing_time_ms", TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begun));
      response.put("token_count", Math.max(1, review.markdown().length() / 4));
      response.put(
          "metadata",
          Map.of(
              "rules",
              Rules.ALL.size(),
              "findings",
              review.findings().stream()
                  .map(finding ->
                      Map.of(
                          "rule", finding.rule().id(),
                          "severity", finding.rule().severity().name(),
                          "line", finding.line()))
                  .toList()));
      return response;
    }

    private static List<String> pieces(String text) {
      List<String> pieces = new ArrayList<>();
      int from = 0;
      while (from < text.length()) {
        int to = Math.min(text.length(), from + PIECE);
        if (to < text.length() && Character.isHighSurrogate(text.charAt(to - 1))) {
          to++;
        }
        pieces.add(text.substring(from, to));
        from = to;
      }
      return pieces;
    }

    private static void send(ChannelHandlerContext context, Map<String, ?> frame) {
      context.writeAndFlush(new TextWebSocketFrame(JSON.writeValueAsString(frame)));
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
      List.copyOf(running.keySet()).forEach(this::stop);
      context.fireChannelInactive();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
      context.close();
    }
  }
}
