package life.avai.server.websocket;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import life.avai.domain.conversation.ConversationEvent.UserTyping;
import life.avai.domain.conversation.Regenerate;
import life.avai.domain.conversation.SendMessage;
import life.avai.domain.identity.Authenticate;
import life.avai.domain.identity.Caller;
import life.avai.domain.identity.SessionToken;
import life.avai.domain.identity.UserId;
import life.avai.domain.message.HistoryPage;
import life.avai.domain.message.HistoryQuery;
import life.avai.domain.message.Message;
import life.avai.domain.ratelimit.RateLimiter.Decision.Refused;
import life.avai.domain.thread.ChatThread;
import life.avai.domain.thread.ThreadId;
import life.avai.server.wire.ClientFrame;
import life.avai.server.wire.ErrorCode;
import life.avai.server.wire.RequestTag;
import life.avai.server.wire.ServerFrames;
import org.jspecify.annotations.Nullable;

/** Does what one connection's frames ask, and answers each exactly once. */
final class FrameHandler {
  /** What a conflict shows of what was missed: the rest is for {@code get_history}. */
  private static final int MISSED_AT_MOST = 100;

  private static final Duration SIGN_IN_RETRY = Duration.ofSeconds(5);

  private final WebSocketSession session;
  private final Services services;
  private final Subscriptions subscriptions;
  private final OwnThread ownThread;

  FrameHandler(WebSocketSession session, Services services) {
    this.session = session;
    this.services = services;
    this.subscriptions = new Subscriptions(session, services);
    this.ownThread =
        new OwnThread(
            (user, thread) -> services.threads().find(user, thread).isPresent(), services.clock());
  }

  void handle(ClientFrame frame, RequestTag tag) {
    if (frame.needsAuthentication() && session.isTokenOver()) {
      session.refuse(ErrorCode.AUTH_EXPIRED, "the token has ended; authenticate again", null, tag);
      return;
    }
    switch (frame) {
      case ClientFrame.Authenticate authenticate -> authenticate(authenticate, tag);
      case ClientFrame.Ping(var answerType) ->
          session.socket().send(ServerFrames.pong(answerType, services.clock().instant()), tag);
      case ClientFrame.GetAiStatus() -> {
        session.statusAsked();
        services.status().tell(status -> session.socket().send(status, tag));
      }
      case ClientFrame.SendMessage message -> send(message, tag);
      case ClientFrame.Cancel(var thread, var turn) ->
          orNotFound(
              services.cancelTurns().handle(user(), thread, turn),
              tag,
              ended -> session.socket().sendBehindNews(ServerFrames.cancelAck(thread, ended), tag));
      case ClientFrame.Regenerate(var thread) -> regenerate(thread, tag);
      case ClientFrame.Typing typing -> typing(typing, tag);
      case ClientFrame.CreateThread(var title, var description) ->
          session
              .socket()
              .send(
                  ServerFrames.thread(
                      "thread_created",
                      services.manageThreads().create(user(), title, description)),
                  tag);
      case ClientFrame.GetThreads(var limit, var before, var archived) ->
          session
              .socket()
              .send(
                  ServerFrames.threadsList(
                      services.threads().list(user(), limit, before, archived)),
                  tag);
      case ClientFrame.GetHistory(var thread, var query) ->
          orNotFound(
              services.messages().history(user(), thread, query),
              tag,
              page ->
                  session
                      .socket()
                      .send(ServerFrames.threadHistory(thread, HistoryCut.cut(page, query)), tag));
      case ClientFrame.UpdateThread update -> update(update, tag);
      case ClientFrame.DeleteThread(var thread) -> delete(thread, tag);
      case ClientFrame.ExportData() ->
          session.socket().send(ServerFrames.exportReady(services.exportData().offer(user())), tag);
      case ClientFrame.DeleteAccount() -> deleteAccount(tag);
      case ClientFrame.Subscribe subscribe -> {
        if (!subscriptions.subscribe(user(), subscribe, tag)) {
          notFound(tag);
        }
      }
      case ClientFrame.Unsubscribe(var thread) -> {
        session.watches().end(thread);
        session.socket().send(ServerFrames.unsubscribed(thread), tag);
      }
    }
  }

  private Caller caller() {
    return requireNonNull(session.caller(), "checked before the frame was handled");
  }

  private UserId user() {
    return caller().userId();
  }

  private void notFound(RequestTag tag) {
    session.refuse(ErrorCode.THREAD_NOT_FOUND, "no such thread", "thread_id", tag);
  }

  /** Not now; and who asks all the same again and again is sent away. */
  private void rateLimited(String message, Duration retryAfter, RequestTag tag) {
    session.error(ErrorCode.RATE_LIMITED, message, retryAfter, tag);
    session.costs(1);
  }

