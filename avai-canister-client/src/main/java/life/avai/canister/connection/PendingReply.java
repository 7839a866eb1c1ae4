package life.avai.canister.connection;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import life.avai.canister.CanisterCalls;
import life.avai.canister.CanisterSettings;
import life.avai.canister.wire.CanisterFrame;
import life.avai.canister.wire.Repair;
import life.avai.domain.assistant.AssistantReply;
import life.avai.domain.assistant.AssistantRequest;
import life.avai.domain.assistant.ReplySink;
import life.avai.domain.turn.FailureCode;
import org.jspecify.annotations.Nullable;

/**
 * One question that was put on one connection, until its one outcome.
 *
 * <p>Frames come on the connection's event loop; whoever asked may give up on any thread, and then
 * the sink gets nothing more.
 */
final class PendingReply {
  private static final int PROGRESS_AT_ONCE = 20;
  private static final int PROGRESS_PER_SECOND = 10;

  private final AssistantRequest request;
  private final ReplySink sink;
  private final CanisterSettings settings;
  private final CompletionReader completions;
  private final int permit;
  private final CanisterCalls.Call call;
  private final long askedNanos;
  private final CompletableFuture<AssistantReply> outcome = new CompletableFuture<>();
  private final CompletableFuture<Boolean> text = new CompletableFuture<>();
  private final Repair repair = new Repair();
  private final Allowance progress;

  // Guarded by this.
  private boolean over;
  private boolean heard;
  private boolean begun;
  private long nextSequence;
  private int characters;
  private long lastHeardNanos;
  private int replacedAtTheEnd;
  private int replacedReported;

  /**
   * A question that is being put.
   *
   * @param permit the circuit's
   * @param call told of its story
   */
  PendingReply(
      AssistantRequest request,
      ReplySink sink,
      CanisterSettings settings,
      CompletionReader completions,
      int permit,
      CanisterCalls.Call call,
      long nowNanos) {
    this.request = request;
    this.sink = sink;
    this.settings = settings;
    this.completions = completions;
    this.permit = permit;
    this.call = call;
    this.askedNanos = nowNanos;
    this.lastHeardNanos = nowNanos;
    this.progress = new Allowance(PROGRESS_PER_SECOND, PROGRESS_AT_ONCE, nowNanos);
  }

  AssistantRequest request() {
    return request;
  }

  String id() {
    return request.requestId().toString();
  }

  int permit() {
    return permit;
  }

  CanisterCalls.Call call() {
    return call;
  }

  /** Completes last of all, when the connection has forgotten the question. */
  CompletableFuture<AssistantReply> outcome() {
    return outcome;
  }

  /** Completes with the first piece of text, or with the outcome if there was none. */
  CompletableFuture<Boolean> text() {
    return text;
  }

  Duration since(long nowNanos) {
    return Duration.ofNanos(nowNanos - askedNanos);
  }

  /** What a frame led to. */
  sealed interface Effect {
    /** The question goes on. */
    record GoesOn() implements Effect {}

    /** The question goes on, and the frame was a sign of life and no more. */
    record Nothing() implements Effect {}

    /** The first piece of text has come. */
    record Begun() implements Effect {}

    /** The frame was of no use. */
    record Dropped(String reason) implements Effect {}

    /** There is an outcome. */
    record Ended(End end) implements Effect {}
  }

  /**
   * How a question ended.
   *
   * @param label for metrics
   * @param early whether the canister should be told to stop
   * @param verdict what it says of the canister: whether it did well; null for nothing
   */
  record End(AssistantReply reply, String label, boolean early, @Nullable Boolean verdict) {
    static End lost(String reason) {
      return new End(new AssistantReply.Broken(reason, Duration.ZERO), "lost", false, null);
    }
  }

  private static final Effect GOES_ON = new Effect.GoesOn();
  private static final Effect NOTHING = new Effect.Nothing();

  /** Nothing that comes from now on counts; tells whether it was still open. */
  synchronized boolean close() {
    boolean first = !over;
    over = true;
    return first;
  }

  /** Tells whoever asked. */
  void complete(AssistantReply reply) {
    text.complete(false);
    outcome.complete(reply);
  }

