package life.avai.server.websocket;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import life.avai.domain.conversation.ConversationEvent.TurnAnswered;
import life.avai.domain.conversation.ConversationEvent.TurnCancelled;
import life.avai.domain.conversation.ConversationEvent.TurnEnded;
import life.avai.domain.conversation.ConversationEvent.TurnFailed;
import life.avai.domain.conversation.ConversationEvent.TurnWaits;
import life.avai.domain.conversation.ConversationEvents.Subscription;
import life.avai.domain.conversation.TurnOutcomes;
import life.avai.domain.identity.UserId;
import life.avai.domain.message.HistoryPage;
import life.avai.domain.message.HistoryQuery;
import life.avai.domain.message.HistoryQuery.From;
import life.avai.domain.reply.ReplyStream;
import life.avai.domain.thread.ChatThread;
import life.avai.domain.thread.ThreadId;
import life.avai.domain.turn.RequestId;
import life.avai.domain.turn.TurnSnapshot;
import life.avai.domain.turn.TurnState;
import life.avai.server.wire.ClientFrame;
import life.avai.server.wire.ErrorCode;
import life.avai.server.wire.RequestTag;
import life.avai.server.wire.ServerFrame;
import life.avai.server.wire.ServerFrames;
import org.jspecify.annotations.Nullable;

/**
 * How a connection comes to watch a thread without a gap or a repeat: it first takes its place in
 * the live events, then reads what the store has, and leaves out of the live events what the store
 * gave. Used on the mailbox's thread only.
 */
final class Subscriptions {
  private static final int HISTORY_PAGE = 200;
  private static final Duration STILL_WAITS = Duration.ofSeconds(5);

  private final WebSocketSession session;
  private final Services services;
  private @Nullable Subscription prepared;

  Subscriptions(WebSocketSession session, Services services) {
    this.session = session;
    this.services = services;
  }

  /** Takes a place in a thread's events, unless there is one already; nothing is written yet. */
  void watch(ThreadId thread) {
    if (!session.watches().isWatching(thread)) {
      prepared = session.watches().open(thread);
    }
  }

  /** Begins to write from the place that {@link #watch} took. */
  void begin(ThreadId thread) {
    Subscription subscription = prepared;
    prepared = null;
    if (subscription != null) {
      ThreadId crowdedOut =
          session
              .watches()
              .begin(
                  new ThreadWatch(
                      subscription,
                      session.id(),
                      session::wantsDeltas,
                      0,
                      subscription.runningAtStart(),
                      0,
                      0,
                      false,
                      null));
      if (crowdedOut != null) {
        session.socket().send(ServerFrames.unsubscribed(crowdedOut));
      }
    }
  }

  /**
   * A place in a thread's events from which a subscription begins.
   *
   * @param running the reply that is being written there, or null
   * @param typing the turn for which this socket was told that the assistant types, or null
   */
  private record Place(
      Subscription subscription, @Nullable ReplyStream running, @Nullable RequestId typing) {}

  /** The place that this socket has already, or a new one at the end. */
  private Place place(ThreadId thread) {
    ThreadWatch present = session.watches().take(thread);
    if (present != null) {
      return new Place(present.subscription(), present.running(), present.typing());
    }
    Subscription fresh = session.watches().open(thread);
    return new Place(fresh, fresh.runningAtStart(), null);
  }

  private ThreadWatch watchFrom(
      Place place,
      long covered,
      @Nullable ReplyStream running,
      ClientFrame.@Nullable ReplyOffset from) {
    ClientFrame.ReplyOffset at =
        running != null && from != null && running.messageId().equals(from.messageId())
            ? from
            : null;
    return new ThreadWatch(
        place.subscription(),
        session.id(),
        session::wantsDeltas,
        covered,
        running,
        at == null ? 0 : at.attempt(),
        at == null ? 0 : at.offset(),
        true,
        place.typing());
  }

