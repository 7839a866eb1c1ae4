package life.avai.testkit.json;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads one JSON value from a text, by recursive descent. */
final class JsonReader {
  private static final int MAX_DEPTH = 512;

  private final String text;
  private int at;
  private int depth;

  JsonReader(String text) {
    this.text = text;
  }

  @Nullable Object read() {
    skipSpace();
    Object value = value();
    skipSpace();
    if (at < text.length()) {
      throw error("the end of the text");
    }
    return value;
  }

  private @Nullable Object value() {
    return switch (peek()) {
      case '{' -> object();
      case '[' -> array();
      case '"' -> string();
      case 't' -> word("true", true);
      case 'f' -> word("false", false);
      case 'n' -> word("null", null);
      default -> number();
    };
  }

  private JsonObject object() {
    enter();
    var fields = new LinkedHashMap<String, @Nullable Object>();
    if (!take('}')) {
      do {
        skipSpace();
        int start = at;
        String name = string();
        skipSpace();
        expect(':');
        skipSpace();
        Object value = value();
        if (fields.containsKey(name)) {
          at = start;
          throw error("a key that is not there yet");
        }
        fields.put(name, value);
        skipSpace();
      } while (take(','));
      expect('}');
    }
    depth--;
    return new JsonObject(fields);
  }

  private List<@Nullable Object> array() {
    enter();
    var items = new ArrayList<@Nullable Object>();
    if (!take(']')) {
      do {
        skipSpace();
        items.add(value());
        skipSpace();
      } while (take(','));
      expect(']');
    }
    depth--;
    return Collections.unmodifiableList(items);
  }

  private void enter() {
    if (++depth > MAX_DEPTH) {
      throw error("at most " + MAX_DEPTH + " levels");
    }
    at++;
    skipSpace();
  }

  private String string() {
    expect('"');
    int start = at;
    while (peek() != '"' && peek() != '\\' && peek() >= ' ') {
      at++;
    }
    if (peek() == '"') { // nothing escaped, as nearly always
      return text.substring(start, at++);
    }
    var out = new StringBuilder().append(text, start, at);
    while (peek() != '"') {
      char c = text.charAt(at);
      if (c < ' ') {
        throw error("an escaped control character");
      }
      at++;
      out.append(c == '\\' ? escape() : c);
    }
    at++;
    return out.toString();
  }

  private char escape() {
    char c = peek();
    at++;
    return switch (c) {
      case '"', '\\', '/' -> c;
      case 'b' -> '\b';
      case 'f' -> '\f';
      case 'n' -> '\n';
      case 'r' -> '\r';
      case 't' -> '\t';
      case 'u' -> {
        int unit = 0;
        for (int i = 0; i < 4; i++, at++) {
          char hex = peek();
          int digit = hex < 0x80 ? Character.digit(hex, 16) : -1;
          if (digit < 0) {
            throw error("four hex digits");
          }
          unit = unit << 4 | digit;
        }
        yield (char) unit;
      }
      default -> {
        at--;
        throw error("an escape");
      }
    };
  }

  private Number number() {
    int start = at;
    take('-');
    if (!take('0')) {
      digits();
    }
    int whole = at;
    if (take('.')) {
      digits();
    }
    if (take('e') || take('E')) {
      if (!take('+')) {
        take('-');
      }
      digits();
    }
    String number = text.substring(start, at);
    if (at == whole) {
      return number.length() < 19 ? (Number) Long.valueOf(number) : whole(new BigInteger(number));
    }
    double value = Double.parseDouble(number);
    return Double.isInfinite(value) ? new BigDecimal(number) : (Number) value;
  }

  private static Number whole(BigInteger number) {
    return number.bitLength() < Long.SIZE ? (Number) number.longValue() : number;
  }

  private void digits() {
    int start = at;
    while (at < text.length() && text.charAt(at) >= '0' && text.charAt(at) <= '9') {
      at++;
    }
    if (at == start) {
      throw error("a value");
    }
  }

  private @Nullable Object word(String word, @Nullable Object value) {
    if (!text.startsWith(word, at)) {
      throw error("a value");
    }
    at += word.length();
    return value;
  }

  private char peek() {
    if (at >= text.length()) {
      throw error("more text");
    }
    return text.charAt(at);
  }

  private boolean take(char c) {
    if (at < text.length() && text.charAt(at) == c) {
      at++;
      return true;
    }
    return false;
  }

  private void expect(char c) {
    if (!take(c)) {
      throw error("'" + c + "'");
    }
  }

  private void skipSpace() {
    while (at < text.length() && " \t\r\n".indexOf(text.charAt(at)) >= 0) {
      at++;
    }
  }

  private JsonException error(String expected) {
    String rest = Json.abbreviate(text.substring(Math.min(at, text.length())));
    String before = text.substring(0, Math.min(at, text.length()));
    return new JsonException(
        "line %d, column %d: expected %s, found: %s"
            .formatted(
                1 + before.chars().filter(c -> c == '\n').count(),
                before.length() - before.lastIndexOf('\n'),
                expected,
                rest));
  }
}
