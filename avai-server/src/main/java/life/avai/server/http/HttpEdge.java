package life.avai.server.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.TooLongHttpContentException;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.AsciiString;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Base64;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.TimeUnit;
import life.avai.server.websocket.WebSocketUpgrade;
import org.jspecify.annotations.Nullable;

/**
 * The first thing that a connection meets: plain requests are answered, and those for a WebSocket
 * are checked and upgraded. Nothing here blocks; what must, runs elsewhere and answers later.
 */
public final class HttpEdge extends SimpleChannelInboundHandler<FullHttpRequest> {
  private static final System.Logger LOG = System.getLogger(HttpEdge.class.getName());
  private static final int KEY_BYTES = 16;

  private static final List<String> FORWARDED =
      List.of("Forwarded", "X-Forwarded-For", "X-Real-IP");
  private static final int MAX_PIPELINED = 16;

  /** Of these a proxy might have looked at another one than we. */
  private static final List<AsciiString> ONCE =
      List.of(
          HttpHeaderNames.ORIGIN,
          HttpHeaderNames.SEC_WEBSOCKET_KEY,
          HttpHeaderNames.SEC_WEBSOCKET_VERSION);

  /** How long a peer that we have refused is listened to, so that it sees the answer. */
  private static final Duration LINGER = Duration.ofSeconds(2);

  private final Rules rules;
  private final HttpResources resources;
  private final @Nullable WebSocketUpgrade upgrade;
  private final List<Endpoint> endpoints;
  private final RequestDeadline deadline;
  // Event loop only. Requests that came before the one ahead of them was answered.
  private final Queue<FullHttpRequest> pipelined = new ArrayDeque<>(0);
  private boolean answering;

  /**
   * Who is let in.
   *
   * @param handshakeTimeout how long a connection may take for a whole request
   * @param slowReaderTimeout how long it may take nothing of what is streamed to it
   * @param refused hears of pages that are not
   */
  public record Rules(
      OriginPolicy origins,
      HostPolicy hosts,
      ConnectionLimits limits,
      Duration handshakeTimeout,
      Duration slowReaderTimeout,
      RefusedOrigins refused) {
    public Rules(
        OriginPolicy origins,
        HostPolicy hosts,
        ConnectionLimits limits,
        Duration handshakeTimeout,
        Duration slowReaderTimeout) {
      this(origins, hosts, limits, handshakeTimeout, slowReaderTimeout, new RefusedOrigins());
    }
  }

  /**
   * Made once for each connection.
   *
   * @param upgrade null where there are no WebSockets
   * @param endpoints what there is besides them and what there is to get
   */
  public HttpEdge(
      Rules rules,
      HttpResources resources,
      @Nullable WebSocketUpgrade upgrade,
      List<Endpoint> endpoints) {
    this.rules = rules;
    this.endpoints = endpoints;
    this.resources = resources;
    this.upgrade = upgrade;
    this.deadline = new RequestDeadline(rules.handshakeTimeout());
  }

  @Override
  public void handlerAdded(ChannelHandlerContext context) {
    deadline.start(context);
  }

  @Override
  public void handlerRemoved(ChannelHandlerContext context) {
    deadline.stop();
    pipelined.forEach(FullHttpRequest::release);
    pipelined.clear();
  }

  @Override
  protected void channelRead0(ChannelHandlerContext context, FullHttpRequest request) {
    if (!answering) {
      answer(context, request);
    } else if (pipelined.size() < MAX_PIPELINED) {
      pipelined.add(request.retain());
    } else {
      context.close();
    }
  }

  private void answer(ChannelHandlerContext context, FullHttpRequest request) {
    answering = true;
    deadline.stop();
    if (request.decoderResult().isFailure()) {
      lingering(
          context,
          refusal(
              statusOf(request.decoderResult().cause()),
              "the request is no proper HTTP, or too large"));
      return;
    }
    switch (RequestTarget.of(request)) {
      case RequestTarget.Refused(var status, var reason) ->
          refuse(context, request, status, reason);
      case RequestTarget.Path(var path) -> {
        if (rules
            .hosts()
            .allows(
                request.headers().get(HttpHeaderNames.HOST),
                local(context),
                remote(context).getAddress())) {
          answer(context, request, path);
        } else {
          refuse(context, request, HttpResponseStatus.FORBIDDEN, "this host is not served here");
        }
      }
    }
  }