  /**
   * Answers a {@code subscribe}.
   *
   * @return false when the user has no such thread
   */
  boolean subscribe(UserId user, ClientFrame.Subscribe frame, RequestTag tag) {
    ThreadId thread = frame.threadId();
    if (session.watches().size() >= Watches.MAX_WATCHED && !session.watches().isWatching(thread)) {
      session.refuse(
          ErrorCode.INVALID_MESSAGE,
          "thread_id: expected at most " + Watches.MAX_WATCHED + " watched threads",
          "thread_id",
          tag);
      return true;
    }
    Place place = place(thread);
    boolean begun = false;
    List<TurnSnapshot> unfinished;
    try {
      // Before the history: of a turn that ends in between, the end is told in it or after it.
      unfinished = services.store().unfinished(thread);
      Long after = frame.afterPosition();
      begun =
          after == null
              ? live(user, frame, place, unfinished, tag)
              : caughtUp(user, frame, after, place, unfinished, tag);
    } finally {
      if (!begun) {
        place.subscription().close();
      }
    }
    if (begun) {
      for (TurnSnapshot turn : unfinished) {
        services.turns().await(turn.id(), thread);
      }
    }
    return begun;
  }

  private boolean live(
      UserId user,
      ClientFrame.Subscribe frame,
      Place place,
      List<TurnSnapshot> unfinished,
      RequestTag tag) {
    Optional<ChatThread> thread = services.threads().find(user, frame.threadId());
    if (thread.isEmpty()) {
      return false;
    }
    ReplyStream running = place.running();
    session
        .socket()
        .send(
            ServerFrames.subscribed(
                frame.threadId(), thread.get().messageCount(), running, unfinished),
            tag);
    ThreadId unused = session.watches().begin(watchFrom(place, 0, running, frame.reply()));
    return true;
  }

  private boolean caughtUp(
      UserId user,
      ClientFrame.Subscribe frame,
      long after,
      Place place,
      List<TurnSnapshot> unfinished,
      RequestTag tag) {
    ThreadId thread = frame.threadId();
    Optional<HistoryPage> first = page(user, thread, after);
    if (first.isEmpty()) {
      return false;
    }
    HistoryPage page = first.get();
    // A reply that the history holds already is not running any more, whatever it was a moment ago.
    long covered = page.lastPosition();
    ReplyStream running = place.running();
    if (running != null && isKept(page, running)) {
      running = null;
    }
    session.socket().send(ServerFrames.subscribed(thread, covered, running, unfinished), tag);
    while (true) {
      session.socket().send(ServerFrames.threadHistory(thread, page));
      if (!page.hasMore() || page.messages().isEmpty() || !session.socket().awaitWritable()) {
        break;
      }
      Optional<HistoryPage> next = page(user, thread, page.messages().getLast().position());
      if (next.isEmpty()) {
        break;
      }
      page = next.get();
      covered = page.lastPosition();
      if (running != null && isKept(page, running)) {
        running = null;
      }
    }
    ThreadId unused = session.watches().begin(watchFrom(place, covered, running, frame.reply()));
    return true;
  }

  private Optional<HistoryPage> page(UserId user, ThreadId thread, long after) {
    HistoryQuery query = new HistoryQuery(new From.After(after), HISTORY_PAGE, false);
    return services
        .messages()
        .history(user, thread, query)
        .map(page -> HistoryCut.cut(page, query));
  }

  private static boolean isKept(HistoryPage page, ReplyStream running) {
    return page.messages().stream().anyMatch(message -> message.id().equals(running.messageId()));
  }

  /** Tells this connection alone how a turn stands whose message it has sent once more. */
  void tellAsItStands(TurnSnapshot turn) {
    TurnEnded ended = TurnOutcomes.event(turn);
    switch (ended) {
      case null -> {
        if (turn.state() == TurnState.WAITING && !services.assistant().status().isReachable()) {
          session
              .socket()
              .send(
                  ServerFrames.aiUnavailable(
                      new TurnWaits(
                          turn.threadId(), turn.id(), "the message still waits", STILL_WAITS)));
        }
      }
      case TurnAnswered answered -> tell(answered, ServerFrames.aiResponse(answered));
      case TurnFailed failed -> tell(failed, ServerFrames.aiFailed(failed));
      case TurnCancelled cancelled -> tell(cancelled, ServerFrames.aiCancelled(cancelled));
    }
  }

  private void tell(TurnEnded ended, ServerFrame frame) {
    session.watches().tellOutcome(ended, frame);
  }
}
