package life.avai.testkit.canister;

import static java.util.concurrent.TimeUnit.NANOSECONDS;

import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.PriorityQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import life.avai.testkit.time.MutableClock;

/**
 * The one thread on which a canister's steps happen, and the time that they go by. After {@link
 * #close} nothing happens any more.
 */
sealed interface Timeline extends Executor, AutoCloseable {
  /** The time, in nanoseconds from some beginning. */
  long nanos();

  /** Does something at a time, at once if that has passed. Called on the one thread. */
  Future<?> at(long nanos, Runnable task);

  @Override
  void close();

  private static ThreadFactory thread() {
    return Thread.ofPlatform().daemon().name("fake-canister").factory();
  }

  /** Time goes by. */
  final class Real implements Timeline {
    private final ScheduledThreadPoolExecutor scheduler =
        new ScheduledThreadPoolExecutor(1, thread(), new ThreadPoolExecutor.DiscardPolicy());

    Real() {
      scheduler.setRemoveOnCancelPolicy(true);
    }

    @Override
    public long nanos() {
      return System.nanoTime();
    }

    @Override
    public void execute(Runnable task) {
      scheduler.execute(task);
    }

    @Override
    public Future<?> at(long nanos, Runnable task) {
      return scheduler.schedule(task, nanos - nanos(), NANOSECONDS);
    }

    @Override
    public void close() {
      scheduler.shutdownNow();
    }
  }

  /**
   * Time stands still until a test moves a clock. What is due by then happens in the order in which
   * it is due, however far the clock was moved; what is due at the same time, in the order in which
   * it was planned.
   */
  final class Virtual implements Timeline {
    private record Planned(long nanos, long number, FutureTask<?> task) {}

    private final ThreadPoolExecutor thread =
        new ThreadPoolExecutor(
            1,
            1,
            0,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(),
            thread(),
            new ThreadPoolExecutor.DiscardPolicy());
    private final MutableClock clock;
    private final Instant start;

    // All four: the one thread only.
    private final PriorityQueue<Planned> plan =
        new PriorityQueue<>(
            Comparator.comparingLong(Planned::nanos).thenComparingLong(Planned::number));
    private long planned;
    private long now;
    private long target;

    Virtual(MutableClock clock) {
      this.clock = clock;
      this.start = clock.instant();
      clock.onMove(this::moved);
    }

    @Override
    public long nanos() {
      return now;
    }

    @Override
    public void execute(Runnable task) {
      thread.execute(task);
    }

    @Override
    public Future<?> at(long nanos, Runnable task) {
      var planned = new Planned(nanos, this.planned++, new FutureTask<>(task, null));
      plan.add(planned);
      thread.execute(this::catchUp);
      return planned.task();
    }

    /** What was to be done before the clock was moved is done before the time has changed. */
    private void moved() {
      long to = Duration.between(start, clock.instant()).toNanos();
      thread.execute(() -> {
        target = Math.max(target, to);
        catchUp();
      });
    }

    private void catchUp() {
      while (!plan.isEmpty() && plan.peek().nanos() <= target) {
        Planned next = plan.remove();
        now = Math.max(now, next.nanos());
        next.task().run();
      }
      now = Math.max(now, target);
    }

    @Override
    public void close() {
      thread.shutdownNow();
    }
  }
}
