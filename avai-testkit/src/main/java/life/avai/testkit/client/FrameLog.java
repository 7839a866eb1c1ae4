package life.avai.testkit.client;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import life.avai.testkit.internal.Monitor;
import life.avai.testkit.json.JsonObject;
import life.avai.testkit.websocket.CloseStatus;
import org.jspecify.annotations.Nullable;

/** The frames of one client, in the order they came, and how its connection ended. */
final class FrameLog {
  private static final int SHOWN = 12;

  private final Monitor monitor = new Monitor();
  private final List<ReceivedFrame> frames = new ArrayList<>(); // guarded by monitor
  private final List<ReceivedFrame> untaken = new ArrayList<>(); // guarded by monitor
  private @Nullable CloseStatus end; // guarded by monitor
  private @Nullable String violation; // guarded by monitor

  void add(ReceivedFrame frame) {
    monitor.update(() -> {
      frames.add(frame);
      untaken.add(frame);
    });
  }

  void end(CloseStatus status) {
    monitor.update(() -> end = end == null ? status : end);
  }

  void violation(String what) {
    monitor.update(() -> violation = what);
  }

  List<ReceivedFrame> frames() {
    return monitor.read(() -> List.copyOf(frames));
  }

  /** Takes the earliest frame that nobody took. */
  JsonObject take(Predicate<JsonObject> wanted, String description, Duration timeout) {
    return await(
        () -> {
          for (int i = 0; i < untaken.size(); i++) {
            if (wanted.test(untaken.get(i).json())) {
              return untaken.remove(i).json();
            }
          }
          return null;
        },
        description,
        timeout);
  }

  /** Shows every frame to {@code next}, once and in order, until it returns something. */
  <T> T follow(Function<JsonObject, @Nullable T> next, String description, Duration timeout) {
    var position = new int[1];
    return await(
        () -> {
          while (position[0] < frames.size()) {
            T result = next.apply(frames.get(position[0]++).json());
            if (result != null) {
              return result;
            }
          }
          return null;
        },
        description,
        timeout);
  }

  CloseStatus awaitEnd(Duration timeout) {
    return monitor.await(() -> end, timeout, () -> "the end of the connection" + latest());
  }

  private interface Attempt<T> {
    @Nullable T get();
  }

  private <T> T await(Attempt<T> attempt, String description, Duration timeout) {
    return monitor.await(
        () -> {
          T value = attempt.get();
          if (value == null && violation != null) {
            throw new AssertionError(violation + latest());
          }
          if (value == null && end != null) {
            throw new AssertionError("Ended with " + end + " before " + description + latest());
          }
          return value;
        },
        timeout,
        () -> description + latest());
  }

  private String latest() {
    int from = Math.max(0, frames.size() - SHOWN);
    return "; received "
        + frames.size()
        + " frames"
        + frames.subList(from, frames.size()).stream()
            .map(frame -> "\n  " + frame)
            .collect(Collectors.joining("", frames.isEmpty() ? "" : ", the latest:", ""));
  }
}
