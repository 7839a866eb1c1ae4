package life.avai.testkit.load;

import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** What one device has seen of one turn. */
final class Turn {
  final UUID id;

  /** When the message was due to be sent. */
  final long dueNanos;

  /** The message; null for a device that did not send it. */
  final @Nullable UUID messageId;

  final JsonScanner.Text text = new JsonScanner.Text();
  int attempt;

  /** The frame that told the outcome; null while there is none. */
  @Nullable String outcome;

  /** Of the text of the reply; 0 for none. */
  int replyHash;

  /** The reply's place; 0 for none. */
  long replyPosition;

  long endedNanos;

  Turn(UUID id, @Nullable UUID messageId, long dueNanos) {
    this.id = id;
    this.messageId = messageId;
    this.dueNanos = dueNanos;
  }
}
