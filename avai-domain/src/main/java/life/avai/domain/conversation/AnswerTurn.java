package life.avai.domain.conversation;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.OptionalInt;
import life.avai.domain.Ids;
import life.avai.domain.StoreUnavailableException;
import life.avai.domain.assistant.Assistant;
import life.avai.domain.assistant.AssistantReply;
import life.avai.domain.assistant.AssistantReply.Broken;
import life.avai.domain.assistant.AssistantReply.Completed;
import life.avai.domain.assistant.AssistantReply.Failed;
import life.avai.domain.assistant.AssistantReply.NotAsked;
import life.avai.domain.assistant.AssistantRequest;
import life.avai.domain.assistant.Completion;
import life.avai.domain.conversation.ConversationEvent.ReplyAbandoned;
import life.avai.domain.conversation.ConversationEvent.TurnAnswered;
import life.avai.domain.conversation.ConversationEvent.TurnCancelled;
import life.avai.domain.conversation.ConversationEvent.TurnFailed;
import life.avai.domain.conversation.ConversationEvent.TurnWaits;
import life.avai.domain.conversation.ConversationStore.FinishOutcome;
import life.avai.domain.conversation.ConversationStore.FinishOutcome.Fenced;
import life.avai.domain.conversation.ConversationStore.FinishOutcome.Finished;
import life.avai.domain.message.ContentType;
import life.avai.domain.message.FinishReason;
import life.avai.domain.turn.FailureCode;
import life.avai.domain.turn.Lease;
import life.avai.domain.turn.TurnEnd;
import life.avai.domain.turn.TurnEnd.ReplyDraft;
import life.avai.domain.turn.TurnState;
import org.jspecify.annotations.Nullable;

/**
 * Answers one claimed turn: asks the assistant, streams what it says, keeps the reply, and tells
 * everyone who watches. Blocks until this process is done with the turn: call it on a virtual
 * thread.
 */
final class AnswerTurn {
  private static final System.Logger LOG = System.getLogger(AnswerTurn.class.getName());
  private static final Duration AFTER_FAILURE = Duration.ofSeconds(30);
  private static final Duration STORE_RETRY = Duration.ofMillis(250);
  private static final Duration FIRST_BACKOFF = Duration.ofMillis(200);
  private static final Duration LONGEST_BACKOFF = Duration.ofSeconds(30);
  private static final int MAX_DOUBLINGS = 10;
  private static final int PARTS = 64;

  private final ConversationStore store;
  private final Assistant assistant;
  private final ConversationEvents events;
  private final ContextWindow window;
  private final TurnSettings settings;
  private final Lease lease;
  private final InstantSource clock;
  private final Ids ids;

  AnswerTurn(
      ConversationStore store,
      Assistant assistant,
      ConversationEvents events,
      ContextWindow window,
      TurnSettings settings,
      Lease lease,
      InstantSource clock,
      Ids ids) {
    this.store = requireNonNull(store, "store");
    this.assistant = requireNonNull(assistant, "assistant");
    this.events = requireNonNull(events, "events");
    this.window = requireNonNull(window, "window");
    this.settings = requireNonNull(settings, "settings");
    this.lease = requireNonNull(lease, "lease");
    this.clock = requireNonNull(clock, "clock");
    this.ids = requireNonNull(ids, "ids");
  }

  /** How this process left a turn. */
  record Left(TurnState state, boolean moreWaiting) {}

