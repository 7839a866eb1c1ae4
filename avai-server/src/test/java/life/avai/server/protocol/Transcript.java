package life.avai.server.protocol;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import life.avai.testkit.json.Json;
import life.avai.testkit.json.JsonObject;

/**
 * A conversation in docs/protocol/transcripts, line by line as docs/protocol/README.md describes
 * it.
 *
 * @param header what it is about, and what the server is started with
 * @param lines who says what, or what happens
 */
record Transcript(String name, JsonObject header, List<JsonObject> lines) {
  static List<Transcript> all() {
    try (Stream<Path> files = Files.list(Conversation.DOCUMENTS.resolve("transcripts"))) {
      return files.sorted().map(Transcript::read).toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Transcript read(Path file) {
    try {
      List<JsonObject> lines = Files.readAllLines(file).stream().map(Json::parseObject).toList();
      return new Transcript(
          file.getFileName().toString(), lines.getFirst(), lines.subList(1, lines.size()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Whose line it is, or what happens: its one key. */
  static String actor(JsonObject line) {
    return line.fields().keySet().iterator().next();
  }

  static Object value(JsonObject line) {
    return line.get(actor(line));
  }

  /** The direction of a line; null when it is no frame. */
  static Conversation conversation(JsonObject line) {
    String actor = actor(line);
    if (!(value(line) instanceof JsonObject)) {
      return null;
    }
    return switch (actor) {
      case "canister" -> Conversation.FROM_CANISTER;
      case "to_canister" -> Conversation.TO_CANISTER;
      default -> actor.startsWith("to_") ? Conversation.TO_CLIENT : Conversation.FROM_CLIENT;
    };
  }

  Map<String, Object> variables() {
    return header.has("variables") ? header.object("variables").fields() : Map.of();
  }

  @Override
  public String toString() {
    return name;
  }
}
