package life.avai.testkit.canister;

import java.time.Duration;
import java.util.concurrent.CompletionStage;

/** The kinds of {@link Step} that have nothing to adjust. */
final class Steps {
  private Steps() {}

  /** A step after which the next ones may have to wait. */
  sealed interface Timed extends Step {}

  /** A step that sends something at once. */
  sealed interface Sent extends Step {}

  /** A step that ends the connection. */
  sealed interface Ending extends Step {}

  record Pause(Duration time) implements Timed {}

  record Await(CompletionStage<?> gate) implements Timed {}

  record Deltas(String text, int chunkChars, Duration between) implements Timed {
    Deltas {
      if (chunkChars < 1) {
        throw new IllegalArgumentException("chunkChars: " + chunkChars + " (expected: 1 or more)");
      }
    }

    /** Where the piece that begins at {@code from} ends. */
    int endOfChunk(int from) {
      int end = Math.min(from + chunkChars, text.length());
      boolean splits =
          end < text.length() && Character.isSurrogatePair(text.charAt(end - 1), text.charAt(end));
      return splits ? end + 1 : end;
    }
  }

  static final class Bytes implements Sent {
    private final byte[] bytes;

    Bytes(byte[] bytes) {
      this.bytes = bytes;
    }

    byte[] bytes() {
      return bytes;
    }
  }

  record Repeat() implements Sent {}

  record Close(int code) implements Ending {}

  record Cut(boolean midFrame) implements Ending {}

  record Reset() implements Ending {}

  record Freeze() implements Ending {}
}
