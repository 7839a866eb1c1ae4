package life.avai.domain.conversation;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import life.avai.domain.Ids;
import life.avai.domain.assistant.TokenEstimator;
import life.avai.domain.conversation.ConversationEvent.MessageAdded;
import life.avai.domain.conversation.ConversationEvent.TurnFailed;
import life.avai.domain.conversation.MessageDraft.Target;
import life.avai.domain.conversation.SaveOutcome.Receipt;
import life.avai.domain.identity.Caller;
import life.avai.domain.message.ContentRules;
import life.avai.domain.message.ContentType;
import life.avai.domain.message.Message.UserMessage;
import life.avai.domain.message.MessageId;
import life.avai.domain.ratelimit.RateLimiter;
import life.avai.domain.ratelimit.RateLimiter.Decision.Refused;
import life.avai.domain.thread.ThreadId;
import life.avai.domain.thread.ThreadTitle;
import life.avai.domain.turn.FailureCode;
import life.avai.domain.turn.RequestId;
import life.avai.domain.turn.TurnSnapshot;
import life.avai.domain.turn.TurnState;
import org.jspecify.annotations.Nullable;

/** Keeps a user's message and sees to its turn. Blocks for one commit. */
public final class SendMessage {
  private final RateLimiter rateLimiter;
  private final ContentRules rules;
  private final TokenEstimator tokens;
  private final ConversationStore store;
  private final ConversationEvents events;
  private final TurnDispatcher turns;
  private final CancelTurns cancelTurns;
  private final TurnSettings settings;
  private final InstantSource clock;
  private final Ids ids;

  public SendMessage(
      RateLimiter rateLimiter,
      ContentRules rules,
      TokenEstimator tokens,
      ConversationStore store,
      ConversationEvents events,
      TurnDispatcher turns,
      CancelTurns cancelTurns,
      TurnSettings settings,
      InstantSource clock,
      Ids ids) {
    this.rateLimiter = requireNonNull(rateLimiter, "rateLimiter");
    this.rules = requireNonNull(rules, "rules");
    this.tokens = requireNonNull(tokens, "tokens");
    this.store = requireNonNull(store, "store");
    this.events = requireNonNull(events, "events");
    this.turns = requireNonNull(turns, "turns");
    this.cancelTurns = requireNonNull(cancelTurns, "cancelTurns");
    this.settings = requireNonNull(settings, "settings");
    this.clock = requireNonNull(clock, "clock");
    this.ids = requireNonNull(ids, "ids");
  }

  /**
   * What a user wants to send.
   *
   * @param thread the thread to send it into; null for a new one
   * @param origin the connection that it came by; null when there is none
   */
  public record Command(
      Caller author,
      @Nullable ThreadId thread,
      String content,
      ContentType contentType,
      @Nullable UUID clientMessageId,
      @Nullable Long expectedPosition,
      WhileBusy whileBusy,
      @Nullable UUID origin) {}

  /** What came of it. */
  public sealed interface Outcome {
    /**
     * The message is durable, now or since it was first sent.
     *
     * @param earlier how the turn stands when this was a repeat; null when it was not
     */
    record Accepted(Receipt receipt, @Nullable TurnSnapshot earlier) implements Outcome {}

    record InvalidContent(ContentRules.Problem problem) implements Outcome {}

    /** Too many messages; nothing was kept. */
    record RateLimited(Duration retryAfter) implements Outcome {}

    record ThreadNotFound() implements Outcome {}

    /** The thread has moved on to this position; nothing was kept. */
    record Conflict(long position) implements Outcome {}

    record IdempotencyConflict() implements Outcome {}

    record Busy() implements Outcome {}
  }

  /** Hears of an accepted message after the commit and before anything of its turn is told. */
  @FunctionalInterface
  public interface Acknowledgement {
    void accepted(Outcome.Accepted accepted);
  }

  /**
   * Checks, keeps, acknowledges, and begins to answer.
   *
   * @throws life.avai.domain.StoreUnavailableException when it is not known whether the message was
   *     kept; sending it again with the same client message id finds out
   */
  public Outcome handle(Command command, Acknowledgement acknowledgement) {
    ContentRules.Problem problem = rules.check(command.content());
    if (problem != null) {
      return new Outcome.InvalidContent(problem);
    }
    if (rateLimiter.tryAcquire(command.author()) instanceof Refused(var retryAfter)) {
      return new Outcome.RateLimited(retryAfter);
    }
    MessageDraft draft = draft(command);
    try (Tellings.Telling telling = turns.tellings().before(draft.requestId())) {
      return switch (save(command, draft)) {
        case SaveOutcome.Saved saved -> accept(command, draft, saved, acknowledgement, telling);
        case SaveOutcome.Duplicate(var receipt, var turn) -> {
          Outcome.Accepted accepted = new Outcome.Accepted(receipt, turn);
          acknowledgement.accepted(accepted);
          if (!turn.state().isTerminal()) {
            turns.await(turn.id(), turn.threadId());
          }
          yield accepted;
        }
        case SaveOutcome.ThreadNotFound() -> new Outcome.ThreadNotFound();
        case SaveOutcome.Conflict(var position) -> new Outcome.Conflict(position);
        case SaveOutcome.IdempotencyConflict() -> new Outcome.IdempotencyConflict();
        case SaveOutcome.Busy() -> new Outcome.Busy();
      };
    }
  }

