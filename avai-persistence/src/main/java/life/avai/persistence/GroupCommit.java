package life.avai.persistence;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;
import life.avai.domain.StoreUnavailableException;
import org.jspecify.annotations.Nullable;

/**
 * Writes what arrives while a commit is under way together in the next one.
 *
 * <p>There is no timer: an item that comes alone is written at once. What goes together, and when a
 * second lane helps, is {@link GroupQueue}'s to say. One bad item fails alone; one whose row
 * somebody else has locked is set aside and delays no other.
 *
 * @param <I> what is to be written
 * @param <O> what came of it
 */
final class GroupCommit<I, O> implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(3);
  private static final Duration LOCK_PATIENCE = Duration.ofSeconds(10);
  private static final int ASIDE_AT_ONCE = 2;
  private static final Duration FIRST_PAUSE = Duration.ofMillis(20);
  private static final Duration LONGEST_PAUSE = Duration.ofMillis(500);

  /** Writes a group in one transaction. */
  @FunctionalInterface
  interface Writer<I, O> {
    /**
     * Writes all or, when it throws, perhaps nothing.
     *
     * @param again whether the same items may have been written by an earlier call
     * @param waitForLock whether to wait a little for locked rows, instead of leaving them out
     * @return what came of each, in order; null for one whose row is locked
     */
    List<@Nullable O> write(List<I> items, boolean again, boolean waitForLock);
  }

  private final Writer<I, O> writer;
  private final GroupQueue<Pending<I, O>> queue;
  private final List<Thread> lanes = new ArrayList<>();
  private final GroupSizes sizes;
  private final Semaphore aside = new Semaphore(ASIDE_AT_ONCE, true);
  private volatile boolean closed;

  /** Hears how large groups were: for metrics. */
  @FunctionalInterface
  interface GroupSizes {
    void written(int size);
  }

  /**
   * Begins with idle lanes.
   *
   * @param maxLanes how many groups are written at once at most
   * @param maxWaiting how many items may wait
   * @param keyOf items of one key are written one group after the other
   * @param identity two items of one identity never go in one group; null is like no other
   */
  GroupCommit(
      String name,
      int maxLanes,
      int maxGroup,
      int maxWaiting,
      Function<I, Object> keyOf,
      Function<I, @Nullable Object> identity,
      Writer<I, O> writer,
      GroupSizes sizes) {
    this.writer = writer;
    this.sizes = sizes;
    this.queue =
        new GroupQueue<>(
            maxGroup,
            maxLanes,
            maxWaiting,
            pending -> keyOf.apply(pending.item),
            pending -> identity.apply(pending.item),
            GroupQueue.LOOK_AGAIN,
            System::nanoTime);
    for (int i = 0; i < maxLanes; i++) {
      lanes.add(Thread.ofPlatform().daemon().name(name + "-" + i).start(this::work));
    }
  }

  /** Writes an item and waits until it is durable. */
  O submit(I item) {
    Pending<I, O> pending = new Pending<>(item);
    if (!queue.offer(pending)) {
      throw new StoreUnavailableException(
          closed ? "the store is closed" : "too many writes are waiting", null);
    }
    try {
      return pending.result.join();
    } catch (CompletionException e) {
      if (e.getCause() instanceof RuntimeException cause) {
        throw cause;
      }
      throw e;
    }
  }

  /** How many items wait to be written: for metrics. */
  int waiting() {
    return queue.size();
  }

  @Override
  public void close() {
    closed = true;
    for (Pending<I, O> left : queue.close()) {
      left.result.completeExceptionally(new StoreUnavailableException("the store is closed", null));
    }
    for (Thread lane : lanes) {
      // It may be in a pause before another try.
      lane.interrupt();
    }
    for (Thread lane : lanes) {
      try {
        lane.join(PATIENCE);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /**
   * An item on its way.
   *
   * @param end when whoever waits for it is told that the store cannot be reached; System.nanoTime
   */
  private record Pending<I, O>(I item, long end, CompletableFuture<O> result) {
    Pending(I item) {
      this(item, System.nanoTime() + PATIENCE.toNanos(), new CompletableFuture<>());
    }

    boolean isTooLate() {
      return System.nanoTime() - end > 0;
    }
  }

  private void work() {
    List<Pending<I, O>> group = queue.take(List.of());
    while (!group.isEmpty()) {
      // While the database is away those behind must not wait for the patience of those before.
      List<Pending<I, O>> inTime =
          group.stream().filter(pending -> !failIfTooLate(pending)).toList();
      if (!inTime.isEmpty()) {
        sizes.written(inTime.size());
        writeGroup(inTime);
      }
      group = queue.take(group);
    }
  }

  private static boolean failIfTooLate(Pending<?, ?> pending) {
    return pending.isTooLate()
        && pending.result.completeExceptionally(
            new StoreUnavailableException("the database could not be reached in time", null));
  }

  private void writeGroup(List<Pending<I, O>> group) {
    List<I> items = group.stream().map(Pending::item).toList();
    try {
      List<@Nullable O> results = writePatiently(items, false);
      for (int i = 0; i < group.size(); i++) {
        O result = results.get(i);
        if (result == null) {
          setAside(group.get(i));
        } else {
          group.get(i).result.complete(result);
        }
      }
    } catch (RuntimeException e) {
      SqlErrors.Kind kind = SqlErrors.kind(e);
      boolean spoiled =
          kind == SqlErrors.Kind.REFUSED
              || kind == SqlErrors.Kind.RACE
              || kind == SqlErrors.Kind.LOCKED;
      if (group.size() == 1 && kind == SqlErrors.Kind.LOCKED) {
        setAside(group.getFirst());
      } else if (group.size() > 1 && spoiled) {
        // One of them spoils it for all: each alone, so that only that one fails.
        group.forEach(pending -> writeGroup(List.of(pending)));
      } else {
        group.forEach(pending -> pending.result.completeExceptionally(SqlErrors.translate(e)));
      }
    }
  }

  /** Writes, again after a collision or a lost connection, for as long as that is reasonable. */
  private List<@Nullable O> writePatiently(List<I> items, boolean waitForLock) {
    long end = 0;
    Duration pause = FIRST_PAUSE;
    boolean again = false;
    boolean failed = false;
    while (true) {
      try {
        return writer.write(items, again, waitForLock);
      } catch (RuntimeException e) {
        if (!failed) {
          // From now on, not from the start: a connection that hung for long before it broke may
          // have committed, and that is looked up before anybody is told anything.
          failed = true;
          end = System.nanoTime() + PATIENCE.toNanos();
        }
        SqlErrors.Kind kind = SqlErrors.kind(e);
        // In a group the one that raced is found by trying each alone; alone it is tried again.
        boolean worthAnother =
            kind == SqlErrors.Kind.UNAVAILABLE
                || kind == SqlErrors.Kind.COLLISION
                || (kind == SqlErrors.Kind.RACE && items.size() == 1);
        if (!worthAnother || System.nanoTime() + pause.toNanos() > end || closed) {
          throw e;
        }
        // A lost connection may have committed; and who was first may have been this very item.
        again |= kind != SqlErrors.Kind.COLLISION;
      }
      LockSupport.parkNanos(pause.toNanos());
      pause =
          pause.multipliedBy(2).compareTo(LONGEST_PAUSE) < 0
              ? pause.multipliedBy(2)
              : LONGEST_PAUSE;
    }
  }

  /** Writes one item whose row was locked, beside the lanes, waiting for the row in short steps. */
  private void setAside(Pending<I, O> pending) {
    Thread unused =
        Thread.ofVirtual()
            .name("set-aside")
            .start(() -> {
              long end = System.nanoTime() + LOCK_PATIENCE.toNanos();
              boolean done = false;
              while (!done) {
                // Each holds a connection while it waits for its row: few at a time, in turn.
                aside.acquireUninterruptibly();
                try {
                  done = writeAside(pending, end);
                } finally {
                  aside.release();
                }
              }
            });
  }

  private boolean writeAside(Pending<I, O> pending, long end) {
    try {
      O result = writePatiently(List.of(pending.item), true).getFirst();
      if (result != null) {
        pending.result.complete(result);
        return true;
      }
    } catch (RuntimeException e) {
      if (SqlErrors.kind(e) != SqlErrors.Kind.LOCKED || System.nanoTime() > end) {
        pending.result.completeExceptionally(SqlErrors.translate(e));
        return true;
      }
    }
    if (System.nanoTime() > end) {
      pending.result.completeExceptionally(
          new StoreUnavailableException("a row stays locked", null));
      return true;
    }
    return false;
  }
}
