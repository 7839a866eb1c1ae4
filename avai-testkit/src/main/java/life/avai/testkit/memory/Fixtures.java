package life.avai.testkit.memory;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.UUID;
import life.avai.domain.Ids;
import life.avai.domain.conversation.MessageDraft.Target;
import life.avai.domain.identity.Caller;
import life.avai.domain.identity.Tier;
import life.avai.domain.identity.UserId;
import life.avai.domain.identity.UserRepository;
import life.avai.domain.identity.VerifiedIdentity;
import life.avai.domain.message.ContentType;
import life.avai.domain.message.FinishReason;
import life.avai.domain.message.MessageId;
import life.avai.domain.thread.ThreadId;
import life.avai.domain.turn.Lease;
import life.avai.domain.turn.RequestId;
import life.avai.domain.turn.TurnEnd.ReplyDraft;
import life.avai.domain.turn.TurnOwner;

/** Sensible values for tests: users, leases, drafts. Every call gives new identifiers. */
public final class Fixtures {
  /** A moment in whole milliseconds, which every store keeps exactly. */
  public static final Instant NOON = Instant.parse("2026-11-02T12:00:00Z");

  private static final Ids IDS = Ids.timeOrdered();

  private Fixtures() {}

  public static UserId userId() {
    return new UserId(IDS.next());
  }

  public static ThreadId threadId() {
    return new ThreadId(IDS.next());
  }

  public static MessageId messageId() {
    return new MessageId(IDS.next());
  }

  public static RequestId requestId() {
    return new RequestId(IDS.next());
  }

  /** A lease of a new owner's. */
  public static Lease lease(Duration duration) {
    return new Lease(new TurnOwner(IDS.next()), duration);
  }

  /** What a provider's token might say of somebody of that name at it. */
  public static VerifiedIdentity identity(String subject, Tier tier) {
    return new VerifiedIdentity(
        subject, "name of " + subject, tier, NOON.plus(Duration.ofHours(1)), null);
  }

  /** A new signed-in user whom the repository knows. */
  public static Caller.SignedIn signedIn(UserRepository users) {
    return users.signIn(identity("user_" + IDS.next(), Tier.PRO), userId(), NOON);
  }

  /** A new anonymous user whom the repository knows. */
  public static Caller.Anonymous anonymous(UserRepository users) {
    return users.createAnonymous(userId(), IDS.next(), tokenHash(), NOON);
  }

  /** 32 bytes that nobody else has. */
  public static byte[] tokenHash() {
    return UUID.randomUUID().toString().substring(0, 32).getBytes(StandardCharsets.US_ASCII);
  }

  /** A message into a thread that is there. */
  public static DraftBuilder draft(UserId author, ThreadId thread) {
    return new DraftBuilder(author, new Target.Existing(thread));
  }

  /** A message into a new thread. */
  public static DraftBuilder opening(UserId author) {
    return new DraftBuilder(author, new Target.New(threadId(), "A new thread"));
  }

  /** A whole reply. */
  public static ReplyDraft reply(String content) {
    return new ReplyDraft(
        messageId(),
        content,
        ContentType.MARKDOWN,
        7,
        "test-model",
        0.5,
        Duration.ofMillis(120),
        "{\"language\": \"java\"}",
        FinishReason.COMPLETE);
  }

  /** A reply that was cut off. */
  public static ReplyDraft partialReply(String content) {
    return new ReplyDraft(
        messageId(),
        content,
        ContentType.MARKDOWN,
        null,
        null,
        null,
        null,
        null,
        FinishReason.CANCELLED);
  }
}
