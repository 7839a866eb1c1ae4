package life.avai.canister.connection;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import life.avai.canister.CanisterSettings;
import life.avai.canister.wire.CanisterCodec;
import life.avai.canister.wire.CanisterFrame;
import life.avai.canister.wire.Repair;
import life.avai.domain.assistant.AssistantReply;
import life.avai.domain.assistant.AssistantRequest;
import life.avai.domain.assistant.Completion;
import life.avai.domain.assistant.ReplySink;
import life.avai.domain.message.ContentRules;
import life.avai.domain.turn.FailureCode;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * One question that was put on one connection, until its one outcome.
 *
 * <p>Frames come on the connection's event loop; whoever asked may give up on any thread, and then
 * the sink gets nothing more.
 */
final class PendingReply {
  private static final System.Logger LOG = System.getLogger(PendingReply.class.getName());
  private static final int MAX_METADATA_BYTES = 64 * 1024;
  private static final int MAX_MODEL = 200;
  private static final Duration LONGEST = Duration.ofDays(1);
  static final Duration AFTER_TIMEOUT = Duration.ofSeconds(30);

  private final AssistantRequest request;
  private final ReplySink sink;
  private final CanisterSettings settings;
  private final CanisterCodec codec;
  private final long begunNanos;
  private final CompletableFuture<AssistantReply> outcome = new CompletableFuture<>();
  private final Repair repair = new Repair();

  // Guarded by this.
  private boolean over;
  private long nextSequence;
  private int characters;
  private boolean alive;
  private long lastLifeNanos;
  private boolean begun;
  private int replacedReported;

  PendingReply(
      AssistantRequest request,
      ReplySink sink,
      CanisterSettings settings,
      CanisterCodec codec,
      long nowNanos) {
    this.request = request;
    this.sink = sink;
    this.settings = settings;
    this.codec = codec;
    this.begunNanos = nowNanos;
    this.lastLifeNanos = nowNanos;
  }

  AssistantRequest request() {
    return request;
  }

  CompletableFuture<AssistantReply> outcome() {
    return outcome;
  }

  long begunNanos() {
    return begunNanos;
  }

  /** What a frame led to. */
  enum Effect {
    /** The question goes on. */
    GOES_ON,
    /** The first piece of text has come. */
    BEGAN,
    /** The frame was of no use. */
    DROPPED,
    /** There is an outcome. */
    ENDED,
    /** There is an outcome, and the canister should stop. */
    ENDED_EARLY
  }

  /** Ends the question; whoever comes second changes nothing. */
  boolean end(AssistantReply reply) {
    synchronized (this) {
      if (over) {
        return false;
      }
      over = true;
    }
    return outcome.complete(reply);
  }

  /** Gives up: the sink gets nothing more once this has returned. */
  synchronized boolean abandon() {
    boolean first = !over;
    over = true;
    return first;
  }

  /** Takes a frame about this question. */
  synchronized Effect take(CanisterFrame.OfRequest frame, long nowNanos) {
    if (over || (frame.attempt() != null && frame.attempt() != request.attempt())) {
      return Effect.DROPPED;
    }
    alive = true;
    lastLifeNanos = nowNanos;
    return switch (frame) {
      case CanisterFrame.Delta delta -> take(delta);
      case CanisterFrame.Progress progress -> {
        sink.progress(progress.step(), progress.percentage());
        yield Effect.GOES_ON;
      }
      case CanisterFrame.Failure failure -> {
        ended(
            failure.retryable()
                ? new AssistantReply.Broken(failure.message(), failure.retryAfter())
                : new AssistantReply.Failed(
                    FailureCode.CANISTER_ERROR, failure.message(), failure.retryAfter()));
        yield Effect.ENDED;
      }
      case CanisterFrame.Response response -> {
        ended(reply(response, nowNanos));
        yield Effect.ENDED;
      }
    };
  }

  private Effect take(CanisterFrame.Delta delta) {
    if (delta.sequence() < nextSequence) {
      return Effect.DROPPED;
    }
    if (delta.sequence() > nextSequence) {
      ended(new AssistantReply.Broken("a part of the answer was lost", Duration.ZERO));
      return Effect.ENDED_EARLY;
    }
    nextSequence++;
    String text = repair.next(delta.text());
    characters += text.codePointCount(0, text.length());
    if (characters > settings.maxReplyChars()) {
      ended(invalid("the answer is too long"));
      return Effect.ENDED_EARLY;
    }
    if (text.isEmpty()) {
      return Effect.GOES_ON;
    }
    sink.delta(text);
    boolean first = !begun;
    begun = true;
    return first ? Effect.BEGAN : Effect.GOES_ON;
  }

