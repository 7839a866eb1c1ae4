package life.avai.server.floods;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.websocketx.CloseWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PingWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PongWebSocketFrame;
import io.netty.handler.codec.http.websocketx.TextWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketCloseStatus;
import io.netty.handler.codec.http.websocketx.WebSocketDecoderConfig;
import io.netty.handler.codec.http.websocketx.WebSocketServerHandshaker13;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import life.avai.testkit.json.Json;
import life.avai.testkit.json.JsonException;
import life.avai.testkit.json.JsonObject;
import org.jspecify.annotations.Nullable;

/**
 * What floods are pointed at to learn what they cost whoever shares the machine with them, whatever
 * it is that they hit: the least that a WebSocket server on Netty can do. It says what the attacks
 * wait for, keeps nothing, and sends a socket away after about as many frames as we do.
 */
final class Decoy implements AutoCloseable {
  private static final int MAX_HEAD = 16_384;
  private static final int FRAMES = 6_000;

  /** Pings, fragments and nonsense: a hundred are enough. */
  private static final int COST_OF_NOISE = FRAMES / 100;

  private static final int MAX_PER_USER = 50;
  private static final String ID = "01997f3a-0000-7000-8000-000000000000";

  private final Process process;
  private final int port;

  private Decoy(Process process, int port) {
    this.process = process;
    this.port = port;
  }

  static Decoy start() {
    try {
      Process process = Programs.java(Decoy.class).start();
      BufferedReader lines = process.inputReader();
      return new Decoy(process, Integer.parseInt(lines.readLine()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  Attack.Target target() {
    return new Attack.Target(port);
  }

  Stream<ProcessHandle> process() {
    return Stream.of(process.toHandle());
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }

  /** Listens until it is killed; prints the port. */
  public static void main(String[] arguments) throws InterruptedException {
    Map<String, Integer> socketsBySession = new ConcurrentHashMap<>();
    Channel listening =
        new ServerBootstrap()
            .group(
                new MultiThreadIoEventLoopGroup(
                    Math.max(2, Runtime.getRuntime().availableProcessors()),
                    EpollIoHandler.newFactory()))
            .channel(EpollServerSocketChannel.class)
            .option(ChannelOption.SO_BACKLOG, 4_096)
            .childOption(ChannelOption.TCP_NODELAY, true)
            .childHandler(
                new ChannelInitializer<SocketChannel>() {
                  @Override
                  protected void initChannel(SocketChannel channel) {
                    channel
                        .pipeline()
                        .addLast(
                            new HttpServerCodec(),
                            new HttpObjectAggregator(MAX_HEAD),
                            new Visit(socketsBySession));
                  }
                })
            .bind("127.0.0.1", 0)
            .sync()
            .channel();
    System.out.println(((InetSocketAddress) listening.localAddress()).getPort());
    new CountDownLatch(1).await();
  }

  /** One connection, on its event loop. */
  private static final class Visit extends SimpleChannelInboundHandler<Object> {
    private final Map<String, Integer> socketsBySession;
    private @Nullable String session;
    private int left = FRAMES;

    Visit(Map<String, Integer> socketsBySession) {
      this.socketsBySession = socketsBySession;
    }

    @Override
    protected void channelRead0(ChannelHandlerContext context, Object message) {
      switch (message) {
        case FullHttpRequest request -> upgrade(context, request);
        case TextWebSocketFrame frame when frame.isFinalFragment() -> text(context, frame.text());
        case PingWebSocketFrame ping -> {
          context.writeAndFlush(new PongWebSocketFrame(ping.content().retain()));
          pay(context, COST_OF_NOISE);
        }
        default -> pay(context, COST_OF_NOISE);
      }
    }

    private static void upgrade(ChannelHandlerContext context, FullHttpRequest request) {
      if (request.decoderResult().isFailure()
          || request.headers().contains(HttpHeaderNames.ORIGIN)
          || String.valueOf(request.headers().get(HttpHeaderNames.HOST)).startsWith("evil")) {
        context.close();
      } else {
        new WebSocketServerHandshaker13("", null, WebSocketDecoderConfig.newBuilder().build())
            .handshake(context.channel(), request);
      }
    }

    private void text(ChannelHandlerContext context, String text) {
      try {
        JsonObject frame = Json.parseObject(text);
        pay(context, frame.has("token") ? 5 * COST_OF_NOISE : 1);
        JsonObject answer = answer(context, frame).with("in_reply_to", frame.get("id"));
        context.writeAndFlush(new TextWebSocketFrame(answer.toString()));
      } catch (JsonException e) {
        pay(context, COST_OF_NOISE);
      }
    }

    private JsonObject answer(ChannelHandlerContext context, JsonObject frame) {
      return switch (frame.type()) {
        case "auth", "authenticate" -> {
          String known = frame.optionalString("session_token");
          session = known == null ? UUID.randomUUID().toString() : known;
          if (socketsBySession.merge(session, 1, Integer::sum) > MAX_PER_USER) {
            sendAway(context, 4429);
          }
          yield JsonObject.of("type", "auth_success", "session_token", session);
        }
        case "create_thread" ->
            JsonObject.of("type", "thread_created", "thread", JsonObject.of("id", ID));
        case "send_message" ->
            JsonObject.of(
                "type",
                "message_sent",
                "message_id",
                ID,
                "thread_id",
                ID,
                "request_id",
                ID,
                "position",
                1);
        default -> JsonObject.of("type", "pong");
      };
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
      if (session != null) {
        socketsBySession.computeIfPresent(session, (key, count) -> count == 1 ? null : count - 1);
      }
    }

    private void pay(ChannelHandlerContext context, int cost) {
      if (left >= 0 && left < cost) {
        sendAway(context, WebSocketCloseStatus.POLICY_VIOLATION.code());
      }
      left -= cost;
    }

    private static void sendAway(ChannelHandlerContext context, int code) {
      context
          .writeAndFlush(new CloseWebSocketFrame(code, ""))
          .addListener(ChannelFutureListener.CLOSE);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
      context.close();
    }
  }
}
