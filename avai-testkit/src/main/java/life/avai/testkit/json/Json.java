package life.avai.testkit.json;

import static java.util.Objects.requireNonNull;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Strict JSON (RFC 8259) as plain Java values.
 *
 * <p>An object is a {@link JsonObject}, an array an unmodifiable {@link List}, a string a {@link
 * String}, {@code null} is null. A number is a {@link Long} where it is a whole one that fits, else
 * a {@link Double}, and a {@link BigInteger} or {@link BigDecimal} where those would lose it.
 *
 * <p>Strings keep every UTF-16 code unit: a lone surrogate is read from its escape and written as
 * one ({@code \ud83d}), so it survives UTF-8 on the way.
 */
public final class Json {
  private Json() {}

  /**
   * Reads one JSON value.
   *
   * @param text the value, with nothing but white space around it
   * @return the value; null for {@code null}
   * @throws JsonException if the text is no JSON, repeats a key, goes on after the value, or nests
   *     deeper than 512
   */
  public static @Nullable Object parse(String text) {
    return new JsonReader(text).read();
  }

  /**
   * Reads one JSON object.
   *
   * @param text the object, with nothing but white space around it
   * @return the object
   * @throws JsonException as {@link #parse}, and if the value is no object
   */
  public static JsonObject parseObject(String text) {
    if (parse(text) instanceof JsonObject object) {
      return object;
    }
    throw new JsonException("not a JSON object: " + abbreviate(text));
  }

  /**
   * Writes a value.
   *
   * @param value what {@link #parse} returns, or any other value that {@link JsonObject#of} takes
   * @return the value as JSON, without white space
   * @throws IllegalArgumentException if the value has no form in JSON ({@code NaN}, say)
   */
  public static String write(@Nullable Object value) {
    var out = new StringBuilder();
    append(out, value);
    return out.toString();
  }

  /**
   * Writes a value at the end of a text.
   *
   * @param out where to write
   * @param value as for {@link #write}
   * @throws IllegalArgumentException if the value has no form in JSON
   */
  public static void append(StringBuilder out, @Nullable Object value) {
    JsonWriter.append(out, normalise(value));
  }

  /**
   * A piece of text that stands for itself when written, be it JSON or not: {@code raw("NaN")},
   * {@code raw("{\"a\":1,\"a\":2}")}.
   *
   * @param text what to write
   * @return a value to put into objects and lists
   */
  public static Raw raw(String text) {
    return new Raw(text);
  }

  /**
   * Text that is written as it is.
   *
   * @param text what is written
   */
  public record Raw(String text) {
    /** Refuses null. */
    public Raw {
      requireNonNull(text, "text");
    }
  }

  /** Brings equal JSON to equal Java values, so that an object built equals the one read back. */
  static @Nullable Object normalise(@Nullable Object value) {
    return switch (value) {
      case null -> null;
      case Byte number -> Long.valueOf(number);
      case Short number -> Long.valueOf(number);
      case Integer number -> Long.valueOf(number);
      case Float number -> Double.valueOf(number);
      case String text -> text;
      case CharSequence text -> text.toString();
      case UUID id -> id.toString();
      case Instant time -> time.toString();
      case Map<?, ?> map -> JsonObject.copyOf(map);
      case Iterable<?> items -> {
        var list = new ArrayList<@Nullable Object>();
        items.forEach(item -> list.add(normalise(item)));
        yield Collections.unmodifiableList(list);
      }
      case Long number -> number;
      case Double number -> number;
      case Boolean truth -> truth;
      case BigInteger number -> number;
      case BigDecimal number -> number;
      case JsonObject object -> object;
      case Raw raw -> raw;
      default -> throw new IllegalArgumentException("no JSON value: " + value.getClass());
    };
  }

  static String abbreviate(String text) {
    return text.length() <= 300 ? text : text.substring(0, 300) + "... (" + text.length() + ")";
  }
}
