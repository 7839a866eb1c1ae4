package life.avai.testkit.canister;

import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import life.avai.testkit.json.JsonException;
import org.jspecify.annotations.Nullable;

/**
 * A fake canister as a program of its own, for load tests and for trying AVAI without a model; or,
 * with {@code --record}, a {@link CanisterRecorder} in front of a real one.
 *
 * <p>It prints {@code listening on ws://...} when it is ready, and runs until it is killed. It
 * needs neither JUnit nor AssertJ.
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
        --script FILE         do what a script file says (docs/testkit.md) instead of --reply
        --record URL          pass everything on to the canister there, and write its answers
        --to FILE             where to write them when the program ends (canister.json)
      """;

  private InetAddress host = InetAddress.getLoopbackAddress();
  private int port = 8099;
  private String reply = "";
  private int chunkChars = 8;
  private Duration firstDelay = Duration.ZERO;
  private Duration deltaDelay = Duration.ZERO;
  private @Nullable ScriptFile file;
  private @Nullable URI real;
  private Path recording = Path.of("canister.json");

  private FakeCanisterProgram() {}

  /**
   * Starts a canister and waits for ever.
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
      closeAtExit(start(List.of(arguments), System.out));
    } catch (IllegalArgumentException | UncheckedIOException e) {
      System.err.println(e.getMessage() + "\n" + USAGE);
      System.exit(2);
    }
    new CountDownLatch(1).await();
  }

  static AutoCloseable start(List<String> arguments, PrintStream out) {
    FakeCanisterProgram program = configured(arguments);
    return program.real == null ? program.fake(out) : program.recorder(program.real, out);
  }

  private static FakeCanisterProgram configured(List<String> arguments) {
    var program = new FakeCanisterProgram();
    var left = new ArrayDeque<>(arguments);
    while (!left.isEmpty()) {
      String option = left.removeFirst();
      if (left.isEmpty()) {
        throw new IllegalArgumentException(option + ": value missing");
      }
      program.set(option, left.removeFirst());
    }
    return program;
  }

  private FakeCanister fake(PrintStream out) {
    var canister =
        FakeCanister.builder().host(host).port(port).remember(0).script(script()).start();
    if (file != null) {
      file.applyTo(canister);
    }
    out.println("listening on " + canister.url());
    return canister;
  }

  /** Writes the file when it is closed. */
  private AutoCloseable recorder(URI canister, PrintStream out) {
    var recorder = CanisterRecorder.start(host, port, canister);
    out.println("listening on " + recorder.url());
    return () -> {
      recorder.close();
      recorder.save(recording);
    };
  }

  private static void closeAtExit(AutoCloseable running) {
    Runnable close =
        () -> {
          try {
            running.close();
          } catch (Exception e) {
            System.err.println("cannot write the recording: " + e);
          }
        };
    Runtime.getRuntime()
        .addShutdownHook(Thread.ofPlatform().name("canister-shutdown").unstarted(close));
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
      case "--script" -> file = scriptFile(value);
      case "--record" -> real = canister(value);
      case "--to" -> recording = Path.of(value);
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

  private static ScriptFile scriptFile(String value) {
    try {
      return ScriptFile.read(Path.of(value));
    } catch (IOException e) {
      throw new IllegalArgumentException("--script: cannot read " + value, e);
    } catch (JsonException e) {
      throw new IllegalArgumentException("--script: " + e.getMessage(), e);
    }
  }

  private static URI canister(String value) {
    URI url = URI.create(value);
    if (!"ws".equals(url.getScheme()) && !"wss".equals(url.getScheme())) {
      throw new IllegalArgumentException(
          "--record: " + value + " (expected: ws://... or wss://...)");
    }
    return url;
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
