package life.avai.server.floods;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import life.avai.testkit.json.Json;
import life.avai.testkit.json.JsonObject;
import life.avai.testkit.websocket.RawWebSocket;

/** Honest users in a process of their own, who wait for nothing but the server. */
final class Crowd implements AutoCloseable {
  private static final long PAUSE = TimeUnit.MILLISECONDS.toNanos(150);
  private static final Duration PATIENCE = Duration.ofSeconds(60);

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
  public static void main(String[] arguments) throws InterruptedException {
    Attack.Target target = new Attack.Target(Integer.parseInt(arguments[0]));
    for (int i = 0; i < Integer.parseInt(arguments[1]); i++) {
      int number = i;
      Thread unused = Thread.ofVirtual().start(() -> talk(target, number));
    }
    new CountDownLatch(1).await();
  }

  /** Looks at little of what it reads, so that the people take little from whom they wait for. */
  private static void talk(Attack.Target target, int number) {
    try (RawWebSocket socket = target.honestDialer(number).connect()) {
      socket.sendText(JsonObject.of("type", "authenticate", "anonymous", true).toString());
      var unused = await(socket, "auth_success");
      String thread = "new";
      while (true) {
        LockSupport.parkNanos(PAUSE);
        long begun = System.nanoTime();
        socket.sendText(
            JsonObject.of(
                    "type", "send_message", "thread_id", thread, "content", "Is this a fraud?")
                .toString());
        String sent = await(socket, "message_sent");
        System.out.println(System.nanoTime() - begun);
        thread = Json.parseObject(sent).string("thread_id");
        unused = await(socket, "ai_response");
      }
    } catch (IOException | RuntimeException e) {
      System.err.println("an honest user was not served: " + e);
      Runtime.getRuntime().halt(1);
    }
  }

  private static String await(RawWebSocket socket, String type) throws IOException {
    String text;
    do {
      text = socket.receiveText(PATIENCE);
    } while (!text.startsWith("{\"type\":\"" + type + "\""));
    return text;
  }

  private void read() {
    try (BufferedReader lines = process.inputReader()) {
      lines.lines().map(Long::valueOf).forEach(nanos::add);
    } catch (IOException | UncheckedIOException e) {
      // Ended.
    }
  }

  /** The acknowledgements while something is done, which takes a while. */
  List<Long> during(Runnable what) {
    nanos.clear();
    what.run();
    return taken();
  }

  private List<Long> taken() {
    synchronized (nanos) {
      if (!process.isAlive()) {
        throw new AssertionError("honest users are not served");
      }
      return List.copyOf(nanos);
    }
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }
}