  /** Works on the turn until it has its outcome, is given back, or belongs to somebody else. */
  Left handle(RunningTurn running, TurnProgress progress) {
    if (running.stopped() == RunningTurn.Stop.LEASE_LOST) {
      return lost(progress);
    }
    if (running.turn().cancelRequested()) {
      return finishCancelled(running, progress);
    }
    if (running.turn().tries() >= settings.attempts()) {
      // Servers died over it as often as it may be begun.
      return finishFailed(
          running,
          progress,
          FailureCode.CANISTER_ERROR,
          TurnOutcomes.reason(FailureCode.CANISTER_ERROR),
          AFTER_FAILURE);
    }
    progress.begin();
    Instant deadline = clock.instant().plus(settings.timeout());
    int tries = running.turn().tries();
    while (true) {
      AssistantReply reply;
      try {
        AssistantRequest request = request(running, progress, deadline);
        progress.asking(request.estimatedTokens());
        reply =
            running.interruptibly(() -> {
              running.asking();
              return assistant.reply(request, progress);
            });
      } catch (InterruptedException e) {
        return stopped(running, progress);
      }
      switch (reply) {
        case Completed(var completion) -> {
          return finishAnswered(running, progress, completion);
        }
        case Failed(var code, var reason, var retryAfter) -> {
          return finishFailed(running, progress, code, reason, retryAfter);
        }
        case NotAsked(var reason, var retryAfter) -> {
          return giveBack(running, progress, reason, retryAfter);
        }
        case Broken(var reason, var retryAfter) -> {
          tries++;
          // Without the reason: it may be the model's own words, and quote what was said.
          LOG.log(
              System.Logger.Level.INFO,
              "attempt lost thread={0} request={1} attempt={2}",
              progress.threadId(),
              running.turn().id(),
              progress.attempt());
          if (tries >= settings.attempts()) {
            return finishFailed(
                running, progress, FailureCode.CANISTER_ERROR, reason, AFTER_FAILURE);
          }
          Duration pause = beforeNextAttempt(running, tries, retryAfter);
          Duration left = Duration.between(clock.instant(), deadline);
          boolean inTime = pause.compareTo(left) < 0;
          if (running.pause(inTime ? pause : left)) {
            return stopped(running, progress);
          }
          if (!inTime) {
            FailureCode code = FailureCode.TIMEOUT;
            return finishFailed(running, progress, code, TurnOutcomes.reason(code), AFTER_FAILURE);
          }
          OptionalInt next = beginAttempt(running, progress);
          if (next.isEmpty()) {
            return lost(progress);
          }
          progress.lost();
          progress.restart(next.getAsInt());
        }
      }
    }
  }

  private AssistantRequest request(RunningTurn running, TurnProgress progress, Instant deadline) {
    Instant now = clock.instant();
    Duration left = Duration.between(now, deadline);
    Duration atLeast = Duration.ofMillis(1);
    return window.request(
        running.turn(), progress.attempt(), now, left.compareTo(atLeast) < 0 ? atLeast : left);
  }

  private OptionalInt beginAttempt(RunningTurn running, TurnProgress progress) {
    while (true) {
      try {
        return store.beginAttempt(running.turn().id(), lease, progress.attempt());
      } catch (StoreUnavailableException e) {
        if (!running.pauseBetweenWrites(STORE_RETRY)) {
          return OptionalInt.empty();
        }
      }
    }
  }

  private Left stopped(RunningTurn running, TurnProgress progress) {
    RunningTurn.Stop why = running.stopped();
    if (why == null) {
      // Interrupted by nobody of ours: the process is going down.
      return giveBack(running, progress, "the server is shutting down", Duration.ZERO);
    }
    return switch (why) {
      case CANCEL -> finishCancelled(running, progress);
      case HAND_OVER -> giveBack(running, progress, "the server is shutting down", Duration.ZERO);
      case LEASE_LOST -> lost(progress);
    };
  }

  private Left finishAnswered(RunningTurn running, TurnProgress progress, Completion completion) {
    if (progress.isEmpty()) {
      // It came whole: nothing was streamed that it could replace.
      progress.delta(completion.text());
    }
    progress.answered(completion);
    // The whole text wins over what was streamed, under a number of its own.
    boolean replaces = !progress.textIs(completion.text());
    int kept = progress.attempt() + (replaces ? 1 : 0);
    ReplyDraft draft =
        new ReplyDraft(
            progress.messageId(),
            completion.text(),
            ContentType.MARKDOWN,
            completion.tokenCount(),
            completion.model(),
            completion.confidence(),
            completion.processingTime(),
            completion.metadata(),
            FinishReason.COMPLETE);
    return switch (finish(running, progress, kept, new TurnEnd.Result.Answered(draft))) {
      case Fenced() -> lost(progress);
      case Finished(var message, var moreWaiting) -> {
        if (replaces) {
          // Not before the number is ours: another server may have begun another text under it.
          progress.restart(kept);
          progress.delta(completion.text());
        }
        progress.end();
        events.publish(
            new TurnAnswered(
                progress.threadId(),
                running.turn().id(),
                progress.attempt(),
                requireNonNull(message, "a completed turn has a reply")));
        yield new Left(TurnState.COMPLETED, moreWaiting);
      }
    };
  }

