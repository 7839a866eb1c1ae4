package life.avai.testkit.canister;

import java.io.ByteArrayOutputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import life.avai.testkit.json.JsonObject;
import life.avai.testkit.websocket.Frame;

/** The faults of an answer, step by step. */
final class FaultScripts {
  private static final String NOBODYS_REQUEST = "00000000-0000-4000-8000-000000000000";
  private static final Duration PACE = Duration.ofMillis(10);

  private FaultScripts() {}

  /** {@link Fault#REPLY} in four pieces. */
  private static String piece(int index) {
    return switch (index) {
      case 0 -> "This is how it begins,";
      case 1 -> " and";
      case 2 -> " that is";
      case 3 -> " how it ends.";
      default -> throw new IllegalArgumentException("index: " + index + " (expected: 0..3)");
    };
  }

  private static FrameStep delta(int index) {
    return Step.delta(index, piece(index));
  }

  private static FrameStep response() {
    return Step.response(Fault.REPLY);
  }

  static CanisterScript slow() {
    return CanisterScript.playing(
        Step.pause(Fault.SLOW), delta(0), delta(1), delta(2), delta(3), response());
  }

  static CanisterScript cutInMidFrame() {
    return CanisterScript.playing(delta(0), Step.cutMidFrame());
  }

  static CanisterScript cutInMidStream() {
    return CanisterScript.playing(delta(0), delta(1), Step.cut());
  }

  static CanisterScript reset() {
    return CanisterScript.playing(delta(0), delta(1), Step.pause(PACE), Step.reset());
  }

  static CanisterScript close() {
    return CanisterScript.playing(delta(0), delta(1), Step.close(1011));
  }

  static CanisterScript freeze() {
    return CanisterScript.playing(delta(0), delta(1), Step.freeze());
  }

  static CanisterScript duplicate() {
    return CanisterScript.playing(
        delta(0),
        Step.repeat(),
        delta(1),
        Step.repeat(),
        delta(2),
        Step.repeat(),
        delta(3),
        Step.repeat(),
        response());
  }

  static CanisterScript reorder() {
    return CanisterScript.playing(delta(0), delta(2), delta(1), delta(3), response());
  }

  static CanisterScript gap() {
    return CanisterScript.playing(delta(0), delta(2), delta(3), response());
  }

  static CanisterScript wrongId() {
    return CanisterScript.playing(
        delta(0).with("request_id", NOBODYS_REQUEST),
        delta(1).with("request_id", NOBODYS_REQUEST),
        Step.json(
            JsonObject.of(
                "type", "response", "request_id", NOBODYS_REQUEST, "response", Fault.REPLY)));
  }

  static CanisterScript late() {
    return CanisterScript.playing(
        delta(0),
        delta(1),
        delta(2),
        delta(3),
        response(),
        Step.delta(4, " Too late"),
        Step.pause(PACE),
        Step.delta(5, ", all of it."),
        Step.response("Something else."));
  }

  static CanisterScript garbage() {
    return CanisterScript.playing(
        delta(0),
        Step.text("{\"type\":\"response_delta\",\"request_id\":"),
        Step.text("[]"),
        Step.text("NaN"),
        Step.text("{\"type\":\"response\",\"type\":\"response\"}"),
        Step.json(JsonObject.of("type", "surprise")),
        Step.json(JsonObject.of("no type", true)),
        Step.binary(new byte[] {0, 1, 2, 3}));
  }

  static List<Step> huge() {
    return List.of(
        Step.delta(0, "h".repeat(Fault.HUGE_CHARS)), Step.response("h".repeat(Fault.HUGE_CHARS)));
  }

  static CanisterScript badNumbers() {
    return CanisterScript.playing(
        Step.progress("thinking", 1e300),
        delta(0),
        delta(1),
        delta(2),
        delta(3),
        response()
            .with("confidence_score", 7)
            .with("processing_time_ms", -1)
            .with("token_count", -1e300));
  }

  static CanisterScript empty() {
    return CanisterScript.playing(Step.response(""));
  }

  static List<Step> floodOfDeltas() {
    return List.of(Step.deltas("f".repeat(Fault.FLOOD), 1, Duration.ZERO), Step.response());
  }

  static List<Step> floodOfUnknownIds() {
    byte[] frame =
        Frame.text(
                JsonObject.of(
                        "type",
                        "response_delta",
                        "request_id",
                        NOBODYS_REQUEST,
                        "sequence",
                        0,
                        "delta",
                        "?")
                    .toString())
            .toBytes();
    int frames = 1000;
    var many = new ByteArrayOutputStream(frame.length * frames);
    for (int i = 0; i < frames; i++) {
      many.writeBytes(frame);
    }
    Step thousand = Step.bytes(many.toByteArray());
    var steps = new ArrayList<Step>();
    for (int i = 0; i < Fault.FLOOD / frames; i++) {
      steps.add(thousand);
    }
    steps.addAll(List.of(delta(0), delta(1), delta(2), delta(3), response()));
    return steps;
  }

  /** {@link Fault#REPLY} in its pieces, over and over. */
  static CanisterScript chatter() {
    int times = Math.toIntExact(Fault.LONGEST.dividedBy(PACE.multipliedBy(Fault.REPLY.length())));
    return CanisterScript.replyWith(Fault.REPLY.repeat(Math.max(1, times)), 1, PACE);
  }
}
