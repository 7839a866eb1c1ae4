package life.avai.server.fuzz;

import java.util.List;
import java.util.SplittableRandom;
import java.util.regex.Pattern;

/** Spoils a text that is well-formed, a little at a time, mostly where its structure is. */
final class Mutator {
  private static final Pattern VALUE =
      Pattern.compile(
          "\"(?:[^\"\\\\]++|\\\\.)*+\"|-?\\d+(?:\\.\\d+)?(?:[eE][+-]?\\d+)?|true|false|null");
  private static final List<String> PIECES =
      List.of(
          "\"",
          "\\",
          "\\u0000",
          "\\ud800",
          "\\udc00",
          "\\ud83d\\ude00",
          "\u0000",
          "\uD800",
          "\uDC00",
          "\uFEFF",
          "\u2028",
          "{",
          "}",
          "[",
          "]",
          ",",
          ":",
          "{}",
          "[]",
          "null",
          "true",
          "0",
          "-0",
          "-1",
          "1.5",
          "1e400",
          "-1e400",
          "1e-400",
          "01",
          "2147483648",
          "9223372036854775808",
          "123456789012345678901234567890123456789012345678901234567890",
          "1E1000000000",
          "NaN",
          "Infinity",
          "\"new\"",
          "\"\"",
          "//",
          "/**/",
          "'",
          ".",
          "=",
          "-",
          "\"00000000-0000-0000-0000-000000000000\"",
          "\"type\":\"ping\",",
          "\"id\":1e400,",
          "\"id\":{},",
          "\"attempt\":1e99,",
          "\"sequence\":-1,",
          "eyJhbGciOiJub25lIn0");

  private final SplittableRandom random;

  Mutator(SplittableRandom random) {
    this.random = random;
  }

  /** One of the seeds, changed in one to five places. */
  String mutate(List<String> seeds) {
    String text = seeds.get(random.nextInt(seeds.size()));
    for (int i = random.nextInt(5); i >= 0; i--) {
      text = once(text, seeds);
    }
    return text;
  }

  private String once(String text, List<String> seeds) {
    int at = random.nextInt(text.length() + 1);
    int end = Math.min(text.length(), at + 1 + random.nextInt(8));
    return switch (random.nextInt(9)) {
      case 0 -> text.substring(0, at) + piece() + text.substring(at);
      case 1 -> text.substring(0, at) + text.substring(end);
      case 2 -> text.substring(0, at) + text.substring(at, end).repeat(2) + text.substring(end);
      case 3 -> text.substring(0, at) + (char) random.nextInt(0x10000) + text.substring(end);
      case 4 -> text.substring(0, at);
      case 5 -> {
        String other = seeds.get(random.nextInt(seeds.size()));
        yield text.substring(0, at) + other.substring(random.nextInt(other.length() + 1));
      }
      case 6 -> flip(text);
      default -> replaceValue(text);
    };
  }

  private String piece() {
    String piece = PIECES.get(random.nextInt(PIECES.size()));
    return random.nextInt(20) == 0 ? piece.repeat(1 + random.nextInt(200)) : piece;
  }

  private String flip(String text) {
    if (text.isEmpty()) {
      return text;
    }
    int at = random.nextInt(text.length());
    char flipped = (char) (text.charAt(at) ^ (1 << random.nextInt(8)));
    return text.substring(0, at) + flipped + text.substring(at + 1);
  }

  private String replaceValue(String text) {
    List<int[]> values =
        VALUE.matcher(text).results().map(found -> new int[] {found.start(), found.end()}).toList();
    if (values.isEmpty()) {
      return text + piece();
    }
    int[] value = values.get(random.nextInt(values.size()));
    return text.substring(0, value[0]) + piece() + text.substring(value[1]);
  }
}
