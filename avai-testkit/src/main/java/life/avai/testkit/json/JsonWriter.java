package life.avai.testkit.json;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** Writes values as JSON. */
final class JsonWriter {
  private static final char[] HEX = "0123456789abcdef".toCharArray();

  private JsonWriter() {}

  /** Appends a value that is {@link Json#normalise normal}. */
  static void append(StringBuilder out, @Nullable Object value) {
    switch (value) {
      case null -> out.append("null");
      case String text -> appendString(out, text);
      case Json.Raw raw -> out.append(raw.text());
      case JsonObject object -> appendObject(out, object);
      case List<?> list -> appendList(out, list);
      case Double number when !Double.isFinite(number) ->
          throw new IllegalArgumentException("no JSON number: " + number);
      case Object other -> out.append(other);
    }
  }

  private static void appendObject(StringBuilder out, JsonObject object) {
    String separator = "{";
    for (var field : object.fields().entrySet()) {
      out.append(separator);
      appendString(out, field.getKey());
      out.append(':');
      append(out, field.getValue());
      separator = ",";
    }
    out.append(object.fields().isEmpty() ? "{}" : "}");
  }

  private static void appendList(StringBuilder out, List<?> list) {
    String separator = "[";
    for (Object item : list) {
      out.append(separator);
      append(out, item);
      separator = ",";
    }
    out.append(list.isEmpty() ? "[]" : "]");
  }

  private static void appendString(StringBuilder out, String text) {
    out.append('"');
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '"' || c == '\\') {
        out.append('\\').append(c);
      } else if (c == '\n') {
        out.append("\\n");
      } else if (c < ' ' || c == 0x7f) {
        appendEscape(out, c);
      } else if (!Character.isSurrogate(c)) {
        out.append(c);
      } else if (i + 1 < text.length() && Character.isSurrogatePair(c, text.charAt(i + 1))) {
        out.append(c).append(text.charAt(++i));
      } else {
        appendEscape(out, c); // a lone surrogate has no UTF-8 form
      }
    }
    out.append('"');
  }

  private static void appendEscape(StringBuilder out, char c) {
    out.append("\\u")
        .append(HEX[c >> 12])
        .append(HEX[(c >> 8) & 15])
        .append(HEX[(c >> 4) & 15])
        .append(HEX[c & 15]);
  }
}