  private static HttpResponseStatus statusOf(@Nullable Throwable failure) {
    return switch (failure) {
      case TooLongHttpHeaderException ignored -> HttpResponseStatus.REQUEST_HEADER_FIELDS_TOO_LARGE;
      case TooLongHttpContentException ignored -> HttpResponseStatus.REQUEST_ENTITY_TOO_LARGE;
      case null, default -> HttpResponseStatus.BAD_REQUEST;
    };
  }

  private void answer(ChannelHandlerContext context, FullHttpRequest request, String path) {
    if (path.equals("/ws") && upgrade != null) {
      webSocket(context, request, upgrade);
      return;
    }
    for (Endpoint endpoint : endpoints) {
      if (endpoint.isAt(path)) {
        call(context, request, endpoint, path);
        return;
      }
    }
    plain(context, request, path);
  }

  private void call(
      ChannelHandlerContext context, FullHttpRequest request, Endpoint endpoint, String path) {
    Endpoint.Call call =
        new Endpoint.Call(
            request.method(),
            path,
            request.headers(),
            ByteBufUtil.getBytes(request.content()),
            rules.limits().client(remote(context), forwardedFor(request)));
    boolean head = request.method().equals(HttpMethod.HEAD);
    boolean keepAlive = HttpUtil.isKeepAlive(request);
    HttpVersion version = request.protocolVersion();
    Thread unused =
        Thread.ofVirtual()
            .name("http")
            .start(() -> {
              switch (reply(endpoint, call)) {
                case Endpoint.Reply.Whole(var answer) ->
                    context
                        .executor()
                        .execute(() ->
                            write(context, response(answer.status(), answer), head, keepAlive));
                case Endpoint.Reply.Streamed streamed -> stream(context, version, streamed);
              }
            });
  }

  private static Endpoint.Reply reply(Endpoint endpoint, Endpoint.Call call) {
    try {
      return endpoint.answer(call);
    } catch (RuntimeException e) {
      // The path may hold a secret.
      LOG.log(System.Logger.Level.ERROR, "no answer by " + endpoint.getClass().getSimpleName(), e);
      return Endpoint.Reply.error(
          HttpResponseStatus.INTERNAL_SERVER_ERROR, "something went wrong here");
    }
  }

