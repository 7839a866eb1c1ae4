package life.avai.domain.reply;

import static java.util.Objects.requireNonNull;

import java.nio.CharBuffer;
import java.util.Arrays;
import life.avai.domain.message.MessageId;
import life.avai.domain.turn.RequestId;
import org.jspecify.annotations.Nullable;

/**
 * The text of one running turn's reply: appended to by its turn, read by anybody at any pace.
 *
 * <p>Readers hold nothing here but an attempt and an offset, so a slow one costs nothing, one that
 * comes back goes on where it was, and no number of them slows the writer. A new attempt starts
 * again at offset 0, and the text of the former one is gone.
 *
 * <p>One thread at a time writes; any number read without locks.
 */
public final class ReplyStream {
  private static final int INITIAL_CAPACITY = 256;

  private final RequestId requestId;
  private final MessageId messageId;
  private volatile Text text;
  private volatile Runnable onChange = () -> {};

  /**
   * An empty reply.
   *
   * @param messageId the id that the reply will be kept under
   * @param attempt the number of the attempt that fills it first
   */
  public ReplyStream(RequestId requestId, MessageId messageId, int attempt) {
    this.requestId = requireNonNull(requestId, "requestId");
    this.messageId = requireNonNull(messageId, "messageId");
    this.text = new Text(attempt);
  }

  public RequestId requestId() {
    return requestId;
  }

  public MessageId messageId() {
    return messageId;
  }

  /** The attempt that is being written now. */
  public int attempt() {
    return text.attempt;
  }

  /** How long the text of the attempt is so far, in UTF-16 code units. */
  public int length() {
    return text.length;
  }

  /** Calls back after every change, on the writer's thread; the callback must not block. */
  public void onChange(Runnable callback) {
    onChange = requireNonNull(callback, "callback");
  }

  /**
   * Adds to the text.
   *
   * @param delta without lone surrogates
   */
  public void append(String delta) {
    text.append(delta);
    onChange.run();
  }

  /** Begins the text anew under a higher attempt. */
  public void restart(int attempt) {
    if (attempt <= text.attempt) {
      throw new IllegalArgumentException(
          "attempt: " + attempt + " (expected: more than " + text.attempt + ")");
    }
    text = new Text(attempt);
    onChange.run();
  }

  /** The whole text of the attempt so far. */
  public String content() {
    Text now = text;
    int length = now.length;
    return new String(now.chars, 0, length);
  }

  /** Whether the text so far is exactly this; compares without copying. */
  public boolean contentEquals(String other) {
    Text now = text;
    int length = now.length;
    return length == other.length() && other.contentEquals(CharBuffer.wrap(now.chars, 0, length));
  }

  /**
   * Reads on from where a reader is.
   *
   * @param attempt the attempt that the reader has been reading
   * @param offset how many UTF-16 code units of it the reader has; one inside a surrogate pair, or
   *     beyond the end, is moved back
   * @param maxUnits the longest piece, in UTF-16 code units; at least 2
   * @return what comes next; when the attempt is no longer the reader's, from the start of the
   *     present one; null when the reader has everything
   */
  public @Nullable Piece read(int attempt, int offset, int maxUnits) {
    Text now = text;
    int length = now.length;
    char[] chars = now.chars;
    boolean sameAttempt = attempt == now.attempt;
    int start = sameAttempt ? Math.max(0, Math.min(offset, length)) : 0;
    if (start > 0 && start < length && Character.isLowSurrogate(chars[start])) {
      start--;
    }
    if (start == length) {
      return null;
    }
    int end = Math.min(length, start + maxUnits);
    if (end < length && Character.isHighSurrogate(chars[end - 1])) {
      end--;
    }
    return new Piece(now.attempt, start, new String(chars, start, end - start));
  }

  /**
   * A piece of the text.
   *
   * @param offset where it begins, in UTF-16 code units from the start of the reply
   */
  public record Piece(int attempt, int offset, String text) {
    /** Where the next piece begins. */
    public int end() {
      return offset + text.length();
    }
  }

  /** The growing text of one attempt. The writer fills first and publishes the length after. */
  private static final class Text {
    final int attempt;
    volatile char[] chars = new char[INITIAL_CAPACITY];
    volatile int length;

    Text(int attempt) {
      this.attempt = attempt;
    }

    void append(String delta) {
      int from = length;
      int to = from + delta.length();
      char[] target = chars;
      if (to > target.length) {
        target = Arrays.copyOf(target, Math.max(to, target.length * 2));
      }
      delta.getChars(0, delta.length(), target, from);
      // Readers read the length first, then the array, which is then at least that long.
      chars = target;
      length = to;
    }
  }
}
