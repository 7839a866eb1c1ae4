package life.avai.testkit.load;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.UUID;

/**
 * Walks over the fields of one JSON object in a byte array, without making objects: the load must
 * cost little beside what it measures. It trusts the server to send JSON; what is none throws.
 */
final class JsonScanner {
  private byte[] bytes = new byte[0];
  private int at;
  private int end;
  private int nameFrom;
  private int nameTo;
  private int valueFrom;
  private int valueTo;

  /** Begins with an object's first field. */
  JsonScanner over(byte[] array, int from, int to) {
    bytes = array;
    at = from;
    end = to;
    skipSpace();
    expect('{');
    return this;
  }

  /** Goes on to the next field; false when there is none. */
  boolean next() {
    skipSpace();
    if (peek() == ',') {
      at++;
      skipSpace();
    }
    if (peek() == '}') {
      return false;
    }
    nameFrom = at + 1;
    skipString();
    nameTo = at - 1;
    skipSpace();
    expect(':');
    skipSpace();
    valueFrom = at;
    skipValue();
    valueTo = at;
    return true;
  }

  /** Whether the field has this name. */
  boolean named(String name) {
    return matches(name, nameFrom, nameTo);
  }

  /** Whether the value is this text. */
  boolean is(String text) {
    return peekAt(valueFrom) == '"' && matches(text, valueFrom + 1, valueTo - 1);
  }

  boolean isTrue() {
    return peekAt(valueFrom) == 't';
  }

  /** The value, a text without escapes. */
  String text() {
    return new String(bytes, valueFrom + 1, valueTo - valueFrom - 2, UTF_8);
  }

  /** The value, an integer. */
  long number() {
    long value = 0;
    boolean negative = peekAt(valueFrom) == '-';
    for (int i = valueFrom + (negative ? 1 : 0); i < valueTo; i++) {
      int digit = bytes[i] - '0';
      if (digit < 0 || digit > 9) {
        throw new IllegalStateException("no integer at " + i);
      }
      value = value * 10 + digit;
    }
    return negative ? -value : value;
  }

  /** The value, a UUID as text. */
  UUID uuid() {
    long high = 0;
    long low = 0;
    int digits = 0;
    for (int i = valueFrom + 1; i < valueTo - 1; i++) {
      if (bytes[i] == '-') {
        continue;
      }
      int digit = Character.digit(bytes[i], 16);
      if (digits++ < 16) {
        high = (high << 4) | digit;
      } else {
        low = (low << 4) | digit;
      }
    }
    return new UUID(high, low);
  }

  /** Adds the value, a text, to what was read of a reply. */
  void addTo(Text text) {
    int i = valueFrom + 1;
    int last = valueTo - 1;
    while (i < last) {
      int b = bytes[i];
      if (b == '\\') {
        i = addEscape(text, i + 1);
      } else if (b >= 0) {
        text.add((char) b);
        i++;
      } else {
        i = addMultibyte(text, i);
      }
    }
  }

  private int addEscape(Text text, int i) {
    switch (bytes[i]) {
      case 'n' -> text.add('\n');
      case 't' -> text.add('\t');
      case 'r' -> text.add('\r');
      case 'b' -> text.add('\b');
      case 'f' -> text.add('\f');
      case 'u' -> {
        int unit = 0;
        for (int digit = 1; digit <= 4; digit++) {
          unit = (unit << 4) | Character.digit(bytes[i + digit], 16);
        }
        text.add((char) unit);
        return i + 5;
      }
      default -> text.add((char) bytes[i]);
    }
    return i + 1;
  }

  private int addMultibyte(Text text, int i) {
    int first = bytes[i] & 0xff;
    int more = first >= 0xf0 ? 3 : first >= 0xe0 ? 2 : 1;
    int point = first & (0x3f >> more);
    for (int k = 1; k <= more; k++) {
      point = (point << 6) | (bytes[i + k] & 0x3f);
    }
    if (point >= 0x10000) {
      text.add(Character.highSurrogate(point));
      text.add(Character.lowSurrogate(point));
    } else {
      text.add((char) point);
    }
    return i + 1 + more;
  }

  /** A text of which only length and hash are kept. */
  static final class Text {
    private int length;
    private int hash;

    private void add(char unit) {
      length++;
      hash = 31 * hash + unit;
    }

    void clear() {
      length = 0;
      hash = 0;
    }

    /** In UTF-16 code units. */
    int length() {
      return length;
    }

    /** As {@link String#hashCode}. */
    int hash() {
      return hash;
    }
  }

  private boolean matches(String name, int from, int to) {
    if (to - from != name.length()) {
      return false;
    }
    for (int i = 0; i < name.length(); i++) {
      if (bytes[from + i] != name.charAt(i)) {
        return false;
      }
    }
    return true;
  }

  private void skipValue() {
    int depth = 0;
    do {
      switch (peek()) {
        case '"' -> skipString();
        case '{', '[' -> {
          depth++;
          at++;
        }
        case '}', ']' -> {
          depth--;
          at++;
        }
        case ',', ':', ' ' -> at++;
        default -> skipWord();
      }
    } while (depth > 0);
  }

  private void skipWord() {
    while (at < end && ",:}] ".indexOf(bytes[at]) < 0) {
      at++;
    }
  }

  private void skipString() {
    expect('"');
    while (peek() != '"') {
      at += bytes[at] == '\\' ? 2 : 1;
    }
    at++;
  }

  private void skipSpace() {
    while (at < end && bytes[at] == ' ') {
      at++;
    }
  }

  private void expect(char c) {
    if (peek() != c) {
      throw new IllegalStateException("no JSON: expected " + c + " at " + at);
    }
    at++;
  }

  private int peek() {
    return peekAt(at);
  }

  private int peekAt(int index) {
    if (index >= end) {
      throw new IllegalStateException("no JSON: it ends too early");
    }
    return bytes[index];
  }
}
