package life.avai.testkit.load;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What was seen and must not be, by property. Safe for use by many threads at once. */
final class Violations {
  private static final int EXAMPLES = 10;

  /** What must hold of what sockets see. */
  enum Property {
    /** Each acknowledged message gets exactly one outcome. */
    P4,
    /** What was seen is what was stored, and the same for all. */
    P6,
    /** Pieces of a reply have no gap and no repeat, are the reply, and nothing follows it. */
    P11,
    /** Each request gets exactly one answer. */
    P14
  }

  private final Map<Property, Long> counts = new TreeMap<>(); // guarded by this
  private final List<String> examples = new ArrayList<>(); // guarded by this

  synchronized void add(Property property, String what) {
    counts.merge(property, 1L, Long::sum);
    if (examples.size() < EXAMPLES) {
      examples.add(property + ": " + what);
    }
  }

  synchronized long total() {
    return counts.values().stream().mapToLong(Long::longValue).sum();
  }

  synchronized Map<Property, Long> counts() {
    var all = new TreeMap<Property, Long>();
    for (Property property : Property.values()) {
      all.put(property, counts.getOrDefault(property, 0L));
    }
    return all;
  }

  synchronized List<String> examples() {
    return List.copyOf(examples);
  }
}
