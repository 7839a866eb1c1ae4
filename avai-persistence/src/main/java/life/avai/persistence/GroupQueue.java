package life.avai.persistence;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * What waits to be written, and what of it is written next, together.
 *
 * <p>A call of the database costs more than a dozen rows do, so what arrives while a group is
 * written waits to be the next one. Another begins beside it only when so many wait that two more
 * would be full, or when the one that is under way takes long.
 *
 * <p>Safe for use by many threads at once.
 */
final class GroupQueue<T> {
  private static final Duration LONG = Duration.ofMillis(100);

  /** What waits behind a group that hangs wakes nobody when nothing else comes. */
  static final Duration LOOK_AGAIN = Duration.ofSeconds(1);

  private final int maxGroup;
  private final int maxAtOnce;
  private final int capacity;
  private final Function<T, Object> keyOf;
  private final Function<T, @Nullable Object> identity;
  private final Duration lookAgain;
  private final LongSupplier nanoTime;

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  // Guarded by the lock.
  private final Deque<T> waiting = new ArrayDeque<>();
  private final Set<Object> keysInWriting = new HashSet<>();
  private int groupsInWriting;
  private long lastBegun;
  private boolean closed;

  /**
   * Nothing waits yet.
   *
   * @param maxAtOnce how many groups are written at once at most
   * @param capacity how many items may wait
   * @param keyOf items of one key are never in two groups at once
   * @param identity two items of one identity never go in one group; null is like no other
   * @param lookAgain how long who waits for a group does so before it looks whether there is one
   * @param nanoTime System::nanoTime
   */
  GroupQueue(
      int maxGroup,
      int maxAtOnce,
      int capacity,
      Function<T, Object> keyOf,
      Function<T, @Nullable Object> identity,
      Duration lookAgain,
      LongSupplier nanoTime) {
    this.maxGroup = maxGroup;
    this.maxAtOnce = maxAtOnce;
    this.capacity = capacity;
    this.keyOf = keyOf;
    this.identity = identity;
    this.lookAgain = lookAgain;
    this.nanoTime = nanoTime;
  }

  /** Puts an item in; false when there is no room, or never will be again. Never blocks. */
  boolean offer(T item) {
    lock.lock();
    try {
      if (closed || waiting.size() >= capacity) {
        return false;
      }
      waiting.add(item);
      // Whoever came first woke somebody.
      if (groupsInWriting == 0 ? waiting.size() == 1 : mayBeginBeside()) {
        changed.signal();
      }
      return true;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Waits for a group to write.
   *
   * @param written the one that the caller took before, now done; empty for none
   * @return the oldest items that may go together; empty when the queue is closed
   */
  List<T> take(List<T> written) {
    lock.lock();
    try {
      done(written);
      List<T> group = poll();
      while (group.isEmpty() && !closed) {
        try {
          boolean unused = changed.await(lookAgain.toNanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
          // Only closing interrupts, and that is seen.
        }
        group = poll();
      }
      return group;
    } finally {
      lock.unlock();
    }
  }

  /** A group is written. */
  void done(List<T> group) {
    lock.lock();
    try {
      if (!group.isEmpty()) {
        groupsInWriting--;
        group.forEach(item -> keysInWriting.remove(keyOf.apply(item)));
      }
    } finally {
      lock.unlock();
    }
  }

  /** The group that may be written now; empty for none. */
  List<T> poll() {
    lock.lock();
    try {
      if (closed || (groupsInWriting > 0 && !mayBeginBeside())) {
        return List.of();
      }
      List<T> group = pick();
      if (!group.isEmpty()) {
        groupsInWriting++;
        lastBegun = nanoTime.getAsLong();
        group.forEach(item -> keysInWriting.add(keyOf.apply(item)));
        if (mayBeginBeside()) {
          changed.signal();
        }
      }
      return group;
    } finally {
      lock.unlock();
    }
  }

  private boolean mayBeginBeside() {
    return groupsInWriting < maxAtOnce
        && (waiting.size() >= 2 * maxGroup || nanoTime.getAsLong() - lastBegun > LONG.toNanos());
  }

  private List<T> pick() {
    List<T> group = new ArrayList<>();
    List<T> passedOver = new ArrayList<>();
    Set<Object> identities = new HashSet<>();
    while (group.size() < maxGroup && !waiting.isEmpty()) {
      T next = waiting.remove();
      Object name = identity.apply(next);
      if (name != null && !identities.add(name)) {
        passedOver.add(next);
        break;
      }
      (keysInWriting.contains(keyOf.apply(next)) ? passedOver : group).add(next);
    }
    passedOver.reversed().forEach(waiting::addFirst);
    return group;
  }

  int size() {
    lock.lock();
    try {
      return waiting.size();
    } finally {
      lock.unlock();
    }
  }

  /** Takes nothing more in and gives nothing more out. Returns what waited. */
  List<T> close() {
    lock.lock();
    try {
      closed = true;
      changed.signalAll();
      List<T> left = List.copyOf(waiting);
      waiting.clear();
      return left;
    } finally {
      lock.unlock();
    }
  }
}
