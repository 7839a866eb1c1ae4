package life.avai.server.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.QueryStringDecoder;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.Base64;
import java.util.List;
import life.avai.server.websocket.WebSocketUpgrade;

/**
 * The first thing that a connection meets: plain requests are answered, and those for a WebSocket
 * are checked and upgraded. Nothing here blocks; what must, runs elsewhere and answers later.
 */
public final class HttpEdge extends SimpleChannelInboundHandler<FullHttpRequest> {
  private static final System.Logger LOG = System.getLogger(HttpEdge.class.getName());
  private static final int KEY_BYTES = 16;
  private static final List<String> FORWARDED =
      List.of("Forwarded", "X-Forwarded-For", "X-Real-IP");

  private final OriginPolicy origins;
  private final HttpResources resources;
  private final WebSocketUpgrade upgrade;
  private final ConnectionLimits limits;

  /** Made once for each connection. */
  public HttpEdge(
      OriginPolicy origins,
      HttpResources resources,
      WebSocketUpgrade upgrade,
      ConnectionLimits limits) {
    this.origins = origins;
    this.resources = resources;
    this.upgrade = upgrade;
    this.limits = limits;
  }

  @Override
  protected void channelRead0(ChannelHandlerContext context, FullHttpRequest request) {
    if (request.decoderResult().isFailure()) {
      boolean tooLong = request.decoderResult().cause() instanceof TooLongHttpHeaderException;
      refuse(
          context,
          request,
          tooLong
              ? HttpResponseStatus.REQUEST_HEADER_FIELDS_TOO_LARGE
              : HttpResponseStatus.BAD_REQUEST,
          "the request is no proper HTTP");
      return;
    }
    String path;
    try {
      path = new QueryStringDecoder(request.uri()).path();
    } catch (IllegalArgumentException e) {
      refuse(context, request, HttpResponseStatus.BAD_REQUEST, "the path is not well-formed");
      return;
    }
    if (path.equals("/ws") && resources.isForClients(port(context))) {
      webSocket(context, request);
    } else {
      plain(context, request, path);
    }
  }

  private void webSocket(ChannelHandlerContext context, FullHttpRequest request) {
    if (!request.method().equals(HttpMethod.GET)
        || !request.protocolVersion().equals(HttpVersion.HTTP_1_1)) {
      refuse(
          context,
          request,
          HttpResponseStatus.BAD_REQUEST,
          "a WebSocket begins with GET, HTTP/1.1");
    } else if (!origins.allows(
        request.headers().get(HttpHeaderNames.ORIGIN),
        request.headers().get(HttpHeaderNames.HOST))) {
      refuse(context, request, HttpResponseStatus.FORBIDDEN, "this origin is not allowed");
    } else if (!isUpgrade(request)) {
      FullHttpResponse response =
          response(
              HttpResponseStatus.UPGRADE_REQUIRED,
              HttpResources.Answer.error(
                  HttpResponseStatus.UPGRADE_REQUIRED, "this is a WebSocket, version 13"));
      response
          .headers()
          .set(HttpHeaderNames.UPGRADE, HttpHeaderValues.WEBSOCKET)
          .set(HttpHeaderNames.SEC_WEBSOCKET_VERSION, "13");
      finish(context, request, response, false);
    } else if (!hasKey(request)) {
      refuse(
          context,
          request,
          HttpResponseStatus.BAD_REQUEST,
          "Sec-WebSocket-Key is missing or no key");
    } else if (!limits.admit(
        context.channel(), address(context), request.headers().getAll("X-Forwarded-For"))) {
      FullHttpResponse response =
          response(
              HttpResponseStatus.SERVICE_UNAVAILABLE,
              HttpResources.Answer.error(
                  HttpResponseStatus.SERVICE_UNAVAILABLE, "too many connections"));
      response.headers().set(HttpHeaderNames.RETRY_AFTER, "10");
      finish(context, request, response, false);
    } else {
      upgrade.upgrade(context, request);
    }
  }

