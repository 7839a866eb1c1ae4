package life.avai.testkit.check;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Who is who: somebody anonymous who signed in and took the threads along is the same person from
 * then on, and before.
 */
final class Users {
  private final Map<String, String> parents = new HashMap<>();

  void unite(String one, String other) {
    String a = person(one);
    String b = person(other);
    if (!a.equals(b)) {
      parents.put(a, b);
    }
  }

  String person(String user) {
    String at = user;
    for (String next = parents.get(at); next != null; next = parents.get(at)) {
      at = next;
    }
    return at;
  }

  boolean areOne(@Nullable String one, @Nullable String other) {
    return one != null && other != null && person(one).equals(person(other));
  }
}
