package life.avai.testkit.canister;

import java.util.function.Function;
import life.avai.testkit.json.JsonObject;
import org.jspecify.annotations.Nullable;

/** A step that sends a frame of the protocol, each field of which a test may change. */
public final class FrameStep implements Step {
  private final boolean terminal;
  private final Function<Exchange, JsonObject> frame;

  FrameStep(boolean terminal, Function<Exchange, JsonObject> frame) {
    this.terminal = terminal;
    this.frame = frame;
  }

  /**
   * This step with a field set: another request's id, a number where a text belongs.
   *
   * @param field the field's name
   * @param value as {@link JsonObject#of} takes it
   * @return a new step
   */
  public FrameStep with(String field, @Nullable Object value) {
    return new FrameStep(terminal, frame.andThen(json -> json.with(field, value)));
  }

  /**
   * This step without some fields.
   *
   * @param fields the fields' names
   * @return a new step
   */
  public FrameStep without(String... fields) {
    return new FrameStep(terminal, frame.andThen(json -> json.without(fields)));
  }

  /** Whether the request is answered with this. */
  boolean isTerminal() {
    return terminal;
  }

  JsonObject frame(Exchange exchange) {
    return frame.apply(exchange);
  }
}