  private static boolean isUpgrade(FullHttpRequest request) {
    return request.headers().containsValue(HttpHeaderNames.CONNECTION, "upgrade", true)
        && request
            .headers()
            .containsValue(HttpHeaderNames.UPGRADE, HttpHeaderValues.WEBSOCKET, true)
        && "13".equals(request.headers().get(HttpHeaderNames.SEC_WEBSOCKET_VERSION));
  }

  private static boolean hasKey(FullHttpRequest request) {
    String key = request.headers().get(HttpHeaderNames.SEC_WEBSOCKET_KEY);
    if (key == null) {
      return false;
    }
    try {
      return Base64.getDecoder().decode(key.strip()).length == KEY_BYTES;
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  private static InetSocketAddress address(ChannelHandlerContext context) {
    return (InetSocketAddress) context.channel().remoteAddress();
  }

  private static int port(ChannelHandlerContext context) {
    return ((InetSocketAddress) context.channel().localAddress()).getPort();
  }

  private void plain(ChannelHandlerContext context, FullHttpRequest request, String path) {
    boolean head = request.method().equals(HttpMethod.HEAD);
    if (!head && !request.method().equals(HttpMethod.GET) && resources.has(path)) {
      FullHttpResponse response =
          response(
              HttpResponseStatus.METHOD_NOT_ALLOWED,
              HttpResources.Answer.error(HttpResponseStatus.METHOD_NOT_ALLOWED, "GET or HEAD"));
      response.headers().set(HttpHeaderNames.ALLOW, "GET, HEAD");
      finish(context, request, response, false);
      return;
    }
    boolean keepAlive = HttpUtil.isKeepAlive(request);
    HttpResources.Request asked =
        new HttpResources.Request(
            path,
            address(context).getAddress(),
            FORWARDED.stream().anyMatch(request.headers()::contains),
            request.headers().get(HttpHeaderNames.HOST),
            port(context));
    // Health asks the database and waits for it, so no answer is made on the event loop.
    Thread unused =
        Thread.ofVirtual()
            .name("http")
            .start(() -> {
              HttpResources.Answer answer = resources.answer(asked);
              context
                  .executor()
                  .execute(
                      () -> write(context, response(answer.status(), answer), head, keepAlive));
            });
  }

  private static FullHttpResponse response(HttpResponseStatus status, HttpResources.Answer answer) {
    ByteBuf body = Unpooled.wrappedBuffer(answer.body());
    FullHttpResponse response = new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, status, body);
    response
        .headers()
        .set(HttpHeaderNames.CONTENT_TYPE, answer.contentType())
        .set(HttpHeaderNames.CONTENT_LENGTH, answer.body().length)
        .set(HttpHeaderNames.CACHE_CONTROL, "no-store")
        .set("X-Content-Type-Options", "nosniff")
        .set("Referrer-Policy", "no-referrer")
        .set("X-Frame-Options", "DENY")
        .set("Cross-Origin-Opener-Policy", "same-origin");
    answer.headers().forEach((name, value) -> response.headers().set(name, value));
    return response;
  }

  private static void refuse(
      ChannelHandlerContext context,
      FullHttpRequest request,
      HttpResponseStatus status,
      String reason) {
    finish(context, request, response(status, HttpResources.Answer.error(status, reason)), false);
  }

  private static void finish(
      ChannelHandlerContext context,
      FullHttpRequest request,
      FullHttpResponse response,
      boolean keepAlive) {
    write(context, response, request.method().equals(HttpMethod.HEAD), keepAlive);
  }

  private static void write(
      ChannelHandlerContext context, FullHttpResponse response, boolean head, boolean keepAlive) {
    if (head) {
      response.content().clear();
    }
    response
        .headers()
        .set(
            HttpHeaderNames.CONNECTION,
            keepAlive ? HttpHeaderValues.KEEP_ALIVE : HttpHeaderValues.CLOSE);
    var written = context.writeAndFlush(response);
    if (!keepAlive) {
      written.addListener(ChannelFutureListener.CLOSE);
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    if (!(cause instanceof IOException)) {
      LOG.log(System.Logger.Level.DEBUG, "a request failed: {0}", cause.toString());
    }
    context.close();
  }
}
