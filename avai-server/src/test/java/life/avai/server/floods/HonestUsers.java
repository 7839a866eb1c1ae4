package life.avai.server.floods;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import life.avai.testkit.client.Acknowledgement;
import life.avai.testkit.client.TestClient;

/** People who talk, a few messages a second, and note how long each acknowledgement took. */
final class HonestUsers implements AutoCloseable {
  private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(150);

  private final List<Thread> threads = new ArrayList<>();
  private final List<Throwable> failures = Collections.synchronizedList(new ArrayList<>());
  private final List<String> acknowledged = Collections.synchronizedList(new ArrayList<>());
  private final List<Long> nanos = Collections.synchronizedList(new ArrayList<>());
  private final List<String> sessions = Collections.synchronizedList(new ArrayList<>());
  private volatile boolean done;

  private HonestUsers() {}

  static HonestUsers begin(Attack.Target target, int count) {
    HonestUsers users = new HonestUsers();
    for (int i = 0; i < count; i++) {
      int number = i;
      users.threads.add(Thread.ofVirtual().start(() -> users.talk(target, number)));
    }
    return users;
  }

  private void talk(Attack.Target target, int number) {
    try (TestClient client = target.honest(number)) {
      sessions.add(client.authenticateAnonymously().string("session_token"));
      String thread = "new";
      while (!done) {
        long begun = System.nanoTime();
        Acknowledgement sent = client.say(thread, HostileSecrets.MESSAGE + begun);
        nanos.add(System.nanoTime() - begun);
        thread = sent.threadId();
        acknowledged.add(sent.messageId());
        if (!client.awaitReply(sent.requestId()).content().equals(HostileSecrets.REPLY)) {
          throw new AssertionError("another's reply");
        }
        LockSupport.parkNanos(PAUSE_NANOS);
      }
    } catch (RuntimeException | Error e) {
      failures.add(e);
    }
  }

  /** The messages that were acknowledged. */
  List<String> acknowledged() {
    return List.copyOf(acknowledged);
  }

  List<String> sessions() {
    return List.copyOf(sessions);
  }

  /** How long each acknowledgement took, in nanoseconds. */
  List<Long> latencies() {
    return List.copyOf(nanos);
  }

  /** How many acknowledgements there are so far. */
  private int mark() {
    return nanos.size();
  }

  /** So many of a hundred took no longer, in milliseconds. */
  static double percentile(List<Long> nanos, int percent) {
    long[] sorted = nanos.stream().mapToLong(Long::longValue).sorted().toArray();
    return sorted.length == 0 ? 0 : sorted[(sorted.length - 1) * percent / 100] / 1e6;
  }

  /** Waits for some more acknowledgements; fails when somebody was not served. */
  void awaitMore(int count) {
    int goal = mark() + count;
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    while (mark() < goal) {
      check();
      if (System.nanoTime() > end) {
        throw new AssertionError("honest users are not served");
      }
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
    }
    check();
  }

  private void check() {
    if (!failures.isEmpty()) {
      Throwable first = failures.getFirst();
      throw new AssertionError("an honest user was not served: " + first, first);
    }
  }

  @Override
  public void close() {
    done = true;
    for (Thread thread : threads) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
    check();
  }
}
