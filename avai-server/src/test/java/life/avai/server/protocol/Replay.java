package life.avai.server.protocol;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import life.avai.server.support.TestServer;
import life.avai.testkit.client.TestClient;
import life.avai.testkit.json.Json;
import life.avai.testkit.json.JsonObject;

/** Speaks the parts of clients and canister in a transcript, and compares what the server says. */
final class Replay implements AutoCloseable {
  private final TestServer server;
  private final CanisterLine canister;
  private final Consumer<String> awaitCanister;
  private final Placeholders placeholders = new Placeholders();
  private final Map<String, TestClient> clients = new LinkedHashMap<>();
  private final Map<String, Integer> read = new LinkedHashMap<>();
  private final List<String> seen = new ArrayList<>();

  Replay(TestServer server, CanisterLine canister, Consumer<String> awaitCanister) {
    this.server = server;
    this.canister = canister;
    this.awaitCanister = awaitCanister;
  }

  Placeholders placeholders() {
    return placeholders;
  }

  void play(JsonObject line) throws Exception {
    String actor = Transcript.actor(line);
    Object value = Transcript.value(line);
    switch (actor) {
      case "canister" -> canister.say(Json.write(placeholders.fill(value)));
      case "to_canister" -> compare(line, canister.next());
      case "canister_is" -> canisterIs((String) value);
      case "cut" -> client((String) value).cut();
      default -> {
        if (actor.startsWith("to_")) {
          compare(line, next(actor.substring("to_".length())));
        } else {
          client(actor)
              .sendText(value instanceof String text ? text : Json.write(placeholders.fill(value)));
        }
      }
    }
  }

  private void canisterIs(String what) throws InterruptedException {
    switch (what) {
      case "away" -> {
        canister.goAway();
        awaitCanister.accept("unavailable");
        canister.forget();
      }
      case "back" -> {
        canister.comeBack();
        awaitCanister.accept("available");
      }
      case "left" -> {
        JsonObject next = canister.next();
        if (!next.type().equals("left")) {
          fail("{\"canister_is\":\"left\"}", next);
        }
      }
      default -> throw new IllegalArgumentException(what);
    }
  }

  private TestClient client(String name) {
    return clients.computeIfAbsent(
        name, n -> server.connect().timeout(java.time.Duration.ofSeconds(30)));
  }

  private JsonObject next(String name) {
    read.merge(name, 1, Integer::sum);
    try {
      return client(name).await("the next frame", frame -> true);
    } catch (AssertionError e) {
      throw new AssertionError("Until then, as expected:\n" + String.join("\n", seen), e);
    }
  }

  private void compare(JsonObject line, JsonObject frame) {
    if (!placeholders.matches(Transcript.value(line), frame)) {
      fail(line.toString(), frame);
    }
    seen.add(Transcript.actor(line) + " " + frame);
  }

  private void fail(String expected, JsonObject frame) {
    throw new AssertionError(
        "Expected "
            + expected
            + "\n but was "
            + frame
            + rest()
            + "\nUntil then, as expected:\n"
            + String.join("\n", seen));
  }

  /** What else has come meanwhile, to see what the transcript should say. */
  private String rest() {
    StringBuilder rest = new StringBuilder();
    clients.forEach((name, client) ->
        client.frames().stream()
            .skip(read.getOrDefault(name, 0))
            .forEach(frame -> rest.append("\n then ").append(name).append(' ').append(frame)));
    return rest.toString();
  }

  /** Each client's next frame is the answer to a ping: the server said no more than it should. */
  void assertNothingMore() {
    clients.forEach((name, client) -> {
      try {
        client.send("ping");
      } catch (java.io.UncheckedIOException e) {
        return; // cut
      }
      if (client.frames().size() < read.getOrDefault(name, 0)) {
        return;
      }
      JsonObject next = awaitPong(client);
      if (next != null && !next.type().equals("pong")) {
        fail(name + " to be told no more", next);
      }
    });
  }

  private static JsonObject awaitPong(TestClient client) {
    try {
      return client.await("the next frame", frame -> true);
    } catch (AssertionError e) {
      return null; // cut
    }
  }

  @Override
  public void close() {
    clients.values().forEach(TestClient::close);
  }
}
