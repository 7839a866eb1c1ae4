package life.avai.testkit.canister;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import life.avai.testkit.json.JsonException;
import life.avai.testkit.json.JsonObject;
import org.jspecify.annotations.Nullable;

/** One object of a script file: remembers which fields were read, so that others can be refused. */
final class Fields {
  private final String path;
  private final JsonObject json;
  private final Set<String> known = new LinkedHashSet<>();

  /**
   * An object of a file.
   *
   * @param path where it is, such as {@code answers[0].when}; empty for the whole file
   */
  Fields(String path, JsonObject json) {
    this.path = path;
    this.json = json;
  }

  boolean has(String name) {
    known.add(name);
    return json.has(name);
  }

  boolean isTrue(String name) {
    known.add(name);
    return json.isTrue(name);
  }

  @Nullable String text(String name) {
    return typed(name, String.class, "a string");
  }

  @Nullable Boolean truth(String name) {
    return typed(name, Boolean.class, "true or false");
  }

  @Nullable Long integer(String name, long least, long most) {
    Long value = typed(name, Long.class, "a whole number");
    if (value != null && (value < least || value > most)) {
      throw wrong(name, least + " to " + most);
    }
    return value;
  }

  int integer(String name, int least, int most, int byDefault) {
    Long value = integer(name, (long) least, (long) most);
    return value == null ? byDefault : value.intValue();
  }

  Duration milliseconds(String name) {
    Long value = integer(name, 0, Duration.ofDays(1).toMillis());
    return Duration.ofMillis(value == null ? 0 : value);
  }

  @Nullable Double number(String name) {
    Number value = typed(name, Number.class, "a number");
    return value == null ? null : value.doubleValue();
  }

  @Nullable JsonObject object(String name) {
    return typed(name, JsonObject.class, "an object");
  }

  @Nullable Fields fields(String name) {
    JsonObject object = object(name);
    return object == null ? null : new Fields(pathOf(name), object);
  }

  List<Fields> list(String name) {
    var fields = new ArrayList<Fields>();
    List<?> items = items(name);
    for (int i = 0; i < items.size(); i++) {
      if (!(items.get(i) instanceof JsonObject object)) {
        throw wrong(name + "[" + i + "]", "an object");
      }
      fields.add(new Fields(pathOf(name) + "[" + i + "]", object));
    }
    return fields;
  }

  List<String> texts(String name) {
    var texts = new ArrayList<String>();
    List<?> items = items(name);
    for (int i = 0; i < items.size(); i++) {
      if (!(items.get(i) instanceof String text)) {
        throw wrong(name + "[" + i + "]", "a string");
      }
      texts.add(text);
    }
    return texts;
  }

  private List<?> items(String name) {
    List<?> items = typed(name, List.class, "an array");
    return items == null ? List.of() : items;
  }

  <T> void ifThere(@Nullable T value, Consumer<T> use) {
    if (value != null) {
      use.accept(value);
    }
  }

  /** Refuses the fields that nobody asked for. */
  void refuseOthers() {
    for (String name : json.fields().keySet()) {
      if (!known.contains(name)) {
        throw new JsonException(
            pathOf(name) + ": no such field (expected: " + String.join(", ", known) + ")");
      }
    }
  }

  JsonException wrong(String name, String expected) {
    return new JsonException(
        pathOf(name) + ": " + json.get(name) + " (expected: " + expected + ")");
  }

  /** Something is wrong with the object as a whole. */
  JsonException wrong(String what) {
    return new JsonException((path.isEmpty() ? "the file" : path) + ": " + what);
  }

  private String pathOf(String name) {
    return path.isEmpty() ? name : path + "." + name;
  }

  /** The field's value, which must not be null; null if it is absent. */
  private <T> @Nullable T typed(String name, Class<T> type, String expected) {
    if (!has(name)) {
      return null;
    }
    Object value = json.get(name);
    if (!type.isInstance(value)) {
      throw wrong(name, expected);
    }
    return type.cast(value);
  }
}
