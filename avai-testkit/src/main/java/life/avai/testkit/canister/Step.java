package life.avai.testkit.canister;

import java.time.Duration;
import java.util.concurrent.CompletionStage;
import life.avai.testkit.json.JsonObject;
import life.avai.testkit.websocket.Frame;
import org.jspecify.annotations.Nullable;

/**
 * One thing that a fake canister does while it answers a request. Steps run in their order; where
 * they end, the canister is silent.
 *
 * <p>Nothing checks that a row of steps makes a proper answer: that is what hostile tests need.
 */
public sealed interface Step permits FrameStep, Steps.Timed, Steps.Sent, Steps.Ending {
  /**
   * Waits.
   *
   * @param time how long
   * @return the step
   */
  static Step pause(Duration time) {
    return new Steps.Pause(time);
  }

  /**
   * Waits until the test says so, which needs no guess about time.
   *
   * @param gate when it completes, in whatever way, the steps go on
   * @return the step
   */
  static Step await(CompletionStage<?> gate) {
    return new Steps.Await(gate);
  }

  /**
   * A piece of the reply, with the next {@code sequence}.
   *
   * @param text the piece
   * @return the step
   */
  static FrameStep delta(String text) {
    return new FrameStep(false, exchange -> exchange.delta(exchange.nextSequence(), text));
  }

  /**
   * A piece of the reply with a {@code sequence} of the test's choice: a repeat, a gap, a negative
   * number. The next delta without one counts on from it.
   *
   * @param sequence the number
   * @param text the piece
   * @return the step
   */
  static FrameStep delta(long sequence, String text) {
    return new FrameStep(false, exchange -> exchange.delta(sequence, text));
  }

  /**
   * A text in many deltas.
   *
   * @param text the whole text
   * @param chunkChars how many UTF-16 code units to a delta, one more where a surrogate pair would
   *     be split
   * @param between the time before each delta but the first
   * @return the step
   */
  static Step deltas(String text, int chunkChars, Duration between) {
    return new Steps.Deltas(text, chunkChars, null, between);
  }

  /**
   * A text in deltas of all lengths; the same seed cuts the same text at the same places.
   *
   * @param text the whole text
   * @param mostChars how many UTF-16 code units a delta has at most, one more where a surrogate
   *     pair would be split
   * @param seed decides where the text is cut
   * @param between the time before each delta but the first
   * @return the step
   */
  static Step seededDeltas(String text, int mostChars, long seed, Duration between) {
    return new Steps.Deltas(text, mostChars, seed, between);
  }

  /**
   * The final answer; its text is that of the deltas so far.
   *
   * @return the step
   */
  static FrameStep response() {
    return new FrameStep(true, exchange -> exchange.response(exchange.text()));
  }

  /**
   * The final answer.
   *
   * @param text the whole text, whatever the deltas were
   * @return the step
   */
  static FrameStep response(String text) {
    return new FrameStep(true, exchange -> exchange.response(text));
  }

  /**
   * An error in place of an answer.
   *
   * @param message the field {@code error_message}
   * @param retryable whether another attempt may do better
   * @param retryAfter how long to wait before it; null leaves {@code retry_after} out
   * @return the step
   */
  static FrameStep error(String message, boolean retryable, @Nullable Duration retryAfter) {
    return new FrameStep(
        true,
        exchange -> {
          var frame =
              exchange.frame("error").with("error_message", message).with("retryable", retryable);
          return retryAfter == null
              ? frame
              : frame.with("retry_after", retryAfter.toMillis() / 1000.0);
        });
  }

  /**
   * A word on how far the answer is.
   *
   * @param step what is being done
   * @param percentage how much of it is done
   * @return the step
   */
  static FrameStep progress(String step, double percentage) {
    return new FrameStep(
        false,
        exchange -> exchange.frame("progress").with("step", step).with("percentage", percentage));
  }

  /**
   * Any JSON object, sent as it is.
   *
   * @param frame the object
   * @return the step
   */
  static Step json(JsonObject frame) {
    return text(frame.toString());
  }

  /**
   * Any text message, JSON or not.
   *
   * @param text the text
   * @return the step
   */
  static Step text(String text) {
    return frame(Frame.text(text));
  }

  /**
   * A binary message.
   *
   * @param payload what it carries
   * @return the step
   */
  static Step binary(byte[] payload) {
    return frame(Frame.binary(payload));
  }

  /**
   * Any WebSocket frame.
   *
   * @param frame the frame; sent unmasked
   * @return the step
   */
  static Step frame(Frame frame) {
    return bytes(frame.toBytes());
  }

  /**
   * Bytes on the TCP connection, a WebSocket frame or not.
   *
   * @param bytes what is sent
   * @return the step
   */
  static Step bytes(byte[] bytes) {
    return new Steps.Bytes(bytes.clone());
  }

  /**
   * The message that this request was last answered with, once more, byte for byte.
   *
   * @return the step; it does nothing when there was none
   */
  static Step repeat() {
    return new Steps.Repeat();
  }

  /**
   * Ends the connection in order, with a close frame.
   *
   * @param code the close code, such as 1000 or 1011
   * @return the step
   */
  static Step close(int code) {
    return new Steps.Close(code);
  }

  /**
   * Ends the TCP connection without a close frame, after everything sent so far.
   *
   * @return the step
   */
  static Step cut() {
    return new Steps.Cut(false);
  }

  /**
   * Sends the first half of a delta's frame, then ends the TCP connection.
   *
   * @return the step
   */
  static Step cutMidFrame() {
    return new Steps.Cut(true);
  }

  /**
   * Resets the TCP connection; what the peer had not read is lost.
   *
   * @return the step
   */
  static Step reset() {
    return new Steps.Reset();
  }

  /**
   * Leaves the connection open, and neither reads nor says anything on it any more: for the peer it
   * is half open. Whether the peer leaves is not noticed either, until the canister cuts it.
   *
   * @return the step
   */
  static Step freeze() {
    return new Steps.Freeze();
  }
}
