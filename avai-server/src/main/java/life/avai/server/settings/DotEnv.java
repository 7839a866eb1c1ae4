package life.avai.server.settings;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/**
 * The variables of a {@code .env} file: a line each, comments with #, quotes optional, nothing is
 * expanded.
 */
public final class DotEnv {
  /** Some editors put it before the first name. */
  private static final String BYTE_ORDER_MARK = "\uFEFF";

  private DotEnv() {}

  /** The environment, and beneath it what the directory's {@code .env} has, if there is one. */
  public static Map<String, String> under(Map<String, String> environment, Path directory) {
    Path file = directory.resolve(".env");
    if (!Files.isRegularFile(file)) {
      return environment;
    }
    Map<String, String> all = new HashMap<>();
    try {
      for (String line : Files.readAllLines(file)) {
        add(all, line.replace(BYTE_ORDER_MARK, "").strip());
      }
    } catch (IOException e) {
      throw new ConfigurationException(".env", "a file that can be read");
    }
    all.putAll(environment);
    return all;
  }

  private static void add(Map<String, String> all, String line) {
    String plain = line.startsWith("export ") ? line.substring("export ".length()).strip() : line;
    int equals = plain.indexOf('=');
    if (plain.isEmpty() || plain.startsWith("#") || equals < 1) {
      return;
    }
    all.put(plain.substring(0, equals).strip(), unquoted(plain.substring(equals + 1).strip()));
  }

  private static String unquoted(String value) {
    if (value.length() >= 2) {
      char first = value.charAt(0);
      int end = value.indexOf(first, 1);
      if ((first == '"' || first == '\'') && end > 0) {
        String inner = value.substring(1, end);
        return first == '"' ? inner.replace("\\n", "\n") : inner;
      }
    }
    int comment = value.indexOf(" #");
    return comment < 0 ? value : value.substring(0, comment).strip();
  }
}
