package life.avai.testkit.load;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A program that was started here. */
final class Child implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final int SHOWN_LINES = 10;
  private static final Duration STOP = Duration.ofSeconds(20);

  /** A line of each part of the heap for one collector, one line for the whole for another. */
  private static final Pattern HEAP_PART =
      Pattern.compile("total (?:\\d+K|reserved \\d+K, committed \\d+K), used (\\d+)K");

  private final List<String> command;
  private final Process process;
  private final Path log;
  private final long began = System.nanoTime();
  private final CompletableFuture<Ready> ready = new CompletableFuture<>();

  private record Ready(String word, Duration startUp) {}

  private Child(List<String> command, Process process, Path log) {
    this.command = command;
    this.process = process;
    this.log = log;
  }

  /**
   * Starts a program; it is whoever calls that has to close it, also before it is ready.
   *
   * @param log where its output goes
   * @param readyLine finds its word that it is ready; the first group is {@link #ready}
   */
  static Child start(
      Path log, Map<String, String> variables, List<String> command, Pattern readyLine) {
    try {
      var builder = new ProcessBuilder(command).redirectErrorStream(true);
      builder.environment().putAll(variables);
      var child = new Child(command, builder.start(), log);
      // It waits in a read: virtual threads that do would keep the few carriers from all others.
      Thread unused = Thread.ofPlatform().daemon().start(() -> child.copy(readyLine));
      return child;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The last lines of what a program printed. */
  private static String end(Path log) {
    try {
      List<String> lines = Files.readAllLines(log);
      return String.join(
          "\n", lines.subList(Math.max(0, lines.size() - SHOWN_LINES), lines.size()));
    } catch (IOException e) {
      return "it printed nothing";
    }
  }

  private void copy(Pattern readyLine) {
    try (BufferedReader in =
            new BufferedReader(
                new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
        BufferedWriter out = Files.newBufferedWriter(log)) {
      String line;
      while ((line = in.readLine()) != null) {
        out.write(line);
        out.newLine();
        out.flush();
        Matcher matcher = readyLine.matcher(line);
        if (matcher.find()) {
          ready.complete(new Ready(matcher.group(1), Duration.ofNanos(System.nanoTime() - began)));
        }
      }
    } catch (IOException e) {
      // Its output ends with it.
    }
    ready.completeExceptionally(new IllegalStateException("it ended"));
  }

  /** Runs a program to its end and gives what it printed. */
  static String output(Map<String, String> variables, String... command) {
    try {
      var builder = new ProcessBuilder(command).redirectErrorStream(true);
      builder.environment().putAll(variables);
      Process process = builder.start();
      String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      if (process.waitFor() != 0) {
        throw new IllegalStateException(command[0] + " failed: " + text);
      }
      return text;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new IllegalStateException("interrupted", e);
    }
  }

  /** A program of this class path, in a JVM like ours. */
  static List<String> java(List<String> options, Class<?> program, String... arguments) {
    var command = new ArrayList<String>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("--enable-native-access=ALL-UNNAMED");
    command.addAll(options);
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), program.getName()));
    command.addAll(List.of(arguments));
    return command;
  }

  /** Waits until it says that it is ready, and gives what it says. */
  String ready() {
    return awaitReady().word();
  }

  /** From its start until it was ready. */
  Duration startUp() {
    return awaitReady().startUp();
  }

  private Ready awaitReady() {
    try {
      return ready.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    } catch (ExecutionException | TimeoutException e) {
      throw new IllegalStateException(command + " did not get ready:\n" + end(log), e);
    } catch (InterruptedException e) {
      throw new IllegalStateException("interrupted", e);
    }
  }

  long pid() {
    return process.pid();
  }

  /**
   * What a Java program keeps in memory.
   *
   * @param resident kilobytes, as the operating system counts them
   * @param heap kilobytes that live in its heap
   */
  record Memory(long resident, long heap) {}

  /** Lets a Java program collect its garbage and give back what it no longer needs, and looks. */
  Memory memory() {
    // The second collection shrinks the heap that the first has emptied.
    for (String command : List.of("GC.run", "GC.run", "System.trim_native_heap")) {
      String unused = jcmd(command);
    }
    long heap = 0;
    Matcher parts = HEAP_PART.matcher(jcmd("GC.heap_info"));
    while (parts.find()) {
      heap += Long.parseLong(parts.group(1));
    }
    return new Memory(Processes.residentKilobytes(pid()), heap);
  }

  private String jcmd(String command) {
    String program = Path.of(System.getProperty("java.home"), "bin", "jcmd").toString();
    return output(Map.of(), program, Long.toString(pid()), command);
  }

  @Override
  public void close() {
    process.destroy();
    try {
      if (!process.waitFor(STOP.toSeconds(), TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
    }
  }
}
