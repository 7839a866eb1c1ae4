package life.avai.testkit.client;

import life.avai.testkit.json.JsonObject;
import life.avai.testkit.websocket.CloseStatus;

/**
 * Hears everything that a {@link TestClient} sends and receives. Called on the thread that sends or
 * reads, which waits meanwhile: be quick. Safe for use by many threads at once.
 *
 * <p>A listener that is provided as a service (a name in {@code
 * META-INF/services/life.avai.testkit.client.ClientListener}) hears every client.
 */
public interface ClientListener {
  /** Hears nothing. */
  ClientListener NONE = new ClientListener() {};

  /**
   * The connection is open, and nothing was read from it yet.
   *
   * @param client the client
   */
  default void opened(TestClient client) {}

  /**
   * A text is about to be sent; it may never arrive.
   *
   * @param client the client
   * @param text JSON or not
   */
  default void sending(TestClient client, String text) {}

  /**
   * A test took the raw connection: what it sends there is not heard.
   *
   * @param client the client
   */
  default void takenOver(TestClient client) {}

  /**
   * A frame was read, and nobody has seen it yet.
   *
   * @param client the client
   * @param frame the frame
   */
  default void received(TestClient client, JsonObject frame) {}

  /**
   * The connection has ended.
   *
   * @param client the client
   * @param status how
   */
  default void ended(TestClient client, CloseStatus status) {}
}
