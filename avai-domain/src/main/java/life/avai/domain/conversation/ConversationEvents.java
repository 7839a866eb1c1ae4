package life.avai.domain.conversation;

import life.avai.domain.reply.ReplyStream;
import life.avai.domain.thread.ThreadId;
import org.jspecify.annotations.Nullable;

/**
 * Tells everyone who watches a thread what happens in it, in one order that is the same for all.
 *
 * <p>Watchers pull: each has a place in the thread's events and takes what comes next when it can.
 * Publishing never waits for a watcher.
 *
 * <p>Safe for use by many threads at once; never blocks.
 */
public interface ConversationEvents {
  /** Appends an event to what the thread's watchers will see. */
  void publish(ConversationEvent event);

  /**
   * Watches a thread from now on.
   *
   * @param wake called after something has been added, on the publisher's thread, perhaps before
   *     this returns; must not block, and need not be called again until the watcher has looked
   */
  Subscription subscribe(ThreadId thread, Runnable wake);

  /** Whether anybody watches the thread here. */
  boolean isWatched(ThreadId thread);

  /** A watcher's place in a thread's events. Used by one thread at a time. */
  interface Subscription extends AutoCloseable {
    ThreadId threadId();

    /** The reply that was being written when this began to watch; null when there was none. */
    @Nullable ReplyStream runningAtStart();

    /** The next event, without taking it; null when there is none yet. */
    @Nullable ConversationEvent peek();

    /** Takes the event that {@link #peek} shows. */
    void advance();

    /** How much text waits to be taken, roughly, in characters. */
    long lag();

    /** Stops watching. */
    @Override
    void close();
  }
}
