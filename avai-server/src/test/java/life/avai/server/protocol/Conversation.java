package life.avai.server.protocol;

import com.networknt.schema.Error;
import com.networknt.schema.InputFormat;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaLocation;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import life.avai.testkit.json.JsonObject;

/** One direction of one conversation, and the schemas of its frames in docs/protocol/schemas. */
public enum Conversation {
  FROM_CLIENT("from-client"),
  TO_CLIENT("to-client"),
  TO_CANISTER("to-canister"),
  FROM_CANISTER("from-canister");

  static final Path DOCUMENTS = Path.of("").toAbsolutePath().getParent().resolve("docs/protocol");

  /** Any base will do: the schemas refer to one another by relative addresses. */
  private static final String BASE = "https://avai.invalid/";

  private static final SchemaRegistry REGISTRY =
      SchemaRegistry.withDefaultDialect(
          SpecificationVersion.DRAFT_2020_12, builder -> builder.schemas(texts()));

  private final String directory;
  private final Map<String, Schema> schemas = new ConcurrentHashMap<>();

  Conversation(String directory) {
    this.directory = directory;
  }

  /** The types that have a schema. */
  Set<String> types() {
    Set<String> types = new TreeSet<>();
    for (String file : texts().keySet()) {
      if (file.startsWith(BASE + directory + "/")) {
        types.add(file.substring(file.lastIndexOf('/') + 1).replace(".json", ""));
      }
    }
    return types;
  }

  /** What does not fit in a frame whose type has a schema. */
  public List<Error> problems(JsonObject frame) {
    Schema schema =
        schemas.computeIfAbsent(
            frame.type(),
            type -> REGISTRY.getSchema(SchemaLocation.of(BASE + directory + "/" + type + ".json")));
    return schema.validate(frame.toString(), InputFormat.JSON);
  }

  /** The same for people, one line for each; a type without a schema is a problem too. */
  List<String> complaints(JsonObject frame) {
    if (!types().contains(frame.type())) {
      return List.of(directory + ": no schema for the type of " + frame);
    }
    return problems(frame).stream()
        .map(error -> directory + ": " + error + " in " + frame)
        .toList();
  }

  private static final class Texts {
    static final Map<String, String> ALL = read(DOCUMENTS.resolve("schemas"));

    private static Map<String, String> read(Path root) {
      Map<String, String> texts = new ConcurrentHashMap<>();
      try (Stream<Path> files = Files.walk(root)) {
        for (Path file : files.filter(Files::isRegularFile).toList()) {
          URI place = root.toUri().relativize(file.toUri());
          texts.put(BASE + place, Files.readString(file));
        }
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      return texts;
    }
  }

  /** Every schema by its address. */
  static Map<String, String> texts() {
    return Texts.ALL;
  }
}
