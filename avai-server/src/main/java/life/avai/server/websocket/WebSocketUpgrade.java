package life.avai.server.websocket;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.handler.codec.http.EmptyHttpHeaders;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpRequestDecoder;
import io.netty.handler.codec.http.HttpResponseEncoder;
import io.netty.handler.codec.http.websocketx.Utf8FrameValidator;
import io.netty.handler.codec.http.websocketx.WebSocket13FrameDecoder;
import io.netty.handler.codec.http.websocketx.WebSocket13FrameEncoder;
import io.netty.handler.codec.http.websocketx.WebSocketDecoderConfig;
import io.netty.handler.codec.http.websocketx.WebSocketServerHandshaker13;
import java.net.InetAddress;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import life.avai.domain.Ids;
import life.avai.server.wire.ClientCodec;

/**
 * Turns a checked HTTP request into a connection of the protocol. From then on nothing of HTTP is
 * left in the pipeline, and nothing but our own code closes the socket, so there is one close
 * frame.
 *
 * <p>No extension is ever agreed to: a few compressed bytes that become many would be another limit
 * to keep.
 */
public final class WebSocketUpgrade {
  /** What may wait in a socket's buffer: beyond the high mark nothing is added. */
  private static final WriteBufferWaterMark OUTBOUND =
      new WriteBufferWaterMark(32 << 10, 128 << 10);

  private final EdgeLimits limits;
  private final EdgeEvents events;
  private final BiFunction<ClientSocket, InetAddress, Receiver> receivers;
  private final WebSocketDecoderConfig decoding;
  private final Handshake handshake;

  WebSocketUpgrade(
      EdgeLimits limits,
      EdgeEvents events,
      BiFunction<ClientSocket, InetAddress, Receiver> receivers) {
    this.limits = limits;
    this.events = events;
    this.receivers = receivers;
    this.decoding = decoding(limits);
    this.handshake = new Handshake(decoding);
  }

  /**
   * Upgrades to conversations.
   *
   * @param whenAuthenticated told of every connection as soon as it is somebody's
   */
  public static WebSocketUpgrade toSessions(
      Services services,
      SessionRegistry registry,
      EdgeLimits limits,
      Ids ids,
      String version,
      Consumer<Channel> whenAuthenticated) {
    ClientCodec codec = new ClientCodec(limits.content());
    return new WebSocketUpgrade(
        limits,
        services.edgeEvents(),
        (socket, client) -> {
          WebSocketSession session =
              new WebSocketSession(
                  ids.next(),
                  socket,
                  client,
                  services,
                  registry,
                  limits,
                  codec,
                  version,
                  whenAuthenticated,
                  System.nanoTime());
          registry.add(session);
          return session;
        });
  }

  /** How frames are read. */
  static WebSocketDecoderConfig decoding(EdgeLimits limits) {
    return WebSocketDecoderConfig.newBuilder()
        .expectMaskedFrames(true)
        .allowMaskMismatch(false)
        .allowExtensions(false)
        .maxFramePayloadLength(limits.maxFrameBytes())
        .closeOnProtocolViolation(false)
        .build();
  }

  /** There are too many connections for this one. */
  public void turnedAway() {
    events.turnedAway();
  }

  /**
   * Completes the handshake. Event loop only.
   *
   * @param request a GET with a good {@code Upgrade}, version 13 and a key; not released here
   * @param client where it comes from: what counts as one client
   */
  public void upgrade(ChannelHandlerContext context, FullHttpRequest request, InetAddress client) {
    // Among others that it would also speak; the handshaker wants it alone.
    request.headers().set(HttpHeaderNames.UPGRADE, HttpHeaderValues.WEBSOCKET);
    Channel channel = context.channel();
    channel.config().setWriteBufferWaterMark(OUTBOUND);
    ClientSocket socket = new ClientSocket(channel, events);
    Receiver receiver = receivers.apply(socket, client);
    channel.writeAndFlush(handshake.answer(request), channel.voidPromise());
    ChannelPipeline pipeline = channel.pipeline();
    pipeline.remove(HttpObjectAggregator.class);
    pipeline.remove(context.handler());
    pipeline.replace(HttpResponseEncoder.class, null, new WebSocket13FrameEncoder(false));
    pipeline.addLast(
        new Utf8FrameValidator(false),
        new ClientConnection(socket, receiver, limits.maxFrameBytes()));
    receiver.opened();
    // Last, because it hands on at once what the peer has sent right behind its request.
    pipeline.replace(HttpRequestDecoder.class, null, new WebSocket13FrameDecoder(decoding));
  }

  /** Makes the answer to an upgrade; what Netty's handshaker does to a pipeline is ours to do. */
  private static final class Handshake extends WebSocketServerHandshaker13 {
    Handshake(WebSocketDecoderConfig decoding) {
      super("", null, decoding);
    }

    FullHttpResponse answer(FullHttpRequest request) {
      return newHandshakeResponse(request, EmptyHttpHeaders.INSTANCE);
    }
  }
}
