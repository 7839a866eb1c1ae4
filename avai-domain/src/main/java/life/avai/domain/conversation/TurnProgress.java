package life.avai.domain.conversation;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import life.avai.domain.Ids;
import life.avai.domain.assistant.ReplySink;
import life.avai.domain.conversation.ConversationEvent.AssistantTyping;
import life.avai.domain.conversation.ConversationEvent.ReplyProgress;
import life.avai.domain.conversation.ConversationEvent.ReplyStarted;
import life.avai.domain.message.MessageId;
import life.avai.domain.reply.ReplyStream;
import life.avai.domain.thread.ThreadId;
import life.avai.domain.turn.ClaimedTurn;
import life.avai.domain.turn.FailureCode;
import life.avai.domain.turn.RequestId;
import life.avai.domain.turn.TurnState;
import org.jspecify.annotations.Nullable;

/**
 * A turn's reply while it is written here: the stream that watchers read, and the numbers for the
 * log.
 *
 * <p>Used by the turn's thread and, as the assistant's sink, by one other at a time.
 */
final class TurnProgress implements ReplySink {
  private final RequestId requestId;
  private final ThreadId threadId;
  private final ConversationEvents events;
  private final InstantSource clock;
  private final ReplyStream stream;
  private final Instant begun;
  private boolean typing;
  private volatile @Nullable Instant firstDelta;
  private @Nullable String model;
  private @Nullable FailureCode failure;

  TurnProgress(ClaimedTurn turn, Ids ids, ConversationEvents events, InstantSource clock) {
    this.requestId = turn.id();
    this.threadId = turn.context().question().threadId();
    this.events = events;
    this.clock = clock;
    this.stream = new ReplyStream(turn.id(), new MessageId(ids.next()), turn.attempt());
    this.begun = clock.instant();
  }

  RequestId requestId() {
    return requestId;
  }

  ThreadId threadId() {
    return threadId;
  }

  MessageId messageId() {
    return stream.messageId();
  }

  int attempt() {
    return stream.attempt();
  }

  String content() {
    return stream.content();
  }

  boolean isEmpty() {
    return stream.length() == 0;
  }

  boolean textIs(String whole) {
    return stream.contentEquals(whole);
  }

  void begin() {
    events.publish(new ReplyStarted(threadId, stream));
    events.publish(new AssistantTyping(threadId, requestId, true));
    typing = true;
  }

  /** Typing has an end before anything else is told. */
  void end() {
    if (typing) {
      typing = false;
      events.publish(new AssistantTyping(threadId, requestId, false));
    }
  }

  void restart(int attempt) {
    stream.restart(attempt);
  }

  void model(@Nullable String name) {
    model = name;
  }

  void failure(FailureCode code) {
    failure = code;
  }

  @Override
  public void delta(String text) {
    if (firstDelta == null) {
      firstDelta = clock.instant();
    }
    stream.append(text);
  }

  @Override
  public void progress(@Nullable String step, @Nullable Double percentage) {
    events.publish(new ReplyProgress(threadId, requestId, step, percentage));
  }

  TurnListener.Summary summary(TurnState state) {
    Instant first = firstDelta;
    return new TurnListener.Summary(
        requestId,
        threadId,
        state,
        failure,
        stream.attempt(),
        model,
        Duration.between(begun, clock.instant()),
        first == null ? null : Duration.between(begun, first),
        stream.length());
  }
}
