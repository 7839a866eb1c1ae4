package life.avai.server.websocket;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.websocketx.Utf8FrameValidator;
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

  WebSocketUpgrade(
      EdgeLimits limits,
      EdgeEvents events,
      BiFunction<ClientSocket, InetAddress, Receiver> receivers) {
    this.limits = limits;
    this.events = events;
    this.receivers = receivers;
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
    Channel channel = context.channel();
    // Among others that it would also speak; the handshaker wants it alone.
    request.headers().set(HttpHeaderNames.UPGRADE, HttpHeaderValues.WEBSOCKET);
    WebSocketServerHandshaker13 handshaker =
        new WebSocketServerHandshaker13("", null, decoding(limits));
    channel.config().setWriteBufferWaterMark(OUTBOUND);
    ClientSocket socket = new ClientSocket(channel, events);
    Receiver receiver = receivers.apply(socket, client);
    // In place before the handshake: a peer may send its first frame right behind its request.
    channel
        .pipeline()
        .addLast(
            new Utf8FrameValidator(false),
            new ClientConnection(socket, receiver, limits.maxFrameBytes()));
    handshaker
        .handshake(channel, request)
        .addListener(done -> {
          if (done.isSuccess()) {
            receiver.opened();
          } else {
            channel.close();
          }
        });
    context.pipeline().remove(context.handler());
  }
}
