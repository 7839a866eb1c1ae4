package life.avai.testkit.canister;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * How a fake canister answers: from the request that it received to the steps that it takes.
 *
 * <p>A script may be asked by several connections at once, on their own threads. One that throws
 * makes the canister answer with an error that tells so.
 */
@FunctionalInterface
public interface CanisterScript {
  /**
   * The answer to one request.
   *
   * @param request what was received
   * @return the steps to take, in order; none for silence
   */
  List<Step> stepsFor(ProcessRequest request);

  /**
   * The same steps for every request.
   *
   * @param steps what to do
   * @return the script
   */
  static CanisterScript playing(Step... steps) {
    List<Step> list = List.of(steps);
    return request -> list;
  }

  /**
   * A text for every request, in deltas of eight characters without a pause.
   *
   * @param text the reply
   * @return the script
   */
  static CanisterScript replyWith(String text) {
    return replyWith(text, 8, Duration.ZERO);
  }

  /**
   * A text for every request, streamed.
   *
   * @param text the reply
   * @param chunkChars how many UTF-16 code units to a delta
   * @param between the time before each delta but the first
   * @return the script
   */
  static CanisterScript replyWith(String text, int chunkChars, Duration between) {
    return playing(Step.deltas(text, chunkChars, between), Step.response());
  }

  /**
   * Replies that a seed and the request decide (its last message and its attempt), and nothing
   * else: some words, cut into deltas of all lengths, with pauses of up to 20 ms and sometimes a
   * progress. The same seed and question give the same steps, always and everywhere.
   *
   * @param seed any number
   * @return the script
   */
  static CanisterScript seeded(long seed) {
    return new SeededScript(seed);
  }

  /**
   * A text for every request, all at once: a response without deltas.
   *
   * @param text the reply
   * @return the script
   */
  static CanisterScript replyWhole(String text) {
    return playing(Step.response(text));
  }

  /**
   * A text that depends on the request, in deltas of eight characters without a pause.
   *
   * @param reply the reply to a request
   * @return the script
   */
  static CanisterScript answering(Function<ProcessRequest, String> reply) {
    return request -> replyWith(reply.apply(request)).stepsFor(request);
  }

  /**
   * Silence: no request is ever answered.
   *
   * @return the script
   */
  static CanisterScript stall() {
    return playing();
  }

  /**
   * An error for every request.
   *
   * @param message the field {@code error_message}
   * @param retryable whether another attempt may do better
   * @param retryAfter how long to wait before it; null to leave it out
   * @return the script
   */
  static CanisterScript failWith(String message, boolean retryable, @Nullable Duration retryAfter) {
    return playing(Step.error(message, retryable, retryAfter));
  }

  /**
   * One script for the first request, others for those after it.
   *
   * @param script what to do first; without a {@code then}, always
   * @return the beginning of a row of scripts
   */
  static Sequence first(CanisterScript script) {
    return new Sequence(List.of(script));
  }

  /**
   * A script of its own for every conversation, so that a row of scripts counts for each anew.
   *
   * @param scripts makes a script when a conversation's first request comes
   * @return the script
   */
  static CanisterScript perConversation(Supplier<CanisterScript> scripts) {
    Map<String, CanisterScript> known = new ConcurrentHashMap<>();
    return request ->
        known.computeIfAbsent(request.conversationId(), id -> scripts.get()).stepsFor(request);
  }

  /**
   * This script, but another one for one conversation.
   *
   * @param conversationId the conversation
   * @param other the script for it
   * @return the script
   */
  default CanisterScript inConversation(String conversationId, CanisterScript other) {
    return when(request -> request.conversationId().equals(conversationId), other);
  }

  /**
   * This script, but another one for one attempt of a turn.
   *
   * @param attempt the attempt, from 1
   * @param other the script for it
   * @return the script
   */
  default CanisterScript onAttempt(int attempt, CanisterScript other) {
    return when(request -> request.attempt() == attempt, other);
  }

  /**
   * This script, but another one for some requests.
   *
   * @param condition which requests
   * @param other the script for them
   * @return the script
   */
  default CanisterScript when(Predicate<ProcessRequest> condition, CanisterScript other) {
    return request -> (condition.test(request) ? other : this).stepsFor(request);
  }

  /**
   * This script, begun later.
   *
   * @param time how long to wait before its first step
   * @return the script
   */
  default CanisterScript after(Duration time) {
    return request ->
        Stream.concat(Stream.of(Step.pause(time)), stepsFor(request).stream()).toList();
  }

  /**
   * Scripts one after another, a request to each; the last one stays. The count is the script's
   * own, over all connections.
   */
  final class Sequence implements CanisterScript {
    private final List<CanisterScript> scripts;
    private final AtomicInteger calls = new AtomicInteger();

    private Sequence(List<CanisterScript> scripts) {
      this.scripts = scripts;
    }

    /**
     * This row with one more script at its end.
     *
     * @param script what to do for the next request, and for all after it
     * @return a new row, which counts from its beginning
     */
    public Sequence then(CanisterScript script) {
      return new Sequence(Stream.concat(scripts.stream(), Stream.of(script)).toList());
    }

    @Override
    public List<Step> stepsFor(ProcessRequest request) {
      int call = calls.getAndUpdate(n -> Math.min(n + 1, scripts.size() - 1));
      return scripts.get(call).stepsFor(request);
    }
  }
}
