package life.avai.server.websocket;

import io.netty.channel.Channel;
import java.net.InetAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import life.avai.domain.StoreUnavailableException;
import life.avai.domain.identity.Caller;
import life.avai.domain.identity.SessionToken;
import life.avai.domain.thread.ThreadId;
import life.avai.domain.turn.RequestId;
import life.avai.server.wire.ClientCodec;
import life.avai.server.wire.ErrorCode;
import life.avai.server.wire.InvalidFrameException;
import life.avai.server.wire.RequestTag;
import life.avai.server.wire.ServerFrame;
import life.avai.server.wire.ServerFrames;
import org.jspecify.annotations.Nullable;

/**
 * One client's connection: who it is, what it watches, and its deadlines.
 *
 * <p>Frames are handled one after the other on a virtual thread; what is watched is written by the
 * event loop.
 */
public final class WebSocketSession implements Receiver {
  private static final System.Logger LOG = System.getLogger(WebSocketSession.class.getName());

  /** Errors that a peer may cause in a burst, and then how many a second. */
  private static final int ERRORS_AT_ONCE = 100;

  private static final double ERRORS_PER_SECOND = 2;
  private static final int COST_OF_FAILED_AUTHENTICATION = 5;

  /** A frame of up to this many characters costs one of the connection's requests. */
  private static final int FREE_LENGTH = 1_024;

  private final UUID id;
  private final ClientSocket socket;
  private final InetAddress client;
  private final Services services;
  private final SessionRegistry registry;
  private final EdgeLimits limits;
  private final ClientCodec codec;
  private final Mailbox mailbox;
  private final Watches watches;
  private final FrameHandler handler;
  private final String version;
  private final Consumer<Channel> whenAuthenticated;
  private final Allowance requests;
  private final long openedNanos;

  // Only for the thread that handles frames.
  private long handledSinceNanos;

  private volatile @Nullable Caller caller;
  private volatile @Nullable SessionToken anonymousSession;
  private volatile @Nullable Instant tokenEnds;
  private volatile @Nullable String providerSession;
  private volatile @Nullable Allowance errors;
  private volatile boolean deltas = true;
  private volatile boolean statusAsked;
  private volatile boolean renewalAsked;
  private volatile long lastFrameNanos;
  private volatile long lastReadNanos;
  private volatile long lastPingNanos;
  private volatile long unwritableSinceNanos;

  WebSocketSession(
      UUID id,
      ClientSocket socket,
      InetAddress client,
      Services services,
      SessionRegistry registry,
      EdgeLimits limits,
      ClientCodec codec,
      String version,
      Consumer<Channel> whenAuthenticated,
      long nowNanos) {
    this.id = id;
    this.socket = socket;
    this.client = client;
    this.services = services;
    this.registry = registry;
    this.limits = limits;
    this.codec = codec;
    this.watches = new Watches(socket, services.events());
    this.handler = new FrameHandler(this, services);
    this.mailbox = new Mailbox(this::handle, this::setReading, socket.channel().eventLoop());
    this.version = version;
    this.whenAuthenticated = whenAuthenticated;
    this.requests =
        new Allowance(limits.requestsPerMinute(), limits.requestsPerMinute() / 60.0, nowNanos);
    this.openedNanos = nowNanos;
    this.lastFrameNanos = nowNanos;
    this.lastReadNanos = nowNanos;
    this.lastPingNanos = nowNanos;
  }

  /** The connection's id, as {@code welcome} tells it. */
  public UUID id() {
    return id;
  }

  ClientSocket socket() {
    return socket;
  }

  /** Where it comes from: what counts as one client. */
  InetAddress client() {
    return client;
  }

  Watches watches() {
    return watches;
  }

  SessionRegistry registry() {
    return registry;
  }

  ClientCodec codec() {
    return codec;
  }

  @Nullable Caller caller() {
    return caller;
  }

  /** The secret of whoever is here anonymously; null for everybody else. */
  @Nullable SessionToken anonymousSession() {
    return anonymousSession;
  }

  /** The identity provider's session that the token was of; null when there is none. */
  @Nullable String providerSession() {
    return providerSession;
  }

  /** What the frame that is being handled asked for was acknowledged. */
  EdgeEvents.Acknowledged acknowledged(RequestId turn, ThreadId thread) {
    Duration after = Duration.ofNanos(Math.max(0, System.nanoTime() - handledSinceNanos));
    return new EdgeEvents.Acknowledged(turn, thread, id, after);
  }

  /** What nobody has looked at yet, in UTF-16 code units: for metrics. */
  int unreadCharacters() {
    return mailbox.characters();
  }

  boolean wantsDeltas() {
    return deltas;
  }

  /** From now on, also in what is watched already; null changes nothing. */
  void setDeltas(@Nullable Boolean wanted) {
    if (wanted != null) {
      deltas = wanted;
      socket.wake();
    }
  }

