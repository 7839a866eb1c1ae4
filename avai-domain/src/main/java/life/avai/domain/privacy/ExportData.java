package life.avai.domain.privacy;

import static java.util.Objects.requireNonNull;

import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import life.avai.domain.identity.SessionToken;
import life.avai.domain.identity.UserId;
import life.avai.domain.message.Message;
import life.avai.domain.thread.ChatThread;
import life.avai.domain.thread.ThreadId;

/** Gives a user a copy of all that they said and were told, by a link that works once. */
public final class ExportData {
  /** How long a link may be used: to click on it, not to keep it. */
  public static final Duration LINK_LIVES = Duration.ofMinutes(5);

  private static final int THREADS_AT_ONCE = 100;

  /** Of these a page may hold as many as the longest replies allow: a few megabytes. */
  private static final int MESSAGES_AT_ONCE = 20;

  private final PersonalData data;
  private final ExportLinks links;
  private final InstantSource clock;
  private final SecureRandom random;

  public ExportData(
      PersonalData data, ExportLinks links, InstantSource clock, SecureRandom random) {
    this.data = requireNonNull(data, "data");
    this.links = requireNonNull(links, "links");
    this.clock = requireNonNull(clock, "clock");
    this.random = requireNonNull(random, "random");
  }

  /** A secret that opens one copy until a moment. */
  public record Link(SessionToken secret, Instant expiresAt) {}

  /** Takes a copy piece by piece: the profile, then each thread followed by its messages. */
  public interface Copy {
    void profile(Profile profile, Instant at);

    void thread(ChatThread thread);

    void message(Message message);

    /** All has been told. */
    void end(long threads, long messages);
  }

  /** Makes a link for a user; an earlier one of theirs is over. */
  public Link offer(UserId user) {
    SessionToken secret = SessionToken.generate(random);
    Instant expiresAt = clock.instant().plus(LINK_LIVES);
    links.offer(user, secret.hash(), expiresAt);
    return new Link(secret, expiresAt);
  }

  /** Whose copy a secret opens, which is spent by asking. */
  public Optional<UserId> redeem(SessionToken secret) {
    return links.redeem(secret.hash(), clock.instant());
  }

  /**
   * Reads everything once, a page at a time: no more than that is ever held.
   *
   * @param copy may throw to end it early
   * @return false when the user is gone, also if only since the beginning: then the copy has no end
   */
  public boolean write(UserId user, Copy copy) {
    Optional<Profile> profile = data.profile(user);
    if (profile.isEmpty()) {
      return false;
    }
    copy.profile(profile.get(), clock.instant());
    long threadCount = 0;
    long messageCount = 0;
    ThreadId last = null;
    List<ChatThread> threads;
    do {
      threads = data.threads(user, last, THREADS_AT_ONCE);
      for (ChatThread thread : threads) {
        copy.thread(thread);
        messageCount += messages(user, thread.id(), copy);
        last = thread.id();
      }
      threadCount += threads.size();
    } while (threads.size() == THREADS_AT_ONCE);
    if (data.profile(user).isEmpty()) {
      return false; // Deleted meanwhile: what there was to read became less and less.
    }
    copy.end(threadCount, messageCount);
    return true;
  }

  private long messages(UserId user, ThreadId thread, Copy copy) {
    long count = 0;
    long position = 0;
    List<Message> page;
    do {
      page = data.messages(user, thread, position, MESSAGES_AT_ONCE);
      for (Message message : page) {
        copy.message(message);
        position = message.position();
      }
      count += page.size();
    } while (page.size() == MESSAGES_AT_ONCE);
    return count;
  }
}
