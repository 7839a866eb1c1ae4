package life.avai.server.floods;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * One attack, again and again, by a process of its own that takes only the processor time that
 * nobody else wants: so what honest people wait for is what the server does, and not the flooder.
 */
final class Flood {
  private Flood() {}

  /**
   * Floods a server of this machine; prints how often the attack was made.
   *
   * @param arguments the port, the attack's name, and for how many seconds
   */
  public static void main(String[] arguments) {
    Attack.Target target = new Attack.Target(Integer.parseInt(arguments[0]));
    Attack attack = Attack.valueOf(arguments[1]);
    // What is loaded once is loaded before it counts.
    attack.on(target, 1);
    long begun = System.nanoTime();
    long end = begun + Duration.ofSeconds(Long.parseLong(arguments[2])).toNanos();
    long pause = TimeUnit.SECONDS.toNanos(1) / attack.perSecond();
    int times = 0;
    while (System.nanoTime() < end) {
      attack.on(target, 1);
      times++;
      LockSupport.parkNanos(begun + times * pause - System.nanoTime());
    }
    System.out.println(times);
  }

  /** Floods, and returns how often the attack was made when it is over. */
  static int run(Attack.Target target, Attack attack, Duration length) {
    Process process = null;
    try {
      process =
          Programs.leftover(
                  Programs.java(
                      Flood.class,
                      Integer.toString(target.port()),
                      attack.name(),
                      Long.toString(length.toSeconds())))
              .start();
      String times = new String(process.getInputStream().readAllBytes(), UTF_8).strip();
      if (process.waitFor() != 0) {
        throw new AssertionError("the flood has ended with " + process.exitValue());
      }
      return Integer.parseInt(times);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    } finally {
      if (process != null) {
        process.destroyForcibly();
      }
    }
  }
}