  /** How many characters were replaced since this was last asked. */
  synchronized int newlyReplaced() {
    int since = repair.replaced() - replacedReported;
    replacedReported = repair.replaced();
    return since;
  }

  private void ended(AssistantReply reply) {
    over = true;
    boolean unused = outcome.complete(reply);
  }

  private static AssistantReply.Failed invalid(String reason) {
    return new AssistantReply.Failed(FailureCode.INVALID_RESPONSE, reason, AFTER_TIMEOUT);
  }

  private AssistantReply reply(CanisterFrame.Response response, long nowNanos) {
    String text = response.text();
    if (text == null || text.isEmpty()) {
      return invalid("the assistant's answer could not be used");
    }
    if (text.codePointCount(0, text.length()) > settings.maxReplyChars()) {
      return invalid("the answer is too long");
    }
    Repair.Repaired repaired = Repair.whole(text);
    Duration took = Duration.ofNanos(nowNanos - begunNanos);
    return new AssistantReply.Completed(
        new Completion(
            repaired.text(),
            model(response.model()),
            confidence(response.confidence()),
            processingTime(response.processingTime(), took),
            tokenCount(response.tokenCount()),
            metadata(response.metadata())));
  }

  private static @Nullable String model(@Nullable String name) {
    if (name == null || name.isEmpty()) {
      return null;
    }
    String repaired = Repair.whole(name).text();
    return repaired.codePointCount(0, repaired.length()) <= MAX_MODEL
        ? repaired
        : repaired.substring(0, repaired.offsetByCodePoints(0, MAX_MODEL));
  }

  private @Nullable Double confidence(@Nullable JsonNode node) {
    if (node == null) {
      return null;
    }
    if (node.isNumber() && node.doubleValue() >= 0 && node.doubleValue() <= 1) {
      return node.doubleValue();
    }
    warn("confidence_score");
    return null;
  }

  private static Duration processingTime(@Nullable JsonNode node, Duration measured) {
    return node != null
            && node.isNumber()
            && node.doubleValue() >= 0
            && node.doubleValue() <= (double) LONGEST.toMillis()
        ? Duration.ofMillis(Math.round(node.doubleValue()))
        : measured;
  }

  private static @Nullable Integer tokenCount(@Nullable JsonNode node) {
    return node != null && node.isIntegralNumber() && node.canConvertToInt() && node.intValue() >= 0
        ? node.intValue()
        : null;
  }

  private @Nullable String metadata(@Nullable JsonNode node) {
    if (node == null) {
      return null;
    }
    if (node.isObject()) {
      String text = codec.write(node);
      if (text.getBytes(StandardCharsets.UTF_8).length <= MAX_METADATA_BYTES
          && !text.contains("\\u0000")
          && ContentRules.isStorable(text)) {
        return text;
      }
    }
    warn("metadata");
    return null;
  }

  private void warn(String field) {
    LOG.log(
        System.Logger.Level.WARNING,
        "unusable field dropped request={0} field={1}",
        request.requestId(),
        field);
  }

  /**
   * Ends the question when one of its deadlines has passed.
   *
   * @return how long to wait before looking again, in nanoseconds; negative when it is over
   */
  synchronized long checkDeadlines(long nowNanos) {
    if (over) {
      return -1;
    }
    long turn = begunNanos + request.timeLeft().toNanos() - nowNanos;
    long life =
        alive
            ? lastLifeNanos + settings.idleTimeout().toNanos() - nowNanos
            : begunNanos + settings.firstTimeout().toNanos() - nowNanos;
    long left = Math.min(turn, life);
    if (left > 0) {
      return left;
    }
    ended(new AssistantReply.Failed(FailureCode.TIMEOUT, reason(turn <= 0), AFTER_TIMEOUT));
    return -1;
  }

  private String reason(boolean wholeTurn) {
    if (wholeTurn) {
      return "the assistant took too long to answer";
    }
    return alive ? "the assistant fell silent" : "the assistant did not begin to answer";
  }
}
