package life.avai.testkit.client;

import java.util.List;
import java.util.ServiceLoader;
import java.util.function.Consumer;
import java.util.stream.Stream;
import life.avai.testkit.json.JsonObject;
import life.avai.testkit.websocket.CloseStatus;

/** A client's own listener, and before it those that are provided as services. */
record ClientListeners(List<ClientListener> all) implements ClientListener {
  private static final List<ClientListener> PROVIDED =
      ServiceLoader.load(ClientListener.class).stream().map(ServiceLoader.Provider::get).toList();

  static ClientListener with(ClientListener own) {
    return PROVIDED.isEmpty()
        ? own
        : new ClientListeners(Stream.concat(PROVIDED.stream(), Stream.of(own)).toList());
  }

  private void each(Consumer<ClientListener> tell) {
    all.forEach(tell);
  }

  @Override
  public void opened(TestClient client) {
    each(listener -> listener.opened(client));
  }

  @Override
  public void sending(TestClient client, String text) {
    each(listener -> listener.sending(client, text));
  }

  @Override
  public void takenOver(TestClient client) {
    each(listener -> listener.takenOver(client));
  }

  @Override
  public void received(TestClient client, JsonObject frame) {
    each(listener -> listener.received(client, frame));
  }

  @Override
  public void ended(TestClient client, CloseStatus status) {
    each(listener -> listener.ended(client, status));
  }
}
