package life.avai.domain.conversation;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.UUID;
import java.util.function.ToIntFunction;
import life.avai.domain.Ids;
import life.avai.domain.assistant.Completion;
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
import life.avai.domain.turn.TurnUsage;
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
  private final @Nullable UUID origin;
  private final ToIntFunction<String> estimate;
  private final Instant begun;
  private final Duration waited;
  private boolean typing;
  private volatile @Nullable Instant firstDelta;
  private @Nullable String model;
  private @Nullable Integer counted;
  private @Nullable String whole;
  private @Nullable FailureCode failure;
  private int promptTokens;
  private int lostTokens;
  private boolean asked;

  /**
   * Nothing has come yet.
   *
   * @param origin the connection that the turn was asked on; null when it is not known
   * @param estimate of the tokens of a text
   */
  TurnProgress(
      ClaimedTurn turn,
      @Nullable UUID origin,
      Ids ids,
      ConversationEvents events,
      InstantSource clock,
      ToIntFunction<String> estimate) {
    this.requestId = turn.id();
    this.threadId = turn.context().question().threadId();
    this.origin = origin;
    this.events = events;
    this.clock = clock;
    this.estimate = estimate;
    this.stream = new ReplyStream(turn.id(), new MessageId(ids.next()), turn.attempt());
    this.begun = clock.instant();
    // A turn may be younger than its question: one that answers it anew.
    Instant made = turn.id().madeAt().orElse(turn.context().question().createdAt());
    Duration since = Duration.between(made, begun);
    this.waited = since.isNegative() ? Duration.ZERO : since;
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

  /** The model is asked once more. */
  void asking(int tokens) {
    asked = true;
    promptTokens += tokens;
  }

  /** What has come counts for nothing, but was written all the same. */
  void lost() {
    lostTokens += estimate.applyAsInt(content());
  }

  /** The model has said all, and what it counted. */
  void answered(Completion completion) {
    model = completion.model();
    counted = completion.tokenCount();
    whole = completion.text();
  }

  /** What the turn has cost so far; null when nobody was asked. */
  @Nullable TurnUsage usage() {
    if (!asked) {
      return null;
    }
    Integer reported = counted;
    String text = whole == null ? content() : whole;
    int written = reported == null ? estimate.applyAsInt(text) : reported;
    Instant first = firstDelta;
    return new TurnUsage(
        model,
        promptTokens,
        lostTokens + written,
        reported != null,
        first == null ? null : since(first),
        since(clock.instant()));
  }

  /** A clock that was set back makes no negative times. */
  private Duration since(Instant moment) {
    Duration time = Duration.between(begun, moment);
    return time.isNegative() ? Duration.ZERO : time;
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
        origin,
        stream.attempt(),
        model,
        waited,
        Duration.between(begun, clock.instant()),
        first == null ? null : Duration.between(begun, first),
        stream.length(),
        usage());
  }
}
