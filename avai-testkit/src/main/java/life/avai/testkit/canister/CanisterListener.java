package life.avai.testkit.canister;

import life.avai.testkit.json.JsonObject;

/**
 * Hears what a {@link FakeCanister} is asked and what its scripts answer. Called on the canister's
 * threads, which wait meanwhile: be quick. Safe for use by many threads at once.
 *
 * <p>A listener that is provided as a service (a name in {@code
 * META-INF/services/life.avai.testkit.canister.CanisterListener}) hears every canister.
 */
public interface CanisterListener {
  /** Hears nothing. */
  CanisterListener NONE = new CanisterListener() {};

  /**
   * A {@code process}, {@code cancel} or {@code ping} came.
   *
   * @param connection the number of its connection, from 1
   * @param frame the frame
   */
  default void received(int connection, JsonObject frame) {}

  /**
   * A frame about a request is about to be sent; it may never arrive. Raw bytes, repeats of a frame
   * and broadcasts are not heard.
   *
   * @param connection the number of its connection, from 1
   * @param process the request
   * @param json the frame
   */
  default void sending(int connection, JsonObject process, String json) {}
}
