package life.avai.testkit.canister;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import life.avai.testkit.internal.Monitor;
import life.avai.testkit.websocket.UpgradeRequest;
import org.jspecify.annotations.Nullable;

/** What a fake canister received, and how to wait for more of it. */
final class CanisterLog {
  private final Monitor monitor = new Monitor();
  private final int keep;
  private volatile CanisterListener listener = CanisterListeners.with(CanisterListener.NONE);

  // All guarded by monitor.
  private final Deque<ProcessRequest> requests = new ArrayDeque<>();
  private final Deque<ProcessRequest> untaken = new ArrayDeque<>();
  private final Deque<UpgradeRequest> handshakes = new ArrayDeque<>();
  private final Deque<String> cancels = new ArrayDeque<>();
  private final Deque<String> unexpected = new ArrayDeque<>();
  private long totalRequests;
  private long pings;
  private long webSocketPings;
  private int inFlight;
  private int maxInFlight;
  private int connections;
  private int totalConnections;

  CanisterLog(int keep) {
    this.keep = keep;
  }

  CanisterListener listener() {
    return listener;
  }

  void listener(CanisterListener hears) {
    listener = CanisterListeners.with(hears);
  }

  void connected(UpgradeRequest handshake) {
    monitor.update(() -> {
      add(handshakes, handshake);
      connections++;
      totalConnections++;
    });
  }

  void disconnected() {
    monitor.update(() -> connections--);
  }

  void began() {
    monitor.update(() -> {
      inFlight++;
      maxInFlight = Math.max(maxInFlight, inFlight);
    });
  }

  void received(ProcessRequest request) {
    monitor.update(() -> {
      totalRequests++;
      add(requests, request);
      add(untaken, request);
    });
  }

  void finished() {
    monitor.update(() -> inFlight--);
  }

  void cancelled(String requestId) {
    monitor.update(() -> add(cancels, requestId));
  }

  void unexpected(String what) {
    monitor.update(() -> add(unexpected, what));
  }

  void ping() {
    monitor.update(() -> pings++);
  }

  void webSocketPing() {
    monitor.update(() -> webSocketPings++);
  }

  private <T> void add(Deque<T> list, T item) {
    list.add(item);
    if (list.size() > keep) {
      list.removeFirst();
    }
  }

  List<ProcessRequest> requests() {
    return monitor.read(() -> List.copyOf(requests));
  }

  List<UpgradeRequest> handshakes() {
    return monitor.read(() -> List.copyOf(handshakes));
  }

  List<String> cancels() {
    return monitor.read(() -> List.copyOf(cancels));
  }

  List<String> unexpected() {
    return monitor.read(() -> List.copyOf(unexpected));
  }

  long totalRequests() {
    return monitor.read(() -> totalRequests);
  }

  long pings() {
    return monitor.read(() -> pings);
  }

  long webSocketPings() {
    return monitor.read(() -> webSocketPings);
  }

  int inFlight() {
    return monitor.read(() -> inFlight);
  }

  int maxInFlight() {
    return monitor.read(() -> maxInFlight);
  }

  int connections() {
    return monitor.read(() -> connections);
  }

  int totalConnections() {
    return monitor.read(() -> totalConnections);
  }

  ProcessRequest awaitRequest(Duration timeout) {
    return monitor.await(untaken::poll, timeout, () -> "a process frame; " + this);
  }

  List<ProcessRequest> awaitRequests(int count, Duration timeout) {
    return monitor.await(
        () -> whenTrue(totalRequests >= count, List.copyOf(requests)),
        timeout,
        () -> count + " process frames; " + this);
  }

  void awaitCancel(String requestId, Duration timeout) {
    monitor.await(
        () -> whenTrue(cancels.contains(requestId), true),
        timeout,
        () -> "a cancel of " + requestId + "; " + this);
  }

  void awaitConnections(int count, Duration timeout) {
    monitor.await(
        () -> whenTrue(connections == count, true),
        timeout,
        () -> count + " open connections; " + this);
  }

  void awaitTotalConnections(int count, Duration timeout) {
    monitor.await(
        () -> whenTrue(totalConnections >= count, true),
        timeout,
        () -> count + " connections since the start; " + this);
  }

  void awaitPings(long count, Duration timeout) {
    monitor.await(() -> whenTrue(pings >= count, true), timeout, () -> count + " pings; " + this);
  }

  void awaitIdle(Duration timeout) {
    monitor.await(
        () -> whenTrue(inFlight == 0, true), timeout, () -> "no request under way; " + this);
  }

  private static <T> @Nullable T whenTrue(boolean condition, T value) {
    return condition ? value : null;
  }

  @Override
  public String toString() {
    return monitor.read(() ->
        "the canister has %d connections (%d in all), %d requests under way, received %d, %d pings, cancels %s, unexpected %s"
            .formatted(
                connections,
                totalConnections,
                inFlight,
                totalRequests,
                pings,
                cancels,
                unexpected));
  }
}