  /** Takes a frame about this question. */
  synchronized Effect take(CanisterFrame.OfRequest frame, long nowNanos) {
    if (over) {
      return new Effect.Dropped("unknown request");
    }
    if (frame.attempt() != null && frame.attempt() != request.attempt()) {
      return new Effect.Dropped("another attempt");
    }
    Effect effect =
        switch (frame) {
          case CanisterFrame.Delta delta -> take(delta);
          case CanisterFrame.Progress word -> take(word, nowNanos);
          case CanisterFrame.Failure failure -> ended(failed(failure));
          case CanisterFrame.Response response -> ended(answered(response, nowNanos));
        };
    if (!(effect instanceof Effect.Dropped)) {
      heard = true;
      lastHeardNanos = nowNanos;
    }
    return effect;
  }

  private Effect take(CanisterFrame.Delta delta) {
    if (delta.sequence() < nextSequence) {
      return new Effect.Dropped("out of place");
    }
    if (delta.sequence() > nextSequence) {
      return ended(
          new End(
              new AssistantReply.Broken("a part of the answer was lost", Duration.ZERO),
              "gap",
              true,
              false));
    }
    nextSequence++;
    String text = repair.next(delta.text());
    characters += text.codePointCount(0, text.length());
    if (characters > settings.inbound().replyChars()) {
      return ended(
          new End(
              CompletionReader.invalid("the answer is too long"), "invalid_response", true, false));
    }
    if (text.isEmpty()) {
      return NOTHING;
    }
    sink.delta(text);
    boolean first = !begun;
    begun = true;
    this.text.complete(true);
    return first ? new Effect.Begun() : GOES_ON;
  }

  /** Every word is told to everyone who watches: no more of them than people can read. */
  private Effect take(CanisterFrame.Progress word, long nowNanos) {
    if (progress.take(1, nowNanos) > 0) {
      // It says no less than one that is passed on that the canister is at work.
      return NOTHING;
    }
    sink.progress(word.step(), word.percentage());
    return GOES_ON;
  }

  private static End failed(CanisterFrame.Failure failure) {
    return failure.retryable()
        ? new End(
            new AssistantReply.Broken(failure.message(), failure.retryAfter()),
            "retryable",
            false,
            false)
        : new End(
            new AssistantReply.Failed(
                FailureCode.CANISTER_ERROR, failure.message(), failure.retryAfter()),
            "canister_error",
            false,
            false);
  }

  private End answered(CanisterFrame.Response response, long nowNanos) {
    Repair whole = new Repair();
    AssistantReply reply = completions.reply(request.requestId(), response, since(nowNanos), whole);
    // What had come in pieces comes once more, and was counted then.
    replacedAtTheEnd = Math.max(0, whole.replaced() - repair.replaced());
    return reply instanceof AssistantReply.Completed
        ? new End(reply, "completed", false, true)
        : new End(reply, "invalid_response", false, false);
  }

  private Effect ended(End end) {
    over = true;
    return new Effect.Ended(end);
  }

  /** When something last came that was of use, or else when it was asked. */
  synchronized long lastHeardNanos() {
    return lastHeardNanos;
  }

  /** Whether any text has come. */
  synchronized boolean hasBegun() {
    return begun;
  }

  /** How many characters were replaced since this was last asked. */
  synchronized int newlyReplaced() {
    int all = repair.replaced() + replacedAtTheEnd;
    int since = all - replacedReported;
    replacedReported = all;
    return since;
  }

  /** How long until the nearest of the three deadlines; not positive when it has passed. */
  synchronized long nanosLeft(long nowNanos) {
    return Math.min(turnLeft(nowNanos), silenceLeft(nowNanos));
  }

  private long turnLeft(long nowNanos) {
    return askedNanos + request.timeLeft().toNanos() - nowNanos;
  }

  private long silenceLeft(long nowNanos) {
    return heard
        ? lastHeardNanos + settings.timeouts().idle().toNanos() - nowNanos
        : askedNanos + settings.timeouts().first().toNanos() - nowNanos;
  }

  /** Ends the question if one of its deadlines has passed; null when it goes on, or was over. */
  synchronized @Nullable End timeOut(long nowNanos) {
    if (over || nanosLeft(nowNanos) > 0) {
      return null;
    }
    over = true;
    boolean wholeTurn = turnLeft(nowNanos) <= 0;
    String reason =
        wholeTurn
            ? "the assistant took too long to answer"
            : heard ? "the assistant fell silent" : "the assistant did not begin to answer";
    return new End(
        new AssistantReply.Failed(FailureCode.TIMEOUT, reason, CompletionReader.ASK_AGAIN),
        "timeout",
        true,
        // A turn that had little time left says nothing of the canister.
        wholeTurn ? null : false);
  }
}