  private <T> void orNotFound(Optional<T> found, RequestTag tag, Consumer<T> answer) {
    found.ifPresentOrElse(answer, () -> notFound(tag));
  }

  private void authenticate(ClientFrame.Authenticate frame, RequestTag tag) {
    Caller before = session.caller();
    // Who is here anonymously already need not show it again, neither to stay nor to sign in.
    SessionToken shown =
        frame.sessionToken() == null
            ? session.anonymousSession()
            : SessionToken.presented(frame.sessionToken());
    if (frame.token() == null
        && shown == null
        && before == null
        && services.newGuests().tryAcquire(session.client()) instanceof Refused(var retryAfter)) {
      rateLimited("too many new users from this address", retryAfter, tag);
      return;
    }
    Authenticate.Outcome outcome =
        services.authenticate().handle(new Authenticate.Command(frame.token(), shown, before));
    switch (outcome) {
      case Authenticate.Outcome.Refused(var reason) -> session.authenticationFailed(reason, tag);
      case Authenticate.Outcome.TryAgain(var reason) ->
          session.socket().send(ServerFrames.signInUndecided(reason, SIGN_IN_RETRY, tag), tag);
      case Authenticate.Outcome.Anonymous(var caller, var secret) -> {
        if (session.authenticated(caller, null, secret, null, tag)) {
          session.setDeltas(frame.deltas());
          session.socket().send(ServerFrames.anonymous(caller, secret), tag);
        }
      }
      case Authenticate.Outcome.SignedIn(
              var caller,
              var expiresAt,
              var providerSession,
              var claimedFrom) -> {
        if (before != null
            && !before.userId().equals(caller.userId())
            && !before.userId().equals(claimedFrom)) {
          // What was watched as somebody else is no longer this connection's to see.
          session.watches().endAll(false);
        }
        if (session.authenticated(caller, expiresAt, null, providerSession, tag)) {
          session.setDeltas(frame.deltas());
          session.socket().send(ServerFrames.signedIn(caller, expiresAt, providerSession), tag);
        }
        if (claimedFrom != null) {
          session.registry().endAll(claimedFrom, session, "the anonymous session was claimed");
        }
        endIfEnded(caller, providerSession);
      }
    }
  }

  /**
   * What the provider ended while its token was looked at may not have found this connection: from
   * here on it can be found, so a look is enough.
   */
  private void endIfEnded(Caller.SignedIn caller, @Nullable String providerSession) {
    if (services.revocations().isSubjectEnded(caller.subject())) {
      var unused = services.deleteAccount().handle(caller.userId());
      session.endAuthentication("the account was deleted");
    } else if (services.revocations().isEnded(caller.subject(), providerSession)) {
      session.endAuthentication("signed out");
    }
  }

  private void deleteAccount(RequestTag tag) {
    UserId user = user();
    var unused = services.deleteAccount().handle(user);
    session.watches().endAll(false);
    session.endDeleted(ServerFrames.accountDeleted(), tag);
    session.registry().endDeleted(user);
  }

  /** Whether the server goes down; then the answer has been given. */
  private boolean refusedBecauseClosing(RequestTag tag) {
    if (session.registry().isClosing()) {
      session.error(
          ErrorCode.SHUTTING_DOWN,
          "the server is shutting down; send again elsewhere",
          Duration.ofSeconds(2),
          tag);
      return true;
    }
    return false;
  }

  private void send(ClientFrame.SendMessage frame, RequestTag tag) {
    if (refusedBecauseClosing(tag)) {
      return;
    }
    SendMessage.Outcome outcome =
        services
            .sendMessage()
            .handle(
                new SendMessage.Command(
                    caller(),
                    frame.threadId(),
                    frame.content(),
                    frame.contentType(),
                    frame.clientMessageId(),
                    frame.expectedPosition(),
                    frame.whileBusy(),
                    session.id()),
                accepted -> acknowledge(frame, accepted, tag));
    switch (outcome) {
      case SendMessage.Outcome.Accepted ignored -> {}
      case SendMessage.Outcome.InvalidContent(var problem) ->
          throw session.codec().contentProblem(problem);
      case SendMessage.Outcome.RateLimited(var retryAfter) ->
          rateLimited("too many messages", retryAfter, tag);
      case SendMessage.Outcome.ThreadNotFound() -> notFound(tag);
      case SendMessage.Outcome.Conflict(var position) -> conflict(frame, position, tag);
      case SendMessage.Outcome.IdempotencyConflict() ->
          session.refuse(
              ErrorCode.IDEMPOTENCY_CONFLICT,
              "this client_message_id was used for another message",
              "client_message_id",
              tag);
      case SendMessage.Outcome.Busy() ->
          session.error(
              ErrorCode.BUSY, "the thread has unfinished turns", Duration.ofSeconds(1), tag);
    }
  }

