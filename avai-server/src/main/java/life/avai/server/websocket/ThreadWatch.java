package life.avai.server.websocket;

import java.util.UUID;
import java.util.function.BooleanSupplier;
import life.avai.domain.conversation.ConversationEvent;
import life.avai.domain.conversation.ConversationEvent.AssistantTyping;
import life.avai.domain.conversation.ConversationEvent.MessageAdded;
import life.avai.domain.conversation.ConversationEvent.ReplyAbandoned;
import life.avai.domain.conversation.ConversationEvent.ReplyProgress;
import life.avai.domain.conversation.ConversationEvent.ReplyStarted;
import life.avai.domain.conversation.ConversationEvent.ThreadChanged;
import life.avai.domain.conversation.ConversationEvent.ThreadDeleted;
import life.avai.domain.conversation.ConversationEvent.TurnAnswered;
import life.avai.domain.conversation.ConversationEvent.TurnCancelled;
import life.avai.domain.conversation.ConversationEvent.TurnEnded;
import life.avai.domain.conversation.ConversationEvent.TurnFailed;
import life.avai.domain.conversation.ConversationEvent.TurnWaits;
import life.avai.domain.conversation.ConversationEvent.UserTyping;
import life.avai.domain.conversation.ConversationEvents.Subscription;
import life.avai.domain.reply.ReplyStream;
import life.avai.domain.turn.RequestId;
import life.avai.server.wire.ServerFrame;
import life.avai.server.wire.ServerFrames;
import org.jspecify.annotations.Nullable;

/**
 * One socket's place in one thread: how far it is in the events, and in the running reply.
 *
 * <p>Nothing is kept here for the socket but those two places. Event loop only, once it has begun.
 */
final class ThreadWatch {
  /** The largest piece of a reply in one frame, in UTF-16 code units. */
  private static final int PIECE = 16 * 1024;

  private final Subscription subscription;
  private final UUID connection;
  private final BooleanSupplier deltas;

  /** What is at or before this position was sent as history. */
  private final long covered;

  private @Nullable ReplyStream stream;
  private int attempt;
  private int offset;

  /** Whether the socket is still to be told that it has all that was there before. */
  private boolean catchingUp;

  /** The turn for which this socket was told that the assistant types. */
  private @Nullable RequestId typing;

  /** Whether the thread is gone, and nothing more will be told. */
  private boolean over;

  /**
   * A place from which nothing has been sent yet.
   *
   * @param covered the last position that was sent as history; 0 for none
   * @param deltas whether the socket wants replies piece by piece
   * @param attempt with {@code offset}: how far the socket has read the running reply
   * @param typing the turn for which this socket was told that the assistant types, or null
   * @param catchingUp whether to say {@code caught_up} after what there is of the running reply
   */
  ThreadWatch(
      Subscription subscription,
      UUID connection,
      BooleanSupplier deltas,
      long covered,
      @Nullable ReplyStream running,
      int attempt,
      int offset,
      boolean catchingUp,
      @Nullable RequestId typing) {
    this.subscription = subscription;
    this.connection = connection;
    this.deltas = deltas;
    this.covered = covered;
    this.stream = running;
    this.attempt = attempt;
    // A place beyond the end is none of ours; kept as it is, it would hide what is still to come.
    this.offset = running == null ? 0 : Math.min(offset, running.length());
    this.catchingUp = catchingUp;
    this.typing = typing;
  }

  Subscription subscription() {
    return subscription;
  }

  /** The reply that is being written at this place; null when there is none. */
  @Nullable ReplyStream running() {
    return stream;
  }

  /** The turn for which this socket was told that the assistant types; null when there is none. */
  @Nullable RequestId typing() {
    return typing;
  }

  /** Whether the thread is gone. */
  boolean isOver() {
    return over;
  }

