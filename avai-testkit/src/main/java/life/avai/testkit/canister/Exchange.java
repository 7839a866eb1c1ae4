package life.avai.testkit.canister;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.Future;
import life.avai.testkit.json.Json;
import life.avai.testkit.json.JsonObject;
import life.avai.testkit.websocket.Frame;
import org.jspecify.annotations.Nullable;

/**
 * One request and what is said about it: the steps that are left, and the reply so far.
 *
 * <p>Everything happens on the timeline's one thread, so steps keep their order without locks.
 */
final class Exchange {
  /** How late the steps may be and still hurry to be on time again. */
  private static final long CATCH_UP_NANOS = 20_000_000;

  private final CanisterConnection connection;
  private final Timeline timeline;
  private final JsonObject request;
  private final boolean echoAttempt;

  private final Deque<Step> steps = new ArrayDeque<>();
  private final StringBuilder text = new StringBuilder();
  private long nextSequence;
  private byte @Nullable [] last;
  private boolean waiting;
  private int generation;
  private @Nullable Future<?> timer;
  private long due;
  private int chunkStart;

  Exchange(
      CanisterConnection connection, Timeline timeline, JsonObject request, boolean echoAttempt) {
    this.connection = connection;
    this.timeline = timeline;
    this.request = request;
    this.echoAttempt = echoAttempt;
  }

  String requestId() {
    return request.string("request_id");
  }

  /** Adds steps after those that are left. */
  void play(List<Step> more) {
    timeline.execute(() -> {
      steps.addAll(more);
      if (!waiting) {
        due = timeline.nanos();
        run();
      }
    });
  }

  /** Forgets the steps that are left. */
  void stop() {
    timeline.execute(() -> {
      steps.clear();
      chunkStart = 0;
      waiting = false;
      generation++;
      if (timer != null) {
        timer.cancel(false);
      }
    });
  }

  /** Takes all steps that are due. What they send leaves when they are all taken. */
  private void run() {
    connection.hold();
    try {
      takeSteps();
    } finally {
      connection.release();
    }
  }

  private void takeSteps() {
    waiting = false;
    while (!waiting && !steps.isEmpty()) {
      switch (steps.getFirst()) {
        case FrameStep step -> {
          steps.removeFirst();
          send(step.frame(this).toString());
          if (step.isTerminal()) {
            connection.answered(this);
          }
        }
        case Steps.Deltas step -> stream(step);
        case Steps.Pause(var time) -> {
          steps.removeFirst();
          sleep(time);
        }
        case Steps.Await(var gate) -> {
          steps.removeFirst();
          waiting = true;
          int now = generation;
          var unused = gate.whenComplete((value, error) -> timeline.execute(() -> wakeUp(now)));
        }
        case Steps.Bytes step -> {
          steps.removeFirst();
          sendBytes(step.bytes());
        }
        case Steps.Recorded step -> {
          steps.removeFirst();
          send(step.textFor(request));
          if (step.isTerminal()) {
            connection.answered(this);
          }
        }
        case Steps.Repeat() -> {
          steps.removeFirst();
          if (last != null) {
            connection.send(last);
          }
        }
        case Steps.Ending ending -> {
          steps.clear();
          end(ending);
        }
      }
    }
  }

  private void end(Steps.Ending ending) {
    switch (ending) {
      case Steps.Close(var code) -> connection.close(code);
      case Steps.Reset() -> connection.reset();
      case Steps.Freeze() -> connection.freeze();
      case Steps.Cut(var midFrame) -> {
        if (midFrame) {
          byte[] frame = Frame.text(delta(nextSequence, "never whole").toString()).toBytes();
          connection.send(Arrays.copyOf(frame, frame.length / 2));
        }
        connection.cut();
      }
    }
  }

  private void stream(Steps.Deltas step) {
    if (chunkStart == step.text().length()) {
      steps.removeFirst();
      chunkStart = 0;
      return;
    }
    int end = step.endOfChunk(chunkStart);
    sendDelta(step.text().substring(chunkStart, end));
    chunkStart = end;
    if (end < step.text().length() && step.between().isPositive()) {
      sleep(step.between());
    }
  }

  private void sleep(Duration time) {
    waiting = true;
    due += time.toNanos(); // from when it was due, so that lateness does not add up
    int now = generation;
    timer = timeline.at(due, () -> wakeUp(now));
  }

  private void wakeUp(int sleeper) {
    if (sleeper == generation) {
      due = Math.max(due, timeline.nanos() - CATCH_UP_NANOS);
      run();
    }
  }

  /** The hot path of a load test: no map between the piece and its frame. */
  private void sendDelta(String piece) {
    text.append(piece);
    var json = new StringBuilder(160).append("{\"type\":\"response_delta\",\"request_id\":");
    Json.append(json, request.get("request_id"));
    if (echoAttempt && request.has("attempt")) {
      json.append(",\"attempt\":").append(request.get("attempt"));
    }
    json.append(",\"sequence\":").append(nextSequence++).append(",\"delta\":");
    Json.append(json, piece);
    send(json.append('}').toString());
  }

  private void send(String json) {
    connection.sending(request, json);
    sendBytes(Frame.text(json).toBytes());
  }

  private void sendBytes(byte[] bytes) {
    last = bytes;
    connection.send(bytes);
  }

  long nextSequence() {
    return nextSequence;
  }

  String text() {
    return text.toString();
  }

  JsonObject frame(String type) {
    var frame = JsonObject.of("type", type, "request_id", request.get("request_id"));
    return echoAttempt && request.has("attempt")
        ? frame.with("attempt", request.get("attempt"))
        : frame;
  }

  JsonObject delta(long sequence, String piece) {
    nextSequence = sequence + 1;
    text.append(piece);
    return frame("response_delta").with("sequence", sequence).with("delta", piece);
  }

  JsonObject response(String whole) {
    return frame("response")
        .with("conversation_id", request.get("conversation_id"))
        .with("response", whole)
        .with("model_used", "fake-canister")
        .with("confidence_score", 0.9)
        .with("processing_time_ms", 1)
        .with("token_count", Math.max(1, whole.length() / 4))
        .with("metadata", JsonObject.empty());
  }
}
