package life.avai.testkit.load;

import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Clients of one server, and the steps that are measured with them. Used by one thread; the clients
 * live on a thread of their own.
 */
final class Load implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  /** So many connections are being opened at a time: a step is not to begin with a storm. */
  private static final int OPENING_AT_ONCE = 32;

  private static final int COMPARED_WITH_STORE = 16;

  private final URI url;
  private final Cpu cpu;
  private final Violations violations;
  private final Loop loop = new Loop();
  private final Seen seen = new Seen();

  /** Whose CPU counts, in seconds since they began. */
  interface Cpu {
    double server();

    /** Of the server's, what its JVM compiled with. */
    double compiler();

    double database();
  }

  Load(URI url, Cpu cpu, Violations violations) {
    this.url = url;
    this.cpu = cpu;
    this.violations = violations;
  }

  /** Connects so many new users and lets each send a first message, which makes its thread. */
  List<Talker> converse(int count) {
    List<Talker> fresh = connect(count);
    // In parts: a server answers TOO_MANY when all of very many send at once.
    for (int from = 0; from < count; from += OPENING_AT_ONCE) {
      List<Talker> some = fresh.subList(from, Math.min(count, from + OPENING_AT_ONCE));
      loop.run(() -> some.forEach(talker -> talker.send(System.nanoTime())));
      awaitQuiet(some);
    }
    return fresh;
  }

  /** Connects so many new users. */
  List<Talker> connect(int count) {
    return open(count, (i, ready) -> Talker.connect(loop, url, seen, violations, ready));
  }

  /** Connects more devices of users, each watching its user's thread. */
  List<Talker> devices(List<Talker> users, int each) {
    return open(users.size() * each, (i, ready) -> users.get(i / each).another(ready));
  }

  List<EchoTalker> echoes(int count, int bytes) {
    return open(count, (i, ready) -> new EchoTalker(loop, url, seen, bytes, ready));
  }

  private interface Opener<T> {
    T open(int index, Runnable ready);
  }

  private <T> List<T> open(int count, Opener<T> opener) {
    Semaphore opening = new Semaphore(OPENING_AT_ONCE);
    List<T> opened = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      int index = i;
      acquire(opening, 1);
      opened.add(loop.call(() -> opener.open(index, opening::release)));
    }
    acquire(opening, OPENING_AT_ONCE);
    return opened;
  }

  private void acquire(Semaphore opening, int permits) {
    try {
      long end = System.nanoTime() + PATIENCE.toNanos();
      while (!opening.tryAcquire(permits, 1, TimeUnit.SECONDS)) {
        loop.check();
        if (System.nanoTime() > end) {
          throw new IllegalStateException("connections do not get ready");
        }
      }
    } catch (InterruptedException e) {
      throw new IllegalStateException("interrupted", e);
    }
  }

  /** Lets clients go on by themselves, and measures once they are warm. */
  Sample closedLoop(
      String what, int round, List<Talker> clients, Talker.Pace pace, double warm, double seconds) {
    loop.run(() -> clients.forEach(client -> client.pace(pace)));
    sleep(warm);
    Sample sample = measure(what, clients.size(), round, seconds, () -> sleep(seconds));
    loop.run(() -> clients.forEach(client -> client.pace(Talker.Pace.TOLD)));
    verify(clients);
    return sample;
  }

  /** Lets clients echo by themselves. */
  Sample echo(int round, List<EchoTalker> clients, double warm, double seconds) {
    loop.run(() -> clients.forEach(EchoTalker::start));
    sleep(warm);
    Sample sample = measure("echo", clients.size(), round, seconds, () -> sleep(seconds));
    loop.run(() -> clients.forEach(EchoTalker::stop));
    return sample;
  }

  /** Does something at random moments, so many a second, whether or not the server keeps up. */
  Sample openLoop(
      String what,
      int round,
      List<Talker> clients,
      double perSecond,
      double seconds,
      OpenAction action) {
    pace(clients, perSecond, Math.min(2, seconds / 2), action);
    Sample sample =
        measure(
            what,
            Math.round(perSecond),
            round,
            seconds,
            () -> {
              pace(clients, perSecond, seconds, action);
              // Those that take longest count most.
              awaitQuiet(clients);
            });
    verify(clients);
    return sample;
  }

  /** What is done at each moment: {@code dueNanos} is the moment itself. */
  interface OpenAction {
    void act(Talker client, long dueNanos);
  }

  /** Moments as strangers choose them: independent of each other, and of how the server does. */
  void pace(List<Talker> clients, double perSecond, double seconds, OpenAction action) {
    Random random = new Random(1);
    long due = System.nanoTime();
    long end = due + (long) (seconds * 1e9);
    for (int i = 0; due < end; i++) {
      due += (long) (-Math.log(1 - random.nextDouble()) * 1e9 / perSecond);
      long wait;
      while ((wait = due - System.nanoTime()) > 0) {
        LockSupport.parkNanos(wait);
      }
      Talker client = clients.get(i % clients.size());
      long moment = due;
      loop.execute(() -> action.act(client, moment));
    }
  }

  /** Measures what happens meanwhile. */
  Sample measure(String what, long at, int round, double seconds, Runnable meanwhile) {
    loop.run(seen::restart);
    double server = cpu.server();
    double compiler = cpu.compiler();
    double database = cpu.database();
    meanwhile.run();
    double usedByServer = cpu.server() - server;
    double usedByCompiler = cpu.compiler() - compiler;
    double usedByDatabase = cpu.database() - database;
    loop.check();
    return loop.call(() -> sample(what, at, round, usedByServer, usedByCompiler, usedByDatabase));
  }

  private Sample sample(
      String what, long at, int round, double server, double compiler, double database) {
    long count =
        Math.max(
            seen.answered.getTotalCount(),
            Math.max(seen.acknowledged.getTotalCount(), seen.other.getTotalCount()));
    // What a turn costs is told by turns that ended, not by those that began.
    long done = what.startsWith("turn") ? seen.answered.getTotalCount() : count;
    double each = 1e6 / Math.max(1, done);
    Sample sample =
        new Sample(what, at, round, Map.of())
            .with("per_second", done / seen.seconds())
            .with("server_cpu_us", server * each)
            .with("compiler_cpu_us", compiler * each)
            .with("database_cpu_us", database * each)
            .with("cpu_us", (server + database) * each)
            .with("frames", (double) seen.frames())
            .with("deltas", (double) seen.deltas())
            .with("ack", seen.acknowledged)
            .with("first_delta", seen.firstDelta)
            .with("answered", seen.answered)
            .with("round_trip", seen.other);
    for (Map.Entry<String, Long> error : seen.errors().entrySet()) {
      sample = sample.with("error_" + error.getKey(), (double) error.getValue());
    }
    return sample;
  }

  /** Waits until all turns have ended and compares what was seen. */
  void verify(List<Talker> clients) {
    awaitQuiet(clients);
    List<Talker> some =
        clients.stream().filter(client -> !client.isLost()).limit(COMPARED_WITH_STORE).toList();
    loop.run(() -> some.forEach(Talker::askHistory));
    awaitQuiet(some);
    loop.run(() -> {
      clients.forEach(Talker::verifyOutcomes);
      some.forEach(Talker::verifyStored);
      clients.forEach(Talker::forgetTurns);
    });
  }

  void awaitQuiet(List<Talker> clients) {
    long end = System.nanoTime() + PATIENCE.toNanos();
    while (System.nanoTime() < end) {
      loop.check();
      if (loop.call(() -> clients.stream().allMatch(c -> c.isQuiet() || c.isLost()))) {
        return;
      }
      sleep(0.02);
    }
    // Whoever is not quiet by now is found by the checks.
  }

  /** Waits until all that {@link Talker#reconnect} are authenticated and watch their threads. */
  void awaitAgain(List<Talker> clients) {
    long end = System.nanoTime() + PATIENCE.toNanos();
    while (loop.call(() -> seen.other.getTotalCount()) < 2L * clients.size()) {
      loop.check();
      if (System.nanoTime() > end) {
        throw new IllegalStateException("not everybody came back");
      }
      sleep(0.01);
    }
  }

  /** Runs something on the clients' thread. */
  void onLoop(Runnable task) {
    loop.run(task);
  }

  static void sleep(double seconds) {
    try {
      Thread.sleep(Duration.ofNanos((long) (seconds * 1e9)));
    } catch (InterruptedException e) {
      throw new IllegalStateException("interrupted", e);
    }
  }

  @Override
  public void close() {
    loop.close();
  }
}
