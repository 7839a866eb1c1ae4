package life.avai.server.protocol;

import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Fails a test when a frame that went over a wire meanwhile does not fit its schema. It is there
 * for every test of the module (META-INF/services), as are the two listeners that tell it.
 */
public final class FrameGuardExtension implements AfterEachCallback, AfterAllCallback {
  private static final Queue<String> COMPLAINTS = new ConcurrentLinkedQueue<>();

  static void complain(List<String> complaints) {
    COMPLAINTS.addAll(complaints);
  }

  /** What was found and not told yet. */
  static List<String> take() {
    List<String> taken = new ArrayList<>();
    for (String next = COMPLAINTS.poll(); next != null; next = COMPLAINTS.poll()) {
      taken.add(next);
    }
    return taken;
  }

  @Override
  public void afterEach(ExtensionContext context) {
    check();
  }

  @Override
  public void afterAll(ExtensionContext context) {
    check();
  }

  private static void check() {
    List<String> complaints = take();
    if (!complaints.isEmpty()) {
      throw new AssertionError(
          complaints.size()
              + " frames do not fit docs/protocol/schemas, the first:\n"
              + String.join("\n", complaints.subList(0, Math.min(5, complaints.size()))));
    }
  }
}
