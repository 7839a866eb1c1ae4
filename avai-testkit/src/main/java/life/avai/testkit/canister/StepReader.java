package life.avai.testkit.canister;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.function.Supplier;
import life.avai.testkit.json.JsonObject;
import org.jspecify.annotations.Nullable;

/** Reads one step of a script file: an object with exactly one of the fields that name a step. */
final class StepReader {
  private static final long MOST_CODE = 4999;

  private final Fields step;
  private final @Nullable JsonObject recorded;
  private final List<Step> found = new ArrayList<>();
  private final List<String> names = new ArrayList<>();

  /**
   * A step.
   *
   * @param recorded what the request was that its answer was recorded for; null if it was not
   */
  StepReader(Fields step, @Nullable JsonObject recorded) {
    this.step = step;
    this.recorded = recorded;
  }

  Step read() {
    named("pause_ms", () -> Step.pause(step.milliseconds("pause_ms")));
    named("delta", this::delta);
    named("deltas", this::deltas);
    named("response", this::response);
    named("error", this::error);
    named("progress", this::progress);
    named("json", () -> Step.json(there(step.object("json"))));
    named("text", () -> Step.text(there(step.text("text"))));
    named("frame", this::frame);
    named("binary", () -> Step.binary(bytes("binary")));
    named("bytes", () -> Step.bytes(bytes("bytes")));
    named("repeat", () -> yes("repeat", Step.repeat()));
    named("close", () -> Step.close(there(step.integer("close", 1000, MOST_CODE)).intValue()));
    named("cut", () -> yes("cut", Step.cut()));
    named("cut_mid_frame", () -> yes("cut_mid_frame", Step.cutMidFrame()));
    named("reset", () -> yes("reset", Step.reset()));
    named("freeze", () -> yes("freeze", Step.freeze()));
    if (found.size() != 1) {
      throw step.wrong("expected exactly one of " + String.join(", ", names));
    }
    step.refuseOthers();
    return found.getFirst();
  }

  private void named(String name, Supplier<Step> reader) {
    names.add(name);
    if (step.has(name)) {
      found.add(reader.get());
    }
  }

  private Step delta() {
    Long sequence = step.integer("sequence", Long.MIN_VALUE, Long.MAX_VALUE);
    String text = there(step.text("delta"));
    return changed(sequence == null ? Step.delta(text) : Step.delta(sequence, text));
  }

  private Step deltas() {
    String text = there(step.text("deltas"));
    int chars = step.integer("chars", 1, Integer.MAX_VALUE, 8);
    Duration between = step.milliseconds("between_ms");
    Long seed = step.integer("seed", Long.MIN_VALUE, Long.MAX_VALUE);
    return seed == null
        ? Step.deltas(text, chars, between)
        : Step.seededDeltas(text, chars, seed, between);
  }

  /** A text, or {@code true} for that of the deltas before. */
  private Step response() {
    return changed(
        step.isTrue("response") ? Step.response() : Step.response(there(step.text("response"))));
  }

  private Step error() {
    Boolean retryable = step.truth("retryable");
    Double retryAfter = step.number("retry_after");
    return changed(
        Step.error(
            there(step.text("error")),
            retryable != null && retryable,
            retryAfter == null ? null : Duration.ofMillis(Math.round(retryAfter * 1000))));
  }

  private Step progress() {
    Double percentage = step.number("percentage");
    if (percentage == null) {
      throw step.wrong("percentage is missing");
    }
    return changed(Step.progress(there(step.text("progress")), percentage));
  }

  private Step frame() {
    if (recorded == null) {
      throw step.wrong("a frame is replayed only in an answer with \"recorded\"; see \"text\"");
    }
    return new Steps.Recorded(there(step.text("frame")), recorded);
  }

  /** With {@code set} and {@code remove}, which change fields of the frame. */
  private FrameStep changed(FrameStep frame) {
    JsonObject set = step.object("set");
    FrameStep changed = frame;
    if (set != null) {
      for (var field : set.fields().entrySet()) {
        changed = changed.with(field.getKey(), field.getValue());
      }
    }
    return changed.without(step.texts("remove").toArray(String[]::new));
  }

  private byte[] bytes(String name) {
    try {
      return Base64.getDecoder().decode(there(step.text(name)));
    } catch (IllegalArgumentException e) {
      throw step.wrong(name, "Base64");
    }
  }

  private Step yes(String name, Step what) {
    if (!step.isTrue(name)) {
      throw step.wrong(name, "true");
    }
    return what;
  }

  /** A field that is there, since it named the step. */
  private <T> T there(@Nullable T value) {
    if (value == null) {
      throw step.wrong("a value is missing");
    }
    return value;
  }
}