  /**
   * Saves. An interrupting message that finds its thread full of unfinished turns makes room: the
   * newest of them waits, and was to end because of this message anyway.
   */
  private SaveOutcome save(Command command, MessageDraft draft) {
    SaveOutcome outcome = store.save(draft);
    ThreadId thread = command.thread();
    if (thread == null
        || command.whileBusy() != WhileBusy.INTERRUPT
        || !(outcome instanceof SaveOutcome.Busy)) {
      return outcome;
    }
    List<TurnSnapshot> unfinished = store.unfinished(thread);
    if (!unfinished.isEmpty()) {
      Optional<List<RequestId>> unused =
          cancelTurns.handle(command.author().userId(), thread, unfinished.getLast().id());
    }
    return store.save(draft);
  }

  private MessageDraft draft(Command command) {
    Instant now = clock.instant().truncatedTo(ChronoUnit.MILLIS);
    ThreadId thread = command.thread();
    Target target =
        thread == null
            ? new Target.New(new ThreadId(ids.next()), ThreadTitle.ofFirstWords(command.content()))
            : new Target.Existing(thread);
    return new MessageDraft(
        new MessageId(ids.next()),
        new RequestId(ids.next()),
        target,
        command.author().userId(),
        command.content(),
        command.contentType(),
        tokens.estimate(command.content()),
        command.clientMessageId(),
        command.expectedPosition(),
        command.whileBusy(),
        turns.turnStart(),
        settings.expiry(),
        now);
  }

  private Outcome accept(
      Command command,
      MessageDraft draft,
      SaveOutcome.Saved saved,
      Acknowledgement acknowledgement,
      Tellings.Telling telling) {
    Receipt receipt = saved.receipt();
    Outcome.Accepted accepted = new Outcome.Accepted(receipt, null);
    try {
      events.publish(
          new MessageAdded(receipt.threadId(), message(draft, receipt), command.origin()));
      acknowledgement.accepted(accepted);
      if (saved.turn() == null) {
        tellWhyNotRunning(draft.start(), receipt);
      }
    } finally {
      // The message is durable, so its turn begins even if nobody could be told.
      begin(draft.start(), saved, command.origin());
      telling.close();
    }
    if (command.whileBusy() == WhileBusy.INTERRUPT && saved.turn() == null) {
      cancelTurns.interrupt(command.author().userId(), receipt.threadId(), receipt.requestId());
    }
    return accepted;
  }

  private void tellWhyNotRunning(TurnStart start, Receipt receipt) {
    switch (start) {
      case TurnStart.FailDisabled() ->
          refused(TurnOutcomes.disabled(receipt.threadId(), receipt.requestId()));
      case TurnStart.Wait() -> {
        Duration retryAfter = turns.backlog().refuseIfHopeless(receipt.requestId());
        if (retryAfter == null) {
          events.publish(turns.backlog().waits(receipt.threadId(), receipt.requestId()));
        } else {
          refused(
              new TurnFailed(
                  receipt.threadId(),
                  receipt.requestId(),
                  FailureCode.OVERLOADED,
                  TurnOutcomes.reason(FailureCode.OVERLOADED),
                  retryAfter));
        }
      }
      case TurnStart.RunNow ignored -> {
        // It stands behind an earlier turn of its thread.
      }
    }
  }

  private void refused(TurnFailed failed) {
    events.publish(failed);
    turns.endedWaiting(failed.requestId(), failed.threadId(), TurnState.FAILED, failed.code());
  }

  private void begin(TurnStart start, SaveOutcome.Saved saved, @Nullable UUID origin) {
    Receipt receipt = saved.receipt();
    if (saved.turn() != null) {
      turns.run(saved.turn(), origin);
    } else if (!(start instanceof TurnStart.FailDisabled)) {
      turns.await(receipt.requestId(), receipt.threadId());
      if (start instanceof TurnStart.Wait) {
        turns.claimSoon();
      }
    }
  }

  private static UserMessage message(MessageDraft draft, Receipt receipt) {
    return new UserMessage(
        receipt.messageId(),
        receipt.threadId(),
        receipt.position(),
        draft.author(),
        draft.content(),
        draft.contentType(),
        draft.tokenCount(),
        draft.clientMessageId(),
        receipt.savedAt());
  }
}
