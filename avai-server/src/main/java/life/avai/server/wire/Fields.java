package life.avai.server.wire;

import java.util.Locale;
import java.util.UUID;
import life.avai.domain.message.ContentRules;
import life.avai.domain.thread.ThreadId;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * The fields of one frame, strictly typed. A field that is JSON null counts as absent; one that
 * does not fit is refused by name, never bent.
 */
final class Fields {
  private static final int UUID_LENGTH = 36;

  private final JsonNode frame;

  Fields(JsonNode frame) {
    this.frame = frame;
  }

  private @Nullable JsonNode node(String name) {
    JsonNode node = frame.get(name);
    return node == null || node.isNull() ? null : node;
  }

  /** Of a field's names the first that is present; the first of all when none is. */
  private String present(String... names) {
    for (String name : names) {
      if (node(name) != null) {
        return name;
      }
    }
    return names[0];
  }

  @Nullable String text(String name) {
    JsonNode node = node(name);
    if (node == null) {
      return null;
    }
    if (!node.isString()) {
      throw InvalidFrameException.field(name, "a string");
    }
    return node.stringValue();
  }

  /** A text that is kept or echoed, so it must be storable. */
  @Nullable String storableText(String name, int minCodePoints, int maxCodePoints) {
    String text = text(name);
    if (text == null) {
      return null;
    }
    int length = text.codePointCount(0, text.length());
    if (length < minCodePoints || length > maxCodePoints) {
      throw InvalidFrameException.field(
          name, minCodePoints + " to " + maxCodePoints + " characters");
    }
    if (!ContentRules.isStorable(text)) {
      throw new InvalidFrameException(
          ErrorCode.INVALID_CONTENT, name, name + ": holds U+0000 or half a surrogate pair");
    }
    return text;
  }

  @Nullable Boolean bool(String... names) {
    String name = present(names);
    JsonNode node = node(name);
    if (node == null) {
      return null;
    }
    if (!node.isBoolean()) {
      throw InvalidFrameException.field(name, "true or false");
    }
    return node.booleanValue();
  }

  @Nullable Long integer(String name, long min, long max) {
    JsonNode node = node(name);
    if (node == null) {
      return null;
    }
    if (!node.isIntegralNumber() || !node.canConvertToLong()) {
      throw InvalidFrameException.field(name, "a whole number from " + min + " to " + max);
    }
    long value = node.longValue();
    if (value < min || value > max) {
      throw InvalidFrameException.field(name, "a whole number from " + min + " to " + max);
    }
    return value;
  }

  int limit(int byDefault, int max) {
    Long limit = integer("limit", 1, max);
    return limit == null ? byDefault : limit.intValue();
  }

  @Nullable UUID uuid(String name) {
    String text = text(name);
    if (text == null) {
      return null;
    }
    UUID uuid = parseUuid(text);
    if (uuid == null) {
      throw InvalidFrameException.field(name, "a UUID");
    }
    return uuid;
  }

  /** The UUID in its one canonical length; {@link UUID#fromString} alone would take "1-1-1-1-1". */
  static @Nullable UUID parseUuid(String text) {
    if (text.length() != UUID_LENGTH) {
      return null;
    }
    try {
      UUID uuid = UUID.fromString(text);
      return uuid.toString().equals(text.toLowerCase(Locale.ROOT)) ? uuid : null;
    } catch (IllegalArgumentException e) {
      return null;
    }
  }

  /** The thread's name as written, under either spelling. */
  @Nullable String threadIdText() {
    return text(threadIdName());
  }

  private String threadIdName() {
    return present("thread_id", "threadId");
  }

  ThreadId threadId() {
    String text = threadIdText();
    if (text == null) {
      throw new InvalidFrameException(
          ErrorCode.MISSING_THREAD_ID, "thread_id", "thread_id: expected a UUID, found nothing");
    }
    return threadId(text);
  }

  private ThreadId threadId(String text) {
    UUID uuid = parseUuid(text);
    if (uuid == null) {
      throw InvalidFrameException.field(threadIdName(), "a UUID");
    }
    return new ThreadId(uuid);
  }

  /** An object within this one; null when absent. */
  @Nullable Fields object(String name) {
    JsonNode node = node(name);
    if (node == null) {
      return null;
    }
    if (!node.isObject()) {
      throw InvalidFrameException.field(name, "an object");
    }
    return new Fields(node);
  }

  <T> T required(@Nullable T value, String name, String expected) {
    if (value == null) {
      throw InvalidFrameException.field(name, expected + ", found nothing");
    }
    return value;
  }
}
