package life.avai.testkit.identity;

import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.time.Clock;
import java.util.List;
import java.util.concurrent.CountDownLatch;

/**
 * A {@link FakeIssuer} as a program of its own, to rehearse signing in without an account anywhere.
 * It listens on the loopback alone, because it signs whatever it is asked for.
 *
 * <p>It prints where it is when it is ready, and runs until it is killed; its key is a new one each
 * time. It needs neither JUnit nor AssertJ.
 */
public final class FakeIssuerProgram {
  private static final String USAGE =
      """
      usage: FakeIssuerProgram [option value]...
        --port NUMBER   0 for a free one (8098)
      """;

  private FakeIssuerProgram() {}

  /**
   * Starts an issuer and waits for ever.
   *
   * @param arguments the options; a wrong one ends the program with status 2
   * @throws InterruptedException if the thread is interrupted, which ends the program
   */
  public static void main(String[] arguments) throws InterruptedException {
    if (List.of(arguments).contains("--help") || List.of(arguments).contains("-h")) {
      System.out.print(USAGE);
      return;
    }
    try {
      FakeIssuer unused = start(List.of(arguments), System.out);
    } catch (IllegalArgumentException | UncheckedIOException e) {
      System.err.println(e.getMessage() + "\n" + USAGE);
      System.exit(2);
    }
    new CountDownLatch(1).await();
  }

  static FakeIssuer start(List<String> arguments, PrintStream out) {
    FakeIssuer issuer = FakeIssuer.start(port(arguments), Clock.systemUTC());
    out.println("CLERK_ISSUER=" + issuer.issuer());
    out.println("tokens: curl '" + issuer.issuer() + "/token?sub=user_17'");
    return issuer;
  }

  private static int port(List<String> arguments) {
    if (arguments.isEmpty()) {
      return 8098;
    }
    if (arguments.size() != 2 || !arguments.getFirst().equals("--port")) {
      throw new IllegalArgumentException(
          String.join(" ", arguments) + ": not understood (expected: --port NUMBER)");
    }
    try {
      int port = Integer.parseInt(arguments.getLast());
      if (port >= 0 && port <= 65_535) {
        return port;
      }
    } catch (NumberFormatException e) {
      // Told below, as one out of range is.
    }
    throw new IllegalArgumentException(
        "--port: " + arguments.getLast() + " (expected: 0 to 65535)");
  }
}
