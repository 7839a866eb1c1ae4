package life.avai.testkit.canister;

import java.time.Duration;
import java.util.Random;
import java.util.concurrent.CompletionStage;
import life.avai.testkit.json.Json;
import life.avai.testkit.json.JsonException;
import life.avai.testkit.json.JsonObject;
import org.jspecify.annotations.Nullable;

/** The kinds of {@link Step} that have nothing to adjust. */
final class Steps {
  /** Spreads neighbouring numbers over all seeds. */
  private static final long GOLDEN_RATIO = 0x9E37_79B9_7F4A_7C15L;

  private Steps() {}

  /** A step after which the next ones may have to wait. */
  sealed interface Timed extends Step {}

  /** A step that sends something at once. */
  sealed interface Sent extends Step {}

  /** A step that ends the connection. */
  sealed interface Ending extends Step {}

  record Pause(Duration time) implements Timed {}

  record Await(CompletionStage<?> gate) implements Timed {}

  /**
   * A text in pieces.
   *
   * @param chunkChars characters to a piece; the most, if there is a seed
   * @param seed decides how long each piece is; null when all are as long
   */
  record Deltas(String text, int chunkChars, @Nullable Long seed, Duration between)
      implements Timed {
    Deltas {
      if (chunkChars < 1) {
        throw new IllegalArgumentException("chunkChars: " + chunkChars + " (expected: 1 or more)");
      }
    }

    /** Where the piece that begins at {@code from} ends. */
    int endOfChunk(int from) {
      int end = Math.min(from + chars(from), text.length());
      boolean splits =
          end < text.length() && Character.isSurrogatePair(text.charAt(end - 1), text.charAt(end));
      return splits ? end + 1 : end;
    }

    private int chars(int from) {
      return seed == null
          ? chunkChars
          : 1 + new Random(seed ^ from * GOLDEN_RATIO).nextInt(chunkChars);
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

  /**
   * A text message that a real canister sent.
   *
   * @param asked the request that it was sent about: {@code request_id}, {@code conversation_id},
   *     {@code attempt}
   */
  record Recorded(String text, JsonObject asked) implements Sent {
    /** The text for a request: byte for byte for the one it was recorded with. */
    String textFor(JsonObject request) {
      JsonObject frame = frame();
      if (frame == null) {
        return text;
      }
      JsonObject mended = frame;
      for (String field : asked.fields().keySet()) {
        Object value = asked.get(field);
        if (value != null && value.equals(frame.get(field))) {
          mended = mended.with(field, request.get(field));
        }
      }
      return mended.equals(frame) ? text : mended.toString();
    }

    boolean isTerminal() {
      JsonObject frame = frame();
      return frame != null
          && (frame.type().equals("response") || frame.type().equals("error"))
          && asked.string("request_id").equals(frame.get("request_id"));
    }

    private @Nullable JsonObject frame() {
      try {
        return Json.parseObject(text);
      } catch (JsonException e) {
        return null;
      }
    }
  }

  record Close(int code) implements Ending {}

  record Cut(boolean midFrame) implements Ending {}

  record Reset() implements Ending {}

  record Freeze() implements Ending {}
}
