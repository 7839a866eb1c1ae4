package life.avai.server.websocket;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.websocketx.Utf8FrameValidator;
import io.netty.handler.codec.http.websocketx.WebSocketDecoderConfig;
import io.netty.handler.codec.http.websocketx.WebSocketServerHandshaker13;
import java.util.UUID;
import life.avai.domain.Ids;
import life.avai.server.wire.ClientCodec;
import life.avai.server.wire.ServerFrames;

/**
 * Turns a checked HTTP request into a connection of the protocol. From then on nothing of HTTP is
 * left in the pipeline, and nothing but our own code closes the socket, so there is one close
 * frame.
 */
public final class WebSocketUpgrade {
  /** What may wait in a socket's buffer: beyond the high mark nothing is added. */
  private static final WriteBufferWaterMark OUTBOUND =
      new WriteBufferWaterMark(32 << 10, 128 << 10);

  private final Services services;
  private final SessionRegistry registry;
  private final EdgeLimits limits;
  private final ClientCodec codec;
  private final Ids ids;
  private final String version;

  public WebSocketUpgrade(
      Services services, SessionRegistry registry, EdgeLimits limits, Ids ids, String version) {
    this.services = services;
    this.registry = registry;
    this.limits = limits;
    this.codec = new ClientCodec(limits.content());
    this.ids = ids;
    this.version = version;
  }

  /**
   * Completes the handshake. Event loop only.
   *
   * @param request a GET with a good {@code Upgrade}, version 13 and a key; not released here
   */
  public void upgrade(ChannelHandlerContext context, FullHttpRequest request) {
    Channel channel = context.channel();
    WebSocketServerHandshaker13 handshaker =
        new WebSocketServerHandshaker13(
            "",
            null,
            WebSocketDecoderConfig.newBuilder()
                .expectMaskedFrames(true)
                .allowMaskMismatch(false)
                .allowExtensions(false)
                .maxFramePayloadLength(limits.maxFrameBytes())
                .closeOnProtocolViolation(false)
                .build());
    channel.config().setWriteBufferWaterMark(OUTBOUND);
    UUID id = ids.next();
    ClientSocket socket = new ClientSocket(channel);
    WebSocketSession session =
        new WebSocketSession(id, socket, services, registry, limits, codec, System.nanoTime());
    // In place before the handshake: a peer may send its first frame right behind its request.
    channel
        .pipeline()
        .addLast(
            new Utf8FrameValidator(false), new ClientConnection(session, limits.maxFrameBytes()));
    registry.add(session);
    handshaker
        .handshake(channel, request)
        .addListener(done -> {
          if (done.isSuccess()) {
            socket.send(
                ServerFrames.welcome(
                    id,
                    version,
                    limits.heartbeat(),
                    limits.content().maxCodePoints(),
                    limits.maxFrameBytes()));
          } else {
            channel.close();
          }
        });
    context.pipeline().remove(context.handler());
  }
}