  /**
   * On a virtual thread. The connection ends with it, so that nothing stands behind half a body.
   */
  private void stream(
      ChannelHandlerContext context, HttpVersion version, Endpoint.Reply.Streamed streamed) {
    HttpResponse response = new DefaultHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.OK);
    secure(response.headers())
        .set(HttpHeaderNames.CONTENT_TYPE, streamed.contentType())
        .set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
    if (!version.equals(HttpVersion.HTTP_1_0)) { // Which knows no chunks: the end of it is the end.
      response.headers().set(HttpHeaderNames.TRANSFER_ENCODING, HttpHeaderValues.CHUNKED);
    }
    streamed.headers().forEach((name, value) -> response.headers().set(name, value));
    try (ResponseBody body = new ResponseBody(context.channel(), rules.slowReaderTimeout())) {
      context.channel().writeAndFlush(response, context.channel().voidPromise());
      streamed.body().writeTo(body);
      body.finish();
    } catch (IOException | RuntimeException e) {
      LOG.log(System.Logger.Level.DEBUG, "a body was cut off: {0}", e.toString());
    } finally {
      context.close();
    }
  }

  private void webSocket(
      ChannelHandlerContext context, FullHttpRequest request, WebSocketUpgrade upgrade) {
    String origin = request.headers().get(HttpHeaderNames.ORIGIN);
    if (!request.method().equals(HttpMethod.GET)
        || !request.protocolVersion().equals(HttpVersion.HTTP_1_1)) {
      refuse(
          context,
          request,
          HttpResponseStatus.BAD_REQUEST,
          "a WebSocket begins with GET, HTTP/1.1");
    } else if (!pipelined.isEmpty()) {
      // Frames, perhaps, and read as requests: they cannot be told from them before the upgrade.
      refuse(
          context,
          request,
          HttpResponseStatus.BAD_REQUEST,
          "nothing may stand behind an upgrade that has not been answered");
    } else if (ONCE.stream().anyMatch(name -> request.headers().getAll(name).size() > 1)) {
      refuse(
          context,
          request,
          HttpResponseStatus.BAD_REQUEST,
          "a header that must be there once is there twice");
    } else if (!rules.origins().allows(origin, request.headers().get(HttpHeaderNames.HOST))) {
      rules.refused().refused(String.valueOf(origin));
      refuse(context, request, HttpResponseStatus.FORBIDDEN, "this origin is not allowed");
    } else if (!isUpgrade(request)) {
      FullHttpResponse response =
          refusal(HttpResponseStatus.UPGRADE_REQUIRED, "this is a WebSocket, version 13");
      response
          .headers()
          .set(HttpHeaderNames.UPGRADE, HttpHeaderValues.WEBSOCKET)
          .set(HttpHeaderNames.SEC_WEBSOCKET_VERSION, "13");
      finish(context, request, response);
    } else if (!hasKey(request)) {
      refuse(
          context,
          request,
          HttpResponseStatus.BAD_REQUEST,
          "Sec-WebSocket-Key is missing or no key");
    } else {
      rules
          .limits()
          .admit(context.channel(), rules.limits().client(remote(context), forwardedFor(request)))
          .ifPresentOrElse(
              client -> upgrade.upgrade(context, request, client),
              () -> turnAway(context, request, upgrade));
    }
  }

  private void turnAway(
      ChannelHandlerContext context, FullHttpRequest request, WebSocketUpgrade upgrade) {
    upgrade.turnedAway();
    FullHttpResponse response =
        refusal(HttpResponseStatus.SERVICE_UNAVAILABLE, "too many connections");
    response.headers().set(HttpHeaderNames.RETRY_AFTER, "10");
    finish(context, request, response);
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

  private static List<String> forwardedFor(FullHttpRequest request) {
    return request.headers().getAll("X-Forwarded-For");
  }

  private static InetSocketAddress remote(ChannelHandlerContext context) {
    return (InetSocketAddress) context.channel().remoteAddress();
  }

  private static InetSocketAddress local(ChannelHandlerContext context) {
    return (InetSocketAddress) context.channel().localAddress();
  }

  private void plain(ChannelHandlerContext context, FullHttpRequest request, String path) {
    boolean head = request.method().equals(HttpMethod.HEAD);
    boolean reading = head || request.method().equals(HttpMethod.GET);
    boolean keepAlive = reading && HttpUtil.isKeepAlive(request);
    HttpResources.Request asked =
        new HttpResources.Request(
            path,
            isLocal(context, request),
            local(context).getPort(),
            request.headers().get(HttpHeaderNames.IF_NONE_MATCH),
            request.headers().get(HttpHeaderNames.AUTHORIZATION));
    // Health asks the database and waits for it, and files are read, so no answer is made on the
    // event loop.
    Thread unused =
        Thread.ofVirtual()
            .name("http")
            .start(() -> {
              HttpResources.Answer answer = answerTo(asked, reading);
              context
                  .executor()
                  .execute(
                      () -> write(context, response(answer.status(), answer), head, keepAlive));
            });
  }

  private HttpResources.Answer answerTo(HttpResources.Request asked, boolean reading) {
    try {
      return reading || !resources.has(asked.path())
          ? resources.answer(asked)
          : HttpResources.Answer.notAllowed("GET, HEAD");
    } catch (RuntimeException e) {
      LOG.log(System.Logger.Level.ERROR, "no answer to GET " + asked.path(), e);
      return HttpResources.Answer.error(
          HttpResponseStatus.INTERNAL_SERVER_ERROR, "something went wrong here");
    }
  }

  /** Whether somebody on this machine asks for themselves, and not a proxy, or a page elsewhere. */
  private static boolean isLocal(ChannelHandlerContext context, FullHttpRequest request) {
    return remote(context).getAddress().isLoopbackAddress()
        && FORWARDED.stream().noneMatch(request.headers()::contains)
        && HostPolicy.isLocal(request.headers().get(HttpHeaderNames.HOST));
  }

  private static FullHttpResponse response(HttpResponseStatus status, HttpResources.Answer answer) {
    ByteBuf body = Unpooled.wrappedBuffer(answer.body());
    FullHttpResponse response = new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, status, body);
    secure(response.headers());
    if (!answer.contentType().isEmpty()) {
      response.headers().set(HttpHeaderNames.CONTENT_TYPE, answer.contentType());
    }
    if (status.code() != HttpResponseStatus.NOT_MODIFIED.code()) {
      response.headers().set(HttpHeaderNames.CONTENT_LENGTH, answer.body().length);
    }
    answer.headers().forEach((name, value) -> response.headers().set(name, value));
    return response;
  }

  private static HttpHeaders secure(HttpHeaders headers) {
    return headers
        .set(HttpHeaderNames.CACHE_CONTROL, "no-store")
        .set("X-Content-Type-Options", "nosniff")
        .set("Referrer-Policy", "no-referrer")
        .set("X-Frame-Options", "DENY")
        .set("Cross-Origin-Opener-Policy", "same-origin");
  }

  private static FullHttpResponse refusal(HttpResponseStatus status, String reason) {
    return response(status, HttpResources.Answer.error(status, reason));
  }

  private void refuse(
      ChannelHandlerContext context,
      FullHttpRequest request,
      HttpResponseStatus status,
      String reason) {
    finish(context, request, refusal(status, reason));
  }

  private void finish(
      ChannelHandlerContext context, FullHttpRequest request, FullHttpResponse response) {
    write(context, response, request.method().equals(HttpMethod.HEAD), false);
  }

  private void write(
      ChannelHandlerContext context, FullHttpResponse response, boolean head, boolean keepAlive) {
    if (head) {
      response.content().clear();
    }
    response
        .headers()
        .set(
            HttpHeaderNames.CONNECTION,
            keepAlive ? HttpHeaderValues.KEEP_ALIVE : HttpHeaderValues.CLOSE);
    deadline.start(context);
    var written = context.writeAndFlush(response);
    if (keepAlive) {
      written.addListener(done -> next(context));
    } else {
      written.addListener(ChannelFutureListener.CLOSE);
    }
  }

  /** The next request may be there already. */
  private void next(ChannelHandlerContext context) {
    answering = false;
    FullHttpRequest waiting = pipelined.poll();
    if (waiting != null) {
      try {
        answer(context, waiting);
      } finally {
        waiting.release();
      }
    }
  }

  /**
   * Refuses somebody who may still be sending. Closed at once, with bytes unread, the connection
   * would be reset, and the answer lost.
   */
  private static void lingering(ChannelHandlerContext context, FullHttpResponse response) {
    response.headers().set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
    var written = context.writeAndFlush(response);
    if (context.pipeline().get(SslHandler.class) != null
        || !(context.channel() instanceof DuplexChannel channel)) {
      written.addListener(ChannelFutureListener.CLOSE);
      return;
    }
    written.addListener(done -> channel.shutdownOutput());
    context
        .executor()
        .schedule(
            () -> {
              context.close();
            },
            LINGER.toMillis(),
            TimeUnit.MILLISECONDS);
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    if (!(cause instanceof IOException)) {
      LOG.log(System.Logger.Level.DEBUG, "a request failed: {0}", cause.toString());
    }
    context.close();
  }
}
