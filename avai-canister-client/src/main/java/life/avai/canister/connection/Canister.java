package life.avai.canister.connection;

import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;
import life.avai.canister.CanisterCalls;
import life.avai.canister.CanisterEvents;
import life.avai.canister.CanisterSettings;
import life.avai.canister.CanisterState;
import life.avai.domain.turn.RequestId;
import org.jspecify.annotations.Nullable;

/**
 * One canister: the connections to it, and what experience tells of it.
 *
 * <p>Safe for use by many threads at once.
 */
final class Canister {
  private static final System.Logger LOG = System.getLogger(Canister.class.getName());

  /** Below this, differences in latency are noise beside the number of open questions. */
  private static final double LEAST_LATENCY_NANOS = Duration.ofMillis(1).toNanos();

  /** More than any load of a canister whose latency is known. */
  private static final double UNKNOWN = 1e30;

  /** Hears what others may have to act upon. Any thread; must not block. */
  interface Listener {
    /** It is there, or gone, or its circuit has changed. */
    void statusChanged();

    /** A question more could be put. */
    void roomFreed();
  }

  private final URI url;
  private final CanisterEvents events;
  private final CanisterCalls calls;
  private final Listener listener;
  private final Circuit circuit;
  private final Latency latency = new Latency(System::nanoTime);
  private final List<LinkKeeper> keepers;

  /**
   * A canister that is not dialled yet.
   *
   * @param keeper makes one of its connections
   */
  Canister(
      URI url,
      CanisterSettings settings,
      CanisterEvents events,
      CanisterCalls calls,
      Listener listener,
      Function<Canister, LinkKeeper> keeper) {
    this.url = url;
    this.events = events;
    this.calls = calls;
    this.listener = listener;
    this.circuit = new Circuit(settings.circuit(), System::nanoTime);
    this.keepers =
        Stream.generate(() -> keeper.apply(this)).limit(settings.connectionsPerUrl()).toList();
  }

  URI url() {
    return url;
  }

  CanisterEvents events() {
    return events;
  }

  CanisterCalls calls() {
    return calls;
  }

  void dial() {
    keepers.forEach(LinkKeeper::start);
  }

  private Stream<CanisterLink> links() {
    return keepers.stream()
        .map(LinkKeeper::link)
        .<CanisterLink>mapMulti((link, out) -> {
          if (link != null) {
            out.accept(link);
          }
        });
  }

  boolean isConnected() {
    return links().findAny().isPresent();
  }

  boolean permits() {
    return circuit.permits();
  }

  /** How many questions more it could take; one while it is only being tried. */
  int room() {
    int room = links().mapToInt(CanisterLink::room).sum();
    return circuit.state() == CanisterState.Circuit.HALF_OPEN ? Math.min(1, room) : room;
  }

  int inFlight() {
    return links().mapToInt(CanisterLink::inFlight).sum();
  }

  CanisterState state() {
    return new CanisterState(
        url,
        circuit.state(),
        (int) links().count(),
        inFlight(),
        Duration.ofNanos((long) latency.nanos()));
  }

  /**
   * What speaks against putting a question more here, in no unit: to be compared. Latency counts
   * twice: once because questions stay longer where they take longer, which alone would give a slow
   * canister as many open questions as it can answer in the time, and once more because each of
   * them is somebody who waits.
   *
   * <p>Of a canister that has never answered nothing is known, so it gets one question and no
   * second one while others do.
   */
  double load() {
    int questions = inFlight();
    if (!latency.isKnown()) {
      return questions == 0 ? 0 : UNKNOWN + questions;
    }
    double expected = Math.max(LEAST_LATENCY_NANOS, latency.nanos());
    return (questions + 1) * expected * expected;
  }

  /**
   * Takes a place for a question, on its connection with the most room.
   *
   * @param anyway also when the circuit does not permit it
   * @return null when there is none
   */
  @Nullable Place reserve(RequestId request, boolean anyway) {
    CanisterLink best = null;
    for (LinkKeeper keeper : keepers) {
      CanisterLink link = keeper.link();
      if (link != null
          && link.mayBeAsked(request)
          && link.room() > (best == null ? 0 : best.room())) {
        best = link;
      }
    }
    if (best == null || !best.tryReserve()) {
      return null;
    }
    int permit = anyway ? circuit.acquire() : circuit.tryAcquire();
    if (permit == Circuit.REFUSED) {
      best.undoReserve();
      return null;
    }
    return new Place(this, best, permit);
  }

  /** Opens a connection anew if an earlier attempt of the question broke on it. */
  boolean renewFor(RequestId request) {
    for (LinkKeeper keeper : keepers) {
      CanisterLink link = keeper.link();
      if (link != null && !link.mayBeAsked(request)) {
        keeper.stale(link);
        return true;
      }
    }
    return false;
  }

  /** The first piece of a reply has come. */
  void begun(Duration after) {
    latency.observe(after);
    events.firstDelta(url, after);
  }

  /** A question has come to its end. */
  void ended(PendingReply reply, PendingReply.End end, Duration took) {
    boolean answered = Boolean.TRUE.equals(end.verdict());
    if (!reply.hasBegun() && (answered || end.label().equals("timeout"))) {
      latency.observe(took);
    }
    if (answered) {
      changed(circuit.succeeded(reply.permit()));
    } else if (end.verdict() == null) {
      circuit.unused(reply.permit());
    } else {
      failed(reply.permit());
    }
    events.finished(url, end.label(), took);
    LOG.log(
        System.Logger.Level.DEBUG,
        "question ended url={0} request={1} outcome={2}",
        CanisterSettings.place(url),
        reply.id(),
        end.label());
  }

  void failed(int permit) {
    changed(circuit.failed(permit));
  }

  void unused(int permit) {
    circuit.unused(permit);
  }

  /** It broke the rules. */
  void misbehaved() {
    changed(circuit.trip());
  }

  private void changed(boolean hasChanged) {
    if (hasChanged) {
      CanisterState.Circuit now = circuit.state();
      LOG.log(
          System.Logger.Level.WARNING,
          "canister circuit url={0} state={1}",
          CanisterSettings.place(url),
          now.label());
      events.circuit(url, now);
      listener.statusChanged();
      listener.roomFreed();
    }
  }

  void roomFreed() {
    listener.roomFreed();
  }

  void connectionsChanged() {
    listener.statusChanged();
    listener.roomFreed();
  }

  /** Takes no more questions, finishes those that it has, and is then let go. */
  void retire() {
    keepers.forEach(LinkKeeper::retire);
  }

  void close() {
    keepers.forEach(LinkKeeper::close);
  }
}
