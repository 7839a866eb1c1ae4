package life.avai.server.wire;

import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.Base64;
import java.util.UUID;
import life.avai.domain.thread.ThreadId;
import life.avai.domain.thread.ThreadPage;

/**
 * The place in a list of threads, as an opaque text; times are kept to the millisecond throughout.
 */
final class ThreadCursor {
  private static final int BYTES = 1 + 3 * Long.BYTES;

  private ThreadCursor() {}

  static String encode(ThreadPage.Cursor cursor) {
    UUID id = cursor.id().value();
    byte[] bytes =
        ByteBuffer.allocate(BYTES)
            .put((byte) (cursor.pinned() ? 1 : 0))
            .putLong(cursor.lastActivity().toEpochMilli())
            .putLong(id.getMostSignificantBits())
            .putLong(id.getLeastSignificantBits())
            .array();
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }

  /** What {@link #encode} gave; anything else is refused, and harmless: it only chooses a place. */
  static ThreadPage.Cursor decode(String text) {
    try {
      byte[] bytes = Base64.getUrlDecoder().decode(text);
      if (bytes.length != BYTES) {
        throw InvalidFrameException.field("before", "a cursor from threads_list");
      }
      ByteBuffer in = ByteBuffer.wrap(bytes);
      boolean pinned = in.get() != 0;
      Instant activity = Instant.ofEpochMilli(in.getLong());
      // PostgreSQL's timestamps end where a forged cursor need not.
      if (activity.isBefore(Instant.EPOCH) || activity.isAfter(Instant.ofEpochSecond(1L << 36))) {
        throw InvalidFrameException.field("before", "a cursor from threads_list");
      }
      return new ThreadPage.Cursor(
          pinned, activity, new ThreadId(new UUID(in.getLong(), in.getLong())));
    } catch (IllegalArgumentException | java.time.DateTimeException e) {
      throw InvalidFrameException.field("before", "a cursor from threads_list");
    }
  }
}
