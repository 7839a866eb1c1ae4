package life.avai.server.websocket;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.function.BiPredicate;
import life.avai.domain.identity.UserId;
import life.avai.domain.thread.ThreadId;
import org.jspecify.annotations.Nullable;

/**
 * The thread that a connection's user was last seen to have, remembered for a moment: who types in
 * it, key by key, costs one look into the store a second. Used on the mailbox's thread only.
 */
final class OwnThread {
  static final Duration MOMENT = Duration.ofSeconds(1);

  private final BiPredicate<UserId, ThreadId> store;
  private final InstantSource clock;
  private @Nullable Seen seen;

  private record Seen(UserId user, ThreadId thread, Instant at) {}

  /**
   * Nothing is remembered yet.
   *
   * @param store whether a user has a thread; may block
   */
  OwnThread(BiPredicate<UserId, ThreadId> store, InstantSource clock) {
    this.store = store;
    this.clock = clock;
  }

  /** Whether the user has the thread, or had it a moment ago. */
  boolean isOf(UserId user, ThreadId thread) {
    Instant now = clock.instant();
    Seen last = seen;
    if (last != null
        && last.user().equals(user)
        && last.thread().equals(thread)
        && Duration.between(last.at(), now).abs().compareTo(MOMENT) < 0) {
      return true;
    }
    boolean has = store.test(user, thread);
    seen = has ? new Seen(user, thread, now) : null;
    return has;
  }

  /** The thread is gone. */
  void forget() {
    seen = null;
  }
}