  private Left finishCancelled(RunningTurn running, TurnProgress progress) {
    String text = progress.content();
    @Nullable ReplyDraft partial =
        text.isEmpty()
            ? null
            : new ReplyDraft(
                progress.messageId(),
                text,
                ContentType.MARKDOWN,
                null,
                null,
                null,
                null,
                null,
                FinishReason.CANCELLED);
    TurnEnd.Result cancelled = new TurnEnd.Result.Cancelled(partial);
    return switch (finish(running, progress, progress.attempt(), cancelled)) {
      case Fenced() -> lost(progress);
      case Finished(var message, var moreWaiting) -> {
        progress.end();
        events.publish(new TurnCancelled(progress.threadId(), running.turn().id(), message));
        yield new Left(TurnState.CANCELLED, moreWaiting);
      }
    };
  }

  Left finishFailed(
      RunningTurn running,
      TurnProgress progress,
      FailureCode code,
      String reason,
      Duration retryAfter) {
    progress.failure(code);
    TurnEnd.Result failed = new TurnEnd.Result.Failed(code);
    return switch (finish(running, progress, progress.attempt(), failed)) {
      case Fenced() -> lost(progress);
      case Finished(var ignored, var moreWaiting) -> {
        progress.end();
        events.publish(
            new TurnFailed(progress.threadId(), running.turn().id(), code, reason, retryAfter));
        yield new Left(TurnState.FAILED, moreWaiting);
      }
    };
  }

  /**
   * An outcome that was reached is kept trying for until it is durable or somebody else has the
   * turn.
   */
  private FinishOutcome finish(
      RunningTurn running, TurnProgress progress, int finalAttempt, TurnEnd.Result result) {
    TurnEnd end =
        new TurnEnd(
            running.turn().id(),
            lease.owner(),
            progress.attempt(),
            finalAttempt,
            clock.instant(),
            result,
            progress.usage());
    while (true) {
      try {
        return store.finish(end);
      } catch (StoreUnavailableException e) {
        if (!running.pauseBetweenWrites(STORE_RETRY)) {
          return new Fenced();
        }
      }
    }
  }

  /**
   * The turn waits again.
   *
   * @param retryAfter a guess for people; it is taken up as soon as somebody can answer
   */
  private Left giveBack(
      RunningTurn running, TurnProgress progress, String reason, Duration retryAfter) {
    boolean ours;
    try {
      ours = store.giveBack(running.turn().id(), lease.owner(), progress.attempt(), Duration.ZERO);
    } catch (StoreUnavailableException e) {
      // The lease will run out, and then the turn is anybody's.
      ours = true;
    }
    if (!ours) {
      return lost(progress);
    }
    progress.end();
    events.publish(new ReplyAbandoned(progress.threadId(), running.turn().id()));
    events.publish(new TurnWaits(progress.threadId(), running.turn().id(), reason, retryAfter));
    return new Left(TurnState.WAITING, false);
  }

  private Left lost(TurnProgress progress) {
    progress.end();
    events.publish(new ReplyAbandoned(progress.threadId(), progress.requestId()));
    return new Left(TurnState.RUNNING, false);
  }

  /**
   * Longer with every attempt, and never shorter than what was asked for. Turns that were lost
   * together come back one after another: each waits for its own part of the time.
   */
  private static Duration beforeNextAttempt(RunningTurn running, int tries, Duration retryAfter) {
    Duration bound = FIRST_BACKOFF.multipliedBy(1L << Math.min(tries - 1, MAX_DOUBLINGS));
    int part = Math.floorMod(running.turn().id().hashCode(), PARTS);
    Duration own = bound.multipliedBy(PARTS + part).dividedBy(2L * PARTS);
    Duration wanted = own.compareTo(retryAfter) < 0 ? retryAfter : own;
    return wanted.compareTo(LONGEST_BACKOFF) < 0 ? wanted : LONGEST_BACKOFF;
  }

  /** What watchers see of a turn that is being answered here. */
  TurnProgress progressOf(RunningTurn running) {
    return new TurnProgress(running.turn(), running.origin(), ids, events, clock, window::estimate);
  }
}