  /** Writes what is new, as far as the socket takes it; tells whether anything was written. */
  boolean drainTo(ClientSocket socket) {
    boolean written = false;
    while (!over && socket.isWritable() && socket.isOpen()) {
      if (catchingUp) {
        if (!writePiece(socket)) {
          catchingUp = false;
          socket.write(ServerFrames.caughtUp(subscription.threadId()));
        }
        written = true;
        continue;
      }
      ConversationEvent event = subscription.peek();
      // The end of a reply, or of an attempt at it, is told after its text.
      if ((event == null || isBarrier(event)) && writePiece(socket)) {
        written = true;
        continue;
      }
      if (event == null) {
        break;
      }
      subscription.advance();
      if (event instanceof ThreadDeleted && typing != null) {
        // Typing has an end before anything else is told; no outcome will bring it.
        socket.write(ServerFrames.aiTyping(subscription.threadId(), typing, false));
        typing = null;
        written = true;
      }
      ServerFrame frame = frame(event);
      if (frame != null) {
        socket.write(frame);
        written = true;
      }
    }
    return written;
  }

  private boolean isBarrier(ConversationEvent event) {
    ReplyStream current = stream;
    if (current == null) {
      return false;
    }
    return switch (event) {
      case TurnEnded ended -> ended.requestId().equals(current.requestId());
      case AssistantTyping typed -> !typed.typing() && isWriting(typed.requestId());
      default -> false;
    };
  }

  /** Whether the turn's reply is being written from this place, and its end is still to come. */
  boolean isWriting(RequestId turn) {
    return stream != null && stream.requestId().equals(turn);
  }

  private boolean writePiece(ClientSocket socket) {
    ReplyStream current = stream;
    if (current == null || !deltas.getAsBoolean()) {
      return false;
    }
    ReplyStream.Piece piece = current.read(attempt, offset, PIECE);
    if (piece == null) {
      return false;
    }
    attempt = piece.attempt();
    offset = piece.end();
    socket.write(ServerFrames.delta(subscription.threadId(), current, piece));
    return true;
  }

  private @Nullable ServerFrame frame(ConversationEvent event) {
    return switch (event) {
      case ReplyStarted(var thread, var started) -> {
        stream = started;
        attempt = started.attempt();
        offset = 0;
        yield null;
      }
      case MessageAdded(var thread, var message, var origin) ->
          connection.equals(origin) || message.position() <= covered
              ? null
              : ServerFrames.messageAdded(thread, message);
      case AssistantTyping(var thread, var turn, var isTyping) -> {
        if (!isTyping && !turn.equals(typing)) {
          // This socket came later and was never told that typing had begun.
          yield null;
        }
        typing = isTyping ? turn : null;
        yield ServerFrames.aiTyping(thread, turn, isTyping);
      }
      case ReplyProgress progress -> ServerFrames.aiProgress(progress);
      case ReplyAbandoned(var thread, var turn) -> {
        forget(turn);
        yield null;
      }
      case TurnWaits waits -> ServerFrames.aiUnavailable(waits);
      case TurnAnswered answered -> {
        forget(answered.requestId());
        yield answered.message().position() <= covered ? null : ServerFrames.aiResponse(answered);
      }
      case TurnCancelled cancelled -> {
        forget(cancelled.requestId());
        yield ServerFrames.aiCancelled(cancelled);
      }
      case TurnFailed failed -> {
        forget(failed.requestId());
        yield ServerFrames.aiFailed(failed);
      }
      case UserTyping(var thread, var isTyping, var origin) ->
          connection.equals(origin) ? null : ServerFrames.userTyping(thread, isTyping);
      case ThreadChanged(var thread, var origin) ->
          connection.equals(origin) ? null : ServerFrames.thread("thread_updated", thread);
      case ThreadDeleted(var thread, var origin) -> {
        over = true;
        yield connection.equals(origin) ? null : ServerFrames.threadDeleted(thread);
      }
    };
  }

  private void forget(RequestId turn) {
    if (isWriting(turn)) {
      stream = null;
    }
  }
}
