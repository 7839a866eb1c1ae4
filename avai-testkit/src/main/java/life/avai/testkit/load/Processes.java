package life.avai.testkit.load;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/** What Linux tells of processes in {@code /proc}. */
final class Processes {
  private static final Path PROC = Path.of("/proc");

  /** Linux counts a process's time in hundredths of a second for everybody. */
  private static final double TICKS_PER_SECOND = 100;

  /** Fields of {@code stat} behind the name, counted from the state. */
  private static final int PARENT = 1;

  private static final int USER_TIME = 11;
  private static final int CHILDREN_SYSTEM_TIME = 14;

  private static final Pattern COMPILER = Pattern.compile("C[12] Compiler");

  private Processes() {}

  /** CPU seconds of one process, user and system. */
  static double cpuSeconds(long pid) {
    return ticks(stat(pid), USER_TIME, USER_TIME + 1);
  }

  /** CPU seconds of those of a JVM's threads that compile; what one used that has ended is lost. */
  static double compilerCpuSeconds(long pid) {
    double sum = 0;
    try (DirectoryStream<Path> threads = Files.newDirectoryStream(PROC.resolve(pid + "/task"))) {
      for (Path thread : threads) {
        if (COMPILER.matcher(name(thread)).lookingAt()) {
          sum += ticks(stat(thread), USER_TIME, USER_TIME + 1);
        }
      }
    } catch (IOException | DirectoryIteratorException e) {
      return sum; // The process has ended.
    }
    return sum;
  }

  /** What a thread is called; nothing when it has ended. */
  private static String name(Path thread) {
    try {
      return Files.readString(thread.resolve("comm"));
    } catch (IOException e) {
      return "";
    }
  }

  /** CPU seconds of a process and its children, those that have ended among them. */
  static double cpuSecondsWithChildren(long pid) {
    double sum = ticks(stat(pid), USER_TIME, CHILDREN_SYSTEM_TIME);
    for (long child : children(pid)) {
      sum += cpuSeconds(child);
    }
    return sum;
  }

  private static double ticks(List<String> stat, int from, int to) {
    if (stat.isEmpty()) {
      return 0;
    }
    return stat.subList(from, to + 1).stream().mapToLong(Long::parseLong).sum() / TICKS_PER_SECOND;
  }

  /** Kilobytes that are resident. */
  static long residentKilobytes(long pid) {
    return kilobytes(PROC.resolve(pid + "/status"), "VmRSS:");
  }

  /** Kilobytes of a process and its children, what they share divided among them. */
  static long proportionalKilobytes(long pid) {
    long sum = kilobytes(PROC.resolve(pid + "/smaps_rollup"), "Pss:");
    for (long child : children(pid)) {
      sum += kilobytes(PROC.resolve(child + "/smaps_rollup"), "Pss:");
    }
    return sum;
  }

  static long threads(long pid) {
    return kilobytes(PROC.resolve(pid + "/status"), "Threads:");
  }

  private static long kilobytes(Path file, String name) {
    try {
      return Files.readAllLines(file).stream()
          .filter(line -> line.startsWith(name))
          .map(line -> line.replaceAll("[^0-9]", ""))
          .mapToLong(Long::parseLong)
          .findFirst()
          .orElse(0);
    } catch (IOException e) {
      return 0; // It has ended.
    }
  }

  private static List<Long> children(long pid) {
    List<Long> found = new ArrayList<>();
    try (DirectoryStream<Path> all = Files.newDirectoryStream(PROC, "[0-9]*")) {
      for (Path process : all) {
        long id = Long.parseLong(process.getFileName().toString());
        List<String> stat = stat(id);
        if (!stat.isEmpty() && Long.parseLong(stat.get(PARENT)) == pid) {
          found.add(id);
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return found;
  }

  private static List<String> stat(long pid) {
    return stat(PROC.resolve(Long.toString(pid)));
  }

  /** The fields behind the name; none when the process, or the thread, has ended. */
  private static List<String> stat(Path processOrThread) {
    try {
      String text = Files.readString(processOrThread.resolve("stat"));
      return List.of(text.substring(text.lastIndexOf(')') + 2).strip().split(" "));
    } catch (IOException e) {
      return List.of();
    }
  }
}
