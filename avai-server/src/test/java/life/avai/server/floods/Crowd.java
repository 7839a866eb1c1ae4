package life.avai.server.floods;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** Honest users in a process of their own, who wait for nothing but the server. */
final class Crowd implements AutoCloseable {
  private static final long LINES_EVERY = TimeUnit.MILLISECONDS.toNanos(20);

  private final Process process;
  private final List<Long> nanos = Collections.synchronizedList(new ArrayList<>());

  private Crowd(Process process) {
    this.process = process;
    Thread.ofVirtual().start(this::read);
  }

  static Crowd begin(Attack.Target target, int count) {
    try {
      return new Crowd(
          Programs.java(Crowd.class, Integer.toString(target.port()), Integer.toString(count))
              .start());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Talks until it is ended, and prints how long each acknowledgement took, in nanoseconds.
   *
   * @param arguments the port, and how many users
   */
  public static void main(String[] arguments) {
    Attack.Target target = new Attack.Target(Integer.parseInt(arguments[0]));
    try (HonestUsers users = HonestUsers.begin(target, Integer.parseInt(arguments[1]))) {
      int told = 0;
      while (true) {
        users.awaitMore(1);
        List<Long> all = users.latencies();
        all.subList(told, all.size()).forEach(System.out::println);
        told = all.size();
        LockSupport.parkNanos(LINES_EVERY);
      }
    }
  }

  private void read() {
    try (BufferedReader lines = process.inputReader()) {
      lines.lines().map(Long::valueOf).forEach(nanos::add);
    } catch (IOException | UncheckedIOException e) {
      // Ended.
    }
  }

  /** How many acknowledgements there were so far: where a stretch of time begins. */
  int mark() {
    return nanos.size();
  }

  /** The acknowledgements since a mark. */
  List<Long> since(int mark) {
    synchronized (nanos) {
      return List.copyOf(nanos.subList(mark, nanos.size()));
    }
  }

  /** Waits for some more acknowledgements. */
  void awaitMore(int count) {
    int goal = mark() + count;
    while (mark() < goal) {
      if (!process.isAlive()) {
        throw new AssertionError("honest users are not served");
      }
      LockSupport.parkNanos(LINES_EVERY);
    }
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }
}
