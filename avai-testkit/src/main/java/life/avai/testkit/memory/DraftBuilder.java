package life.avai.testkit.memory;

import java.time.Duration;
import java.time.Instant;
import java.util.UUID;
import java.util.function.Consumer;
import life.avai.domain.conversation.MessageDraft;
import life.avai.domain.conversation.MessageDraft.Target;
import life.avai.domain.conversation.TurnStart;
import life.avai.domain.conversation.WhileBusy;
import life.avai.domain.identity.UserId;
import life.avai.domain.message.ContentType;
import life.avai.domain.message.MessageId;
import life.avai.domain.thread.ThreadId;
import life.avai.domain.turn.Lease;
import life.avai.domain.turn.RequestId;
import org.jspecify.annotations.Nullable;

/**
 * A message to be kept, changed step by step from sensible values: plain text whose turn waits for
 * a quarter of an hour. Never changes itself: each step gives another one.
 */
public final class DraftBuilder implements Cloneable {
  private MessageId id = Fixtures.messageId();
  private RequestId requestId = Fixtures.requestId();
  private final Target target;
  private final UserId author;
  private String content = "Is this safe?";
  private ContentType contentType = ContentType.TEXT;
  private @Nullable UUID clientMessageId;
  private @Nullable Long expectedPosition;
  private WhileBusy whileBusy = WhileBusy.ENQUEUE;
  private TurnStart start = new TurnStart.Wait();
  private Duration expiry = Duration.ofMinutes(15);
  private Instant at = Fixtures.NOON;

  DraftBuilder(UserId author, Target target) {
    this.author = author;
    this.target = target;
  }

  /** The draft as it is now. */
  public MessageDraft build() {
    return new MessageDraft(
        id,
        requestId,
        target,
        author,
        content,
        contentType,
        4,
        clientMessageId,
        expectedPosition,
        whileBusy,
        start,
        expiry,
        at);
  }

  public DraftBuilder content(String value) {
    return with(copy -> copy.content = value);
  }

  public DraftBuilder contentType(ContentType value) {
    return with(copy -> copy.contentType = value);
  }

  public DraftBuilder clientMessageId(UUID value) {
    return with(copy -> copy.clientMessageId = value);
  }

  public DraftBuilder expectedPosition(long value) {
    return with(copy -> copy.expectedPosition = value);
  }

  public DraftBuilder whileBusy(WhileBusy value) {
    return with(copy -> copy.whileBusy = value);
  }

  public DraftBuilder start(TurnStart value) {
    return with(copy -> copy.start = value);
  }

  /** Its turn runs at once under that lease, if the thread is free. */
  public DraftBuilder runNow(Lease lease) {
    return start(new TurnStart.RunNow(lease));
  }

  public DraftBuilder expiry(Duration value) {
    return with(copy -> copy.expiry = value);
  }

  public DraftBuilder at(Instant value) {
    return with(copy -> copy.at = value);
  }

  /** The same under new identifiers, as it looks when a client sends it once more. */
  public DraftBuilder again() {
    return with(copy -> {
      copy.id = Fixtures.messageId();
      copy.requestId = Fixtures.requestId();
    });
  }

  /** The same by somebody else, or into another thread, under new identifiers. */
  public DraftBuilder again(UserId otherAuthor, ThreadId otherThread) {
    DraftBuilder copy = new DraftBuilder(otherAuthor, new Target.Existing(otherThread));
    copy.content = content;
    copy.contentType = contentType;
    copy.clientMessageId = clientMessageId;
    copy.whileBusy = whileBusy;
    copy.start = start;
    copy.expiry = expiry;
    copy.at = at;
    return copy;
  }

  private DraftBuilder with(Consumer<DraftBuilder> change) {
    DraftBuilder copy = clone();
    change.accept(copy);
    return copy;
  }

  @Override
  protected DraftBuilder clone() {
    try {
      return (DraftBuilder) super.clone();
    } catch (CloneNotSupportedException e) {
      throw new AssertionError("it is cloneable", e);
    }
  }
}
