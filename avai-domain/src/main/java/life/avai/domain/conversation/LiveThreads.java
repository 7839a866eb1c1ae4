package life.avai.domain.conversation;

import static java.util.Objects.requireNonNull;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import life.avai.domain.conversation.ConversationEvent.ReplyAbandoned;
import life.avai.domain.conversation.ConversationEvent.ReplyStarted;
import life.avai.domain.conversation.ConversationEvent.TurnAnswered;
import life.avai.domain.conversation.ConversationEvent.TurnCancelled;
import life.avai.domain.conversation.ConversationEvent.TurnEnded;
import life.avai.domain.reply.ReplyStream;
import life.avai.domain.thread.ThreadId;
import life.avai.domain.turn.RequestId;
import org.jspecify.annotations.Nullable;

/**
 * The events of one process's threads.
 *
 * <p>A thread's events are a linked list to whose end events are added, and a watcher is a
 * reference to the last one it has seen. What everybody has seen is garbage; nothing is queued per
 * watcher, and nothing is kept for a thread that nobody watches and in which no reply runs.
 */
public final class LiveThreads implements ConversationEvents {
  /** What an event counts for in a watcher's lag besides its text. */
  private static final int EVENT_WEIGHT = 256;

  /** More than a thread may have unfinished turns, which can all end at once. */
  private static final int REMEMBERED_OUTCOMES = ConversationStore.MAX_UNFINISHED_PER_THREAD + 28;

  private final ConcurrentHashMap<ThreadId, LiveThread> threads = new ConcurrentHashMap<>();

  /** Nothing is watched yet. */
  public LiveThreads() {}

  @Override
  public void publish(ConversationEvent event) {
    if (event instanceof ReplyStarted) {
      // Kept although nobody may watch: who comes later is shown the running reply.
      threads.compute(
          event.threadId(),
          (id, existing) -> {
            LiveThread live = existing == null ? new LiveThread(id) : existing;
            live.publish(event);
            return live;
          });
      return;
    }
    LiveThread live = threads.get(event.threadId());
    if (live != null) {
      live.publish(event);
      if (endedReply(event) != null) {
        forgetIfIdle(event.threadId());
      }
    }
  }

  @Override
  public Subscription subscribe(ThreadId thread, Runnable wake) {
    Watcher[] created = new Watcher[1];
    threads.compute(
        thread,
        (id, existing) -> {
          LiveThread live = existing == null ? new LiveThread(id) : existing;
          created[0] = live.add(this, wake);
          return live;
        });
    return requireNonNull(created[0]);
  }

  @Override
  public boolean isWatched(ThreadId thread) {
    LiveThread live = threads.get(thread);
    return live != null && live.isWatched();
  }

  /** How many threads are watched or have a running reply: for metrics. */
  public int size() {
    return threads.size();
  }

  private void forgetIfIdle(ThreadId thread) {
    threads.computeIfPresent(thread, (id, live) -> live.isIdle() ? null : live);
  }

  /** The turn whose reply is no longer being written after this event; null when there is none. */
  private static @Nullable RequestId endedReply(ConversationEvent event) {
    return switch (event) {
      case TurnEnded ended -> ended.requestId();
      case ReplyAbandoned abandoned -> abandoned.requestId();
      default -> null;
    };
  }

  /** One thread's watchers and the end of its events. */
  private static final class LiveThread {
    private final ThreadId id;
    // Guarded by this, as all that follows.
    private final List<Watcher> watchers = new ArrayList<>(1);
    private final List<ReplyStream> running = new ArrayList<>(1);
    private final ArrayDeque<RequestId> lastEnded = new ArrayDeque<>(2);
    private Node tail = new Node(null, 0);

    LiveThread(ThreadId id) {
      this.id = id;
    }

    synchronized void publish(ConversationEvent event) {
      if (event instanceof ReplyStarted(var ignored, var stream)) {
        running.add(stream);
        stream.onChange(this::wakeAll);
      }
      if (event instanceof TurnEnded ended && !remember(ended.requestId())) {
        return;
      }
      RequestId ended = endedReply(event);
      if (ended != null) {
        running.removeIf(stream -> stream.requestId().equals(ended));
      }
      Node node = new Node(event, tail.weight + weightOf(event));
      tail.next = node;
      tail = node;
      wakeAll();
    }

    /**
     * An outcome can be learned twice: from whoever brought it about and from the store. Whoever
     * watches is told once.
     */
    private boolean remember(RequestId ended) {
      if (lastEnded.contains(ended)) {
        return false;
      }
      if (lastEnded.size() == REMEMBERED_OUTCOMES) {
        lastEnded.removeFirst();
      }
      lastEnded.addLast(ended);
      return true;
    }

    synchronized Watcher add(LiveThreads owner, Runnable wake) {
      ReplyStream now = running.isEmpty() ? null : running.getLast();
      Watcher watcher = new Watcher(owner, this, wake, tail, now);
      watchers.add(watcher);
      return watcher;
    }

    synchronized void remove(Watcher watcher) {
      watchers.remove(watcher);
    }

    synchronized void wakeAll() {
      for (int i = 0; i < watchers.size(); i++) {
        watchers.get(i).wake.run();
      }
    }

    synchronized boolean isWatched() {
      return !watchers.isEmpty();
    }

    synchronized boolean isIdle() {
      return watchers.isEmpty() && running.isEmpty();
    }

    synchronized long weight() {
      return tail.weight;
    }

    private static int weightOf(ConversationEvent event) {
      return EVENT_WEIGHT
          + switch (event) {
            case ConversationEvent.MessageAdded added -> added.message().content().length();
            case TurnAnswered answered -> answered.message().content().length();
            case TurnCancelled cancelled ->
                cancelled.partial() == null ? 0 : cancelled.partial().content().length();
            default -> 0;
          };
    }
  }

  /** An event, and the way to the next one. */
  private static final class Node {
    final @Nullable ConversationEvent event;
    final long weight;
    volatile @Nullable Node next;

    Node(@Nullable ConversationEvent event, long weight) {
      this.event = event;
      this.weight = weight;
    }
  }

  private static final class Watcher implements Subscription {
    private final LiveThreads owner;
    private final LiveThread live;
    private final Runnable wake;
    private final @Nullable ReplyStream runningAtStart;
    private Node seen;

    Watcher(
        LiveThreads owner,
        LiveThread live,
        Runnable wake,
        Node seen,
        @Nullable ReplyStream runningAtStart) {
      this.owner = owner;
      this.live = live;
      this.wake = wake;
      this.seen = seen;
      this.runningAtStart = runningAtStart;
    }

    @Override
    public ThreadId threadId() {
      return live.id;
    }

    @Override
    public @Nullable ReplyStream runningAtStart() {
      return runningAtStart;
    }

    @Override
    public @Nullable ConversationEvent peek() {
      Node next = seen.next;
      return next == null ? null : next.event;
    }

    @Override
    public void advance() {
      Node next = seen.next;
      if (next == null) {
        throw new IllegalStateException("nothing to take");
      }
      seen = next;
    }

    @Override
    public long lag() {
      return live.weight() - seen.weight;
    }

    @Override
    public void close() {
      live.remove(this);
      owner.forgetIfIdle(live.id);
    }
  }
}
