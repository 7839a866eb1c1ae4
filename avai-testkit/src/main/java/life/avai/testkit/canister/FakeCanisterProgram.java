package life.avai.testkit.canister;

import java.io.PrintStream;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.concurrent.CountDownLatch;

/**
 * A fake canister as a program of its own, for load tests and for trying AVAI without a model.
 *
 * <p>It prints {@code listening on ws://...} when it is ready, and runs until it is killed.
 */
public final class FakeCanisterProgram {
  private static final String USAGE =
      """
      usage: FakeCanisterProgram [option value]...
        --host ADDRESS        where to listen (127.0.0.1)
        --port NUMBER         0 for a free one (8099)
        --reply TEXT          what to answer (You said: <the message>)
        --reply-chars NUMBER  answer with so many characters instead
        --chunk-chars NUMBER  characters to a delta (8); 0 for no deltas
        --first-delay MS      time before the first delta (0)
        --delta-delay MS      time between deltas (0)
      """;

  private InetAddress host = InetAddress.getLoopbackAddress();
  private int port = 8099;
  private String reply = "";
  private int chunkChars = 8;
  private Duration firstDelay = Duration.ZERO;
  private Duration deltaDelay = Duration.ZERO;

  private FakeCanisterProgram() {}

  /**
   * Starts a canister and waits for ever.
   *
   * @param arguments the options; a wrong one ends the program with status 2
   * @throws InterruptedException if the thread is interrupted, which ends the program
   */
  public static void main(String[] arguments) throws InterruptedException {
    try {
      start(List.of(arguments), System.out);
    } catch (IllegalArgumentException e) {
      System.err.println(e.getMessage() + "\n" + USAGE);
      System.exit(2);
    }
    new CountDownLatch(1).await();
  }

  static FakeCanister start(List<String> arguments, PrintStream out) {
    var program = new FakeCanisterProgram();
    var left = new ArrayDeque<>(arguments);
    while (!left.isEmpty()) {
      String option = left.removeFirst();
      if (left.isEmpty()) {
        throw new IllegalArgumentException(option + ": value missing");
      }
      program.set(option, left.removeFirst());
    }
    var canister =
        FakeCanister.builder()
            .host(program.host)
            .port(program.port)
            .remember(0)
            .script(program.script())
            .start();
    out.println("listening on " + canister.url());
    return canister;
  }

  private void set(String option, String value) {
    switch (option) {
      case "--host" -> host = address(value);
      case "--port" -> port = number(option, value);
      case "--reply" -> reply = value;
      case "--reply-chars" ->
          reply = "word ".repeat(number(option, value) / 5 + 1).substring(0, number(option, value));
      case "--chunk-chars" -> chunkChars = number(option, value);
      case "--first-delay" -> firstDelay = Duration.ofMillis(number(option, value));
      case "--delta-delay" -> deltaDelay = Duration.ofMillis(number(option, value));
      default -> throw new IllegalArgumentException(option + ": no such option");
    }
  }

  private CanisterScript script() {
    CanisterScript script =
        request -> answer(reply.isEmpty() ? "You said: " + request.question() : reply);
    return firstDelay.isZero() ? script : script.after(firstDelay);
  }

  private List<Step> answer(String text) {
    return chunkChars == 0
        ? List.of(Step.response(text))
        : List.of(Step.deltas(text, chunkChars, deltaDelay), Step.response());
  }

  private static int number(String option, String value) {
    try {
      int number = Integer.parseInt(value);
      if (number >= 0) {
        return number;
      }
    } catch (NumberFormatException e) {
      // Told below, as a negative one is.
    }
    throw new IllegalArgumentException(option + ": " + value + " (expected: 0 or more)");
  }

  private static InetAddress address(String value) {
    try {
      return InetAddress.getByName(value);
    } catch (UnknownHostException e) {
      throw new IllegalArgumentException("--host: " + value + " (expected: an address)", e);
    }
  }
}
