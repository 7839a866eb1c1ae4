package life.avai.testkit.json;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A JSON object that never changes: fields in their order, with accessors that say what is wrong.
 *
 * <p>Two objects are equal when they have equal fields, in whatever order.
 */
public final class JsonObject {
  private static final JsonObject EMPTY = new JsonObject(Map.of());

  private final Map<String, @Nullable Object> fields;

  /** Takes the map as its own; the values are normal. */
  JsonObject(Map<String, @Nullable Object> fields) {
    this.fields = Collections.unmodifiableMap(fields);
  }

  /**
   * The object with no fields.
   *
   * @return the empty object
   */
  public static JsonObject empty() {
    return EMPTY;
  }

  /**
   * An object of the given fields.
   *
   * @param namesAndValues name, value, name, value, and so on; values are null, strings, numbers,
   *     booleans, lists, maps, other objects, {@link Json#raw}, or UUIDs and instants, which become
   *     strings
   * @return the object
   * @throws IllegalArgumentException if a name is no string or stands alone, or a value is of
   *     another kind
   */
  public static JsonObject of(@Nullable Object... namesAndValues) {
    if (namesAndValues.length % 2 != 0) {
      throw new IllegalArgumentException("names and values must come in pairs");
    }
    var fields = new LinkedHashMap<String, @Nullable Object>();
    for (int i = 0; i < namesAndValues.length; i += 2) {
      if (!(namesAndValues[i] instanceof String name)) {
        throw new IllegalArgumentException("name: " + namesAndValues[i] + " (expected: a string)");
      }
      fields.put(name, Json.normalise(namesAndValues[i + 1]));
    }
    return new JsonObject(fields);
  }

  static JsonObject copyOf(Map<?, ?> map) {
    var fields = new LinkedHashMap<String, @Nullable Object>();
    map.forEach((name, value) -> fields.put(String.valueOf(name), Json.normalise(value)));
    return new JsonObject(fields);
  }

  /**
   * This object with one field set: in its place if it was there, else at the end.
   *
   * @param name the field
   * @param value as for {@link #of}
   * @return a new object
   */
  public JsonObject with(String name, @Nullable Object value) {
    var changed = new LinkedHashMap<String, @Nullable Object>(fields);
    changed.put(name, Json.normalise(value));
    return new JsonObject(changed);
  }

  /**
   * This object without some fields.
   *
   * @param names the fields to leave out; those that are not there do not matter
   * @return a new object
   */
  public JsonObject without(String... names) {
    var changed = new LinkedHashMap<String, @Nullable Object>(fields);
    List.of(names).forEach(changed::remove);
    return new JsonObject(changed);
  }

  /**
   * All fields in their order.
   *
   * @return an unmodifiable map; values as {@link Json} describes them
   */
  public Map<String, @Nullable Object> fields() {
    return fields;
  }

  /**
   * Whether a field is there, null or not.
   *
   * @param name the field
   * @return true if it is there
   */
  public boolean has(String name) {
    return fields.containsKey(name);
  }

  /**
   * A field of any kind.
   *
   * @param name the field
   * @return its value; null if it is null or absent
   */
  public @Nullable Object get(String name) {
    return fields.get(name);
  }

  /**
   * A field that must be a string.
   *
   * @param name the field
   * @return its value
   * @throws JsonException if it is absent or something else
   */
  public String string(String name) {
    return required(name, String.class);
  }

  /**
   * A field that may be a string.
   *
   * @param name the field
   * @return its value; null if it is null or absent
   * @throws JsonException if it is something else
   */
  public @Nullable String optionalString(String name) {
    return get(name) == null ? null : string(name);
  }

  /**
   * A field that must be a whole number.
   *
   * @param name the field
   * @return its value
   * @throws JsonException if it is absent, something else, or does not fit
   */
  public long integer(String name) {
    return required(name, Long.class);
  }

  /**
   * A field that must be a number.
   *
   * @param name the field
   * @return its value, rounded to a double
   * @throws JsonException if it is absent or something else
   */
  public double number(String name) {
    return required(name, Number.class).doubleValue();
  }

  /**
   * A field that must be true or false.
   *
   * @param name the field
   * @return its value
   * @throws JsonException if it is absent or something else
   */
  public boolean bool(String name) {
    return required(name, Boolean.class);
  }

  /**
   * Whether a field is {@code true}.
   *
   * @param name the field
   * @return false also when it is absent or something else
   */
  public boolean isTrue(String name) {
    return Boolean.TRUE.equals(get(name));
  }

  /**
   * A field that must be an object.
   *
   * @param name the field
   * @return its value
   * @throws JsonException if it is absent or something else
   */
  public JsonObject object(String name) {
    return required(name, JsonObject.class);
  }

  /**
   * A field that must be an array.
   *
   * @param name the field
   * @return its items
   * @throws JsonException if it is absent or something else
   */
  public List<?> list(String name) {
    return required(name, List.class);
  }

  /**
   * A field that must be an array of objects.
   *
   * @param name the field
   * @return its items
   * @throws JsonException if it is absent or something else
   */
  public List<JsonObject> objects(String name) {
    return list(name).stream()
        .map(item -> {
          if (item instanceof JsonObject object) {
            return object;
          }
          throw mismatch(name, "objects");
        })
        .toList();
  }

  /**
   * The field {@code type}, which names every frame of the protocol.
   *
   * @return its value; empty if there is none
   */
  public String type() {
    return get("type") instanceof String type ? type : "";
  }

  private <T> T required(String name, Class<T> kind) {
    Object value = get(name);
    if (!kind.isInstance(value)) {
      throw mismatch(name, kind.getSimpleName());
    }
    return kind.cast(value);
  }

  private JsonException mismatch(String name, String kind) {
    return new JsonException(
        "field " + name + " (expected: " + kind + ") in " + Json.abbreviate(toString()));
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof JsonObject object && object.fields.equals(fields);
  }

  @Override
  public int hashCode() {
    return fields.hashCode();
  }

  /** The object as JSON. */
  @Override
  public String toString() {
    return Json.write(this);
  }
}