  /**
   * After the commit, before anything of the turn is told: the order in which the client sees it.
   */
  private void acknowledge(
      ClientFrame.SendMessage frame, SendMessage.Outcome.Accepted accepted, RequestTag tag) {
    ThreadId thread = accepted.receipt().threadId();
    subscriptions.watch(thread);
    session
        .socket()
        .send(
            ServerFrames.messageSent(
                accepted.receipt(), clientMessageId(frame, tag), accepted.earlier() != null),
            tag);
    services.edgeEvents().messageKept(session.acknowledged(accepted.receipt().requestId(), thread));
    if (accepted.earlier() != null) {
      subscriptions.tellAsItStands(accepted.earlier());
    }
    subscriptions.begin(thread);
  }

  /** As the client wrote it, so that it finds its message again. */
  private static @Nullable String clientMessageId(ClientFrame.SendMessage frame, RequestTag tag) {
    if (frame.clientMessageId() == null) {
      return null;
    }
    return tag.clientMessageId() == null ? tag.messageId() : tag.clientMessageId();
  }

  private void conflict(ClientFrame.SendMessage frame, long position, RequestTag tag) {
    List<Message> missed = new ArrayList<>();
    ThreadId thread = frame.threadId();
    Long expected = frame.expectedPosition();
    if (thread != null && expected != null && expected < position) {
      services
          .messages()
          .history(
              user(),
              thread,
              new HistoryQuery(new HistoryQuery.From.After(expected), MISSED_AT_MOST, false))
          .map(HistoryPage::messages)
          .ifPresent(missed::addAll);
    }
    services.edgeEvents().refused(ErrorCode.CONFLICT);
    session
        .socket()
        .send(
            ServerFrames.error(
                ErrorCode.CONFLICT,
                "the thread has moved on",
                "expected_position",
                null,
                tag,
                ServerFrames.conflict(position, missed)),
            tag);
  }

  private void regenerate(ThreadId thread, RequestTag tag) {
    if (refusedBecauseClosing(tag)) {
      return;
    }
    Regenerate.Outcome outcome =
        services
            .regenerate()
            .handle(
                caller(),
                thread,
                session.id(),
                regenerating -> {
                  subscriptions.watch(thread);
                  session.socket().send(ServerFrames.regenerateAck(thread, regenerating), tag);
                  services
                      .edgeEvents()
                      .regenerating(session.acknowledged(regenerating.requestId(), thread));
                  subscriptions.begin(thread);
                });
    switch (outcome) {
      case Regenerate.Outcome.Accepted() -> {}
      case Regenerate.Outcome.RateLimited(var retryAfter) ->
          rateLimited("too many messages", retryAfter, tag);
      case Regenerate.Outcome.ThreadNotFound() -> notFound(tag);
      case Regenerate.Outcome.Busy() ->
          session.error(
              ErrorCode.BUSY, "the thread has unfinished turns", Duration.ofSeconds(1), tag);
      case Regenerate.Outcome.NothingToAnswer() ->
          session.refuse(
              ErrorCode.INVALID_MESSAGE,
              "thread_id: expected a thread with a message to answer",
              "thread_id",
              tag);
    }
  }

  private void typing(ClientFrame.Typing frame, RequestTag tag) {
    // A thread that this socket watches is its user's; only others must be looked up.
    if (!session.watches().isWatching(frame.threadId())
        && !ownThread.isOf(user(), frame.threadId())) {
      notFound(tag);
      return;
    }
    services.events().publish(new UserTyping(frame.threadId(), frame.typing(), session.id()));
    session
        .socket()
        .send(
            ServerFrames.typingConfirmed(frame.answerType(), frame.threadId(), frame.typing()),
            tag);
  }

  private void update(ClientFrame.UpdateThread frame, RequestTag tag) {
    Optional<ChatThread> changed =
        services.manageThreads().change(user(), frame.threadId(), frame.change(), session.id());
    orNotFound(
        changed,
        tag,
        thread ->
            session
                .socket()
                .send(
                    frame.answerType().equals("thread_archived")
                        ? ServerFrames.threadArchived(thread)
                        : ServerFrames.thread(frame.answerType(), thread),
                    tag));
  }

  private void delete(ThreadId thread, RequestTag tag) {
    ownThread.forget();
    if (services.manageThreads().delete(user(), thread, session.id())) {
      session.socket().send(ServerFrames.threadDeleted(thread), tag);
    } else {
      notFound(tag);
    }
  }
}