  /** From now on this connection is told whenever the assistant's state changes. */
  void statusAsked() {
    statusAsked = true;
  }

  @Override
  public void opened() {
    socket.send(
        ServerFrames.welcome(
            id,
            version,
            limits.heartbeat(),
            limits.content().maxCodePoints(),
            limits.maxFrameBytes()));
  }

  @Override
  public void text(String text) {
    long now = System.nanoTime();
    lastFrameNanos = now;
    mailbox.offer(text, now);
  }

  @Override
  public void sawLife() {
    lastReadNanos = System.nanoTime();
  }

  @Override
  public void writabilityChanged() {
    if (socket.isWritable()) {
      unwritableSinceNanos = 0;
      socket.writeAll();
    } else {
      unwritableSinceNanos = Math.max(1, System.nanoTime());
    }
    socket.writabilityChanged();
  }

  @Override
  public void closed() {
    registry.remove(this);
    Caller was = caller;
    if (was != null) {
      registry.unassign(was.userId(), this);
    }
    mailbox.close();
    watches.endAll(true);
    socket.writabilityChanged();
  }

  private void setReading(boolean on) {
    socket.channel().config().setAutoRead(on);
  }

  /** Looks at one frame. On the mailbox's virtual thread. */
  private void handle(String text, long arrivedNanos) {
    handledSinceNanos = arrivedNanos;
    if (!socket.awaitWritable()) {
      return;
    }
    RequestTag tag = RequestTag.NONE;
    int answers = socket.answers();
    try {
      ClientCodec.Received received;
      try {
        received = codec.read(text);
      } catch (InvalidFrameException e) {
        tag = codec.tagOf(text);
        throw e;
      }
      tag = received.tag();
      if (!payFor(received, text.length())) {
        error(ErrorCode.RATE_LIMITED, "too many requests", Duration.ofSeconds(1), tag);
        costs(1);
        return;
      }
      if (caller == null && received.isKnown() && !received.isForEverybody()) {
        throw new InvalidFrameException(ErrorCode.AUTH_REQUIRED, null, "authenticate first");
      }
      handler.handle(received.frame(), tag);
    } catch (InvalidFrameException e) {
      refuse(e.code(), e.explanation(), e.field(), tag);
    } catch (StoreUnavailableException e) {
      LOG.log(
          System.Logger.Level.WARNING,
          "store unavailable connection={0} cause={1}",
          id,
          e.getMessage());
      failed(
          answers,
          ErrorCode.STORE_UNAVAILABLE,
          "the store cannot be reached; try again",
          CloseCode.OVERLOAD,
          tag);
    } catch (RuntimeException | Error e) {
      LOG.log(System.Logger.Level.ERROR, "handling a frame failed, connection=" + id, e);
      failed(answers, ErrorCode.INTERNAL, "something went wrong here", CloseCode.INTERNAL, tag);
    }
  }

  /**
   * A request that was answered is not answered again. Something that should have followed is
   * missing: whoever is sent away and comes back asks for it.
   */
  private void failed(
      int answersBefore, ErrorCode code, String message, CloseCode close, RequestTag tag) {
    if (socket.answers() == answersBefore) {
      error(code, message, Duration.ofSeconds(1), tag);
    } else {
      socket.close(close);
    }
  }

  /**
   * Takes what a frame costs from the connection's budget; messages have a limit of their own. The
   * larger a frame is, the more it costs, whatever there is in it.
   */
  private boolean payFor(ClientCodec.Received frame, int length) {
    return frame.isMessage() || requests.take(1 + length / FREE_LENGTH, System.nanoTime());
  }

  /** An error that the peer has caused; too many of them end the connection. */
  void refuse(ErrorCode code, String message, @Nullable String field, RequestTag tag) {
    services.edgeEvents().refused(code);
    socket.send(ServerFrames.error(code, message, field, null, tag, out -> {}), tag);
    costs(1);
  }

  /** An error with a time after which the same may succeed. */
  void error(ErrorCode code, String message, @Nullable Duration retryAfter, RequestTag tag) {
    services.edgeEvents().refused(code);
    socket.send(ServerFrames.error(code, message, null, retryAfter, tag, out -> {}), tag);
  }

  /** Authentication has failed: guessing is expensive. */
  void authenticationFailed(String message, RequestTag tag) {
    services.edgeEvents().refused(ErrorCode.AUTH_FAILED);
    socket.send(
        ServerFrames.error(ErrorCode.AUTH_FAILED, message, null, null, tag, out -> {}), tag);
    costs(COST_OF_FAILED_AUTHENTICATION);
  }

  /** Counts an error against the peer. */
  void costs(int amount) {
    Allowance allowance = errors;
    if (allowance == null) {
      allowance = new Allowance(ERRORS_AT_ONCE, ERRORS_PER_SECOND, System.nanoTime());
      errors = allowance;
    }
    if (!allowance.take(amount, System.nanoTime())) {
      // What the peer has sent ahead is not looked at any more.
      mailbox.close();
      socket.fail(CloseCode.POLICY);
    }
  }

