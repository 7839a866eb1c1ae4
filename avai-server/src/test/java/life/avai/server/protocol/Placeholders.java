package life.avai.server.protocol;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import life.avai.testkit.json.JsonObject;

/**
 * What {@code <...>} stands for in one transcript: {@code <any>} for any text, {@code <number>} for
 * any number, {@code <time>} for any time, and every other name for what it was when it was first
 * seen.
 */
final class Placeholders {
  private static final String TIME = "\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z";

  private final Map<String, String> known = new HashMap<>();

  void know(String name, String value) {
    known.put(name, value);
  }

  private static boolean isOne(Object value) {
    return value instanceof String text && text.startsWith("<") && text.endsWith(">");
  }

  /** The value with every name replaced by what it stands for. */
  Object fill(Object value) {
    if (isOne(value)) {
      return Objects.requireNonNull(known.get(value), () -> "not seen before: " + value);
    }
    return switch (value) {
      case JsonObject object -> {
        JsonObject filled = object;
        for (Map.Entry<String, Object> field : object.fields().entrySet()) {
          filled = filled.with(field.getKey(), fill(field.getValue()));
        }
        yield filled;
      }
      case List<?> items -> {
        List<Object> filled = new ArrayList<>();
        items.forEach(item -> filled.add(fill(item)));
        yield filled;
      }
      case null, default -> value;
    };
  }

  /** A frame of its kind, to hold to a schema. */
  static Object sample(Object value) {
    if (isOne(value)) {
      return switch ((String) value) {
        case "<number>" -> 1;
        case "<time>" -> "2026-01-31T12:00:00.000Z";
        case "<link>" -> "/exports/x";
        default -> "0198c0de-0000-7000-8000-000000000001";
      };
    }
    return switch (value) {
      case JsonObject object -> {
        JsonObject filled = object;
        for (Map.Entry<String, Object> field : object.fields().entrySet()) {
          filled = filled.with(field.getKey(), sample(field.getValue()));
        }
        yield filled;
      }
      case List<?> items -> items.stream().map(Placeholders::sample).toList();
      case null, default -> value;
    };
  }

  /** Whether a value is the one that was expected; names that are new are learned. */
  boolean matches(Object expected, Object seen) {
    if (isOne(expected)) {
      return switch ((String) expected) {
        case "<any>" -> seen instanceof String;
        case "<number>" -> seen instanceof Number;
        case "<time>" -> seen instanceof String text && text.matches(TIME);
        default ->
            seen instanceof String text
                && known.computeIfAbsent((String) expected, name -> text).equals(text);
      };
    }
    if (expected instanceof JsonObject object && seen instanceof JsonObject other) {
      return object.fields().keySet().equals(other.fields().keySet())
          && object.fields().entrySet().stream()
              .allMatch(field -> matches(field.getValue(), other.get(field.getKey())));
    }
    if (expected instanceof List<?> items && seen instanceof List<?> others) {
      if (items.size() != others.size()) {
        return false;
      }
      for (int i = 0; i < items.size(); i++) {
        if (!matches(items.get(i), others.get(i))) {
          return false;
        }
      }
      return true;
    }
    return Objects.equals(expected, seen);
  }
}
