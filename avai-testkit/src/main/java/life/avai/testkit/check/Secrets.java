package life.avai.testkit.check;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import life.avai.testkit.json.JsonObject;
import org.jspecify.annotations.Nullable;

/**
 * Finds any of many secrets in a text in one pass: a rolling hash of their first characters tells
 * where to look.
 */
final class Secrets {
  /** The shortest secret: shorter ones would be found by chance. */
  static final int SHORTEST = 8;

  private static final int BASE = 31;
  private static final int FIRST_WEIGHT = power();

  private final Map<Integer, List<Secret>> byStart = new HashMap<>();

  /**
   * A text that only one user knows.
   *
   * @param user whose
   * @param text the text
   */
  record Secret(String user, String text) {}

  Secrets(List<Secret> secrets) {
    for (Secret secret : secrets) {
      byStart
          .computeIfAbsent(
              secret.text().substring(0, SHORTEST).hashCode(), hash -> new ArrayList<>())
          .add(secret);
    }
  }

  private static int power() {
    int power = 1;
    for (int i = 1; i < SHORTEST; i++) {
      power *= BASE;
    }
    return power;
  }

  /** The users whose secrets are in a text. */
  Set<String> in(String text) {
    Set<String> found = new HashSet<>();
    look(text, found);
    return found;
  }

  /** The users whose secrets are in any text of a frame, as the text was before it became JSON. */
  Set<String> in(JsonObject frame) {
    Set<String> found = new HashSet<>();
    if (!byStart.isEmpty()) {
      eachText(frame, text -> look(text, found));
    }
    return found;
  }

  private static void eachText(@Nullable Object value, Consumer<String> action) {
    switch (value) {
      case String text -> action.accept(text);
      case List<?> items -> items.forEach(item -> eachText(item, action));
      case JsonObject object ->
          object
              .fields()
              .forEach((name, field) -> {
                action.accept(name);
                eachText(field, action);
              });
      case null, default -> {}
    }
  }

  private void look(String text, Set<String> found) {
    if (byStart.isEmpty() || text.length() < SHORTEST) {
      return;
    }
    // The same sum as String.hashCode, moved on by one character at a time.
    int hash = text.substring(0, SHORTEST).hashCode();
    for (int start = 0; ; start++) {
      for (Secret secret : byStart.getOrDefault(hash, List.of())) {
        if (text.startsWith(secret.text(), start)) {
          found.add(secret.user());
        }
      }
      if (start + SHORTEST == text.length()) {
        return;
      }
      hash = (hash - text.charAt(start) * FIRST_WEIGHT) * BASE + text.charAt(start + SHORTEST);
    }
  }
}