  /**
   * Gives the connection to a user.
   *
   * @param ends when the token ends; null when there is none
   * @param session the secret of an anonymous user; null for one who has signed in
   * @param ofProvider the identity provider's session; null for none
   * @return false when the user has too many connections: then it is being closed
   */
  boolean authenticated(
      Caller user,
      @Nullable Instant ends,
      @Nullable SessionToken session,
      @Nullable String ofProvider,
      RequestTag tag) {
    Caller was = caller;
    if (was == null || !was.userId().equals(user.userId())) {
      if (!registry.assign(user.userId(), this)) {
        error(
            ErrorCode.TOO_MANY_CONNECTIONS,
            "this user has too many connections",
            Duration.ofSeconds(30),
            tag);
        socket.close(CloseCode.TOO_MANY_SOCKETS);
        return false;
      }
      if (was != null) {
        registry.unassign(was.userId(), this);
      }
    }
    caller = user;
    anonymousSession = session;
    providerSession = ofProvider;
    whenAuthenticated.accept(socket.channel());
    tokenEnds = ends;
    renewalAsked = false;
    if (!socket.isOpen()) {
      // Closed while it was being authenticated: nobody else would give the place back.
      registry.unassign(user.userId(), this);
    }
    return true;
  }

  /** Whether the token is over: then nothing is done for the connection but renewing. */
  boolean isTokenOver() {
    Instant ends = tokenEnds;
    return ends != null && !services.clock().instant().isBefore(ends.plus(TOKEN_SKEW));
  }

  private static final Duration TOKEN_SKEW = Duration.ofSeconds(5);

  /** Sends a frame that nobody asked for. */
  void tell(ServerFrame frame) {
    socket.send(frame);
  }

  void tellStatusIfAsked(ServerFrame status) {
    if (statusAsked) {
      socket.send(status);
    }
  }

  /** The user is no longer who they were: says why, and closes. */
  void endAuthentication(String why) {
    socket.send(ServerFrames.error(ErrorCode.AUTH_EXPIRED, why));
    socket.close(CloseCode.AUTHENTICATION_ENDED);
  }

  /** The user was deleted because this connection asked: it is nobody's now, and closed. */
  void endDeleted(ServerFrame last, RequestTag tag) {
    Caller was = caller;
    caller = null;
    if (was != null) {
      registry.unassign(was.userId(), this);
    }
    socket.send(last, tag);
    socket.close(CloseCode.NORMAL);
  }

  void close(CloseCode why) {
    socket.close(why);
  }

  /**
   * Looks whether a deadline has passed. Called a few times a second, on one thread; makes next to
   * no garbage while nothing has, because there are many idle connections.
   */
  void checkDeadlines(long now) {
    if (caller == null && passed(now - openedNanos, limits.authTimeout())) {
      socket.close(CloseCode.NOT_AUTHENTICATED);
      return;
    }
    long unwritableSince = unwritableSinceNanos;
    if (unwritableSince != 0 && passed(now - unwritableSince, limits.slowReaderTimeout())) {
      socket.close(CloseCode.SLOW_READER);
      return;
    }
    if (passed(now - lastFrameNanos, limits.idleTimeout())) {
      socket.close(CloseCode.NORMAL);
      return;
    }
    checkLife(now);
    checkToken();
  }

  private void checkLife(long now) {
    if (passed((now - lastReadNanos) / 3, limits.heartbeat())) {
      // Two pings went unanswered: nobody is there any more.
      socket.channel().close();
    } else if (passed(now - lastReadNanos, limits.heartbeat())
        && passed(now - lastPingNanos, limits.heartbeat())) {
      lastPingNanos = now;
      socket.ping();
    }
  }

  private void checkToken() {
    Instant ends = tokenEnds;
    if (ends == null) {
      return;
    }
    Instant now = services.clock().instant();
    if (now.isBefore(ends)) {
      return;
    }
    if (!now.isBefore(ends.plus(TOKEN_SKEW).plus(EdgeLimits.RENEWAL_GRACE))) {
      socket.close(CloseCode.AUTHENTICATION_ENDED);
    } else if (!now.isBefore(ends.plus(TOKEN_SKEW)) && !renewalAsked) {
      renewalAsked = true;
      socket.send(
          ServerFrames.error(
              ErrorCode.AUTH_EXPIRED,
              "the token has ended; authenticate again within "
                  + EdgeLimits.RENEWAL_GRACE.toSeconds()
                  + " seconds"));
    }
  }

  private static boolean passed(long nanos, Duration limit) {
    return nanos > TimeUnit.MILLISECONDS.toNanos(limit.toMillis());
  }
}
