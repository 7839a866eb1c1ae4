package life.avai.canister.connection;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.EventLoop;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.BiFunction;
import life.avai.canister.CanisterCalls;
import life.avai.canister.CanisterEvents;
import life.avai.canister.CanisterSettings;
import life.avai.canister.CanisterState;
import life.avai.canister.wire.CanisterCodec;
import life.avai.domain.assistant.AssistantReply;
import life.avai.domain.assistant.AssistantRequest;
import life.avai.domain.assistant.AssistantStatus;
import life.avai.domain.assistant.ReplySink;
import life.avai.domain.turn.RequestId;
import org.jspecify.annotations.Nullable;

/**
 * All canisters, and the choice among them: of two random ones that have room, the one that
 * promises the shorter wait.
 *
 * <p>A canister that lost an attempt of a question is not asked again while another can be. One
 * whose circuit is open is not asked while another is there at all: when every one fails, asking
 * the least bad is better than asking nobody, and shows first that it has recovered.
 *
 * <p>Safe for use by many threads at once.
 */
public final class CanisterPool implements Canister.Listener {
  private static final Duration RETRY_WHEN_AWAY = Duration.ofSeconds(5);
  private static final Duration LONGEST_RETRY = Duration.ofMinutes(1);
  private static final int REMEMBERED = 10_000;

  private final CanisterSettings settings;
  private final BiFunction<URI, Canister.Listener, Canister> makeCanister;
  private final Runnable onStatus;
  private final WaitingLine line = new WaitingLine();
  private final Rate freed = new Rate(System::nanoTime);

  /** Which canisters lost an attempt of a question that is still asked; the latest of them. */
  private final Map<RequestId, Set<Canister>> lostAt =
      Collections.synchronizedMap(
          new LinkedHashMap<>() {
            @Override
            protected boolean removeEldestEntry(Map.Entry<RequestId, Set<Canister>> eldest) {
              return size() > REMEMBERED;
            }
          });

  private volatile List<Canister> canisters = List.of();

  /** Canisters that are dialled on an event loop; none at first. */
  public static CanisterPool over(
      CanisterSettings settings,
      CanisterEvents events,
      CanisterCalls calls,
      Bootstrap bootstrap,
      EventLoop loop,
      Runnable onStatus) {
    CanisterCodec codec = new CanisterCodec(settings.inbound().messageBytes());
    Dialer dialer = new Dialer(settings, codec, bootstrap, loop);
    return new CanisterPool(
        settings,
        (url, listener) ->
            new Canister(
                url,
                settings,
                events,
                calls,
                listener,
                canister -> new LinkKeeper(canister, dialer, settings.backoff())),
        onStatus);
  }

  private CanisterPool(
      CanisterSettings settings,
      BiFunction<URI, Canister.Listener, Canister> makeCanister,
      Runnable onStatus) {
    this.settings = settings;
    this.makeCanister = makeCanister;
    this.onStatus = onStatus;
  }

  /**
   * Makes these the canisters: dials the new ones; those that are no longer among them finish what
   * they have.
   */
  public synchronized void use(List<URI> urls) {
    List<Canister> former = canisters;
    List<Canister> next = new ArrayList<>();
    List<Canister> fresh = new ArrayList<>();
    for (URI url : urls) {
      Canister known =
          former.stream().filter(canister -> canister.url().equals(url)).findFirst().orElse(null);
      if (known == null) {
        known = makeCanister.apply(url, this);
        fresh.add(known);
      }
      next.add(known);
    }
    canisters = List.copyOf(next);
    fresh.forEach(Canister::dial);
    former.stream().filter(canister -> !next.contains(canister)).forEach(Canister::retire);
    statusChanged();
  }

  /** See {@link life.avai.domain.assistant.Assistant#reply}. */
  public AssistantReply reply(AssistantRequest request, ReplySink sink)
      throws InterruptedException {
    Place place = place(request);
    if (place == null) {
      return notAsked();
    }
    AssistantReply reply;
    try {
      reply = new Asking(this, request, sink, settings.timeouts().hedge()).from(place);
    } finally {
      freed.happened();
    }
    if (!(reply instanceof AssistantReply.Broken)) {
      lostAt.remove(request.requestId());
    }
    return reply;
  }

  /** A canister lost an attempt of this question. */
  void lost(AssistantRequest request, Canister canister) {
    lostAt.computeIfAbsent(request.requestId(), id -> ConcurrentHashMap.newKeySet()).add(canister);
  }

  private AssistantReply.NotAsked notAsked() {
    return canisters.stream().anyMatch(Canister::isConnected)
        ? new AssistantReply.NotAsked(
            "every assistant is busy; the message waits",
            atLeastASecond(freed.until(line.size() + 1, LONGEST_RETRY)))
        : new AssistantReply.NotAsked(
            "no assistant is connected just now; the message waits", RETRY_WHEN_AWAY);
  }

  private static Duration atLeastASecond(Duration time) {
    return time.compareTo(Duration.ofSeconds(1)) < 0 ? Duration.ofSeconds(1) : time;
  }

  private @Nullable Place place(AssistantRequest request) throws InterruptedException {
    if (line.isEmpty()) {
      Place place = reserve(request);
      if (place != null) {
        return place;
      }
    }
    Duration patience = settings.timeouts().place();
    List<Canister> now = canisters;
    boolean someoneIsThere = now.stream().anyMatch(Canister::isConnected);
    if (!someoneIsThere && !lostAt.containsKey(request.requestId())) {
      // Nobody has begun: the message waits better where it is kept.
      return null;
    }
    if (now.stream().anyMatch(canister -> canister.renewFor(request.requestId()))) {
      Duration connect = settings.timeouts().connect();
      patience = connect.compareTo(patience) > 0 ? connect : patience;
    }
    return new Waiting(line, request).orNothing(patience, this::serveLine);
  }

  /** Takes a place for a question where it is best, without waiting. */
  private @Nullable Place reserve(AssistantRequest request) {
    return reserve(request, lostAt.getOrDefault(request.requestId(), Set.of()));
  }

  private @Nullable Place reserve(AssistantRequest request, Set<Canister> lost) {
    List<Canister> permitted = new ArrayList<>();
    List<Canister> second = new ArrayList<>();
    List<Canister> last = new ArrayList<>();
    boolean aGoodOneIsThere = false;
    for (Canister canister : canisters) {
      if (!canister.isConnected()) {
        continue;
      }
      boolean permits = canister.permits();
      aGoodOneIsThere |= permits;
      (!permits ? last : lost.contains(canister) ? second : permitted).add(canister);
    }
    Place place = best(permitted, request, false);
    if (place == null) {
      place = best(second, request, false);
    }
    return place != null || aGoodOneIsThere ? place : best(last, request, true);
  }

  /** A place at another canister than the one that has the question already; null when none. */
  @Nullable Place reserveElsewhere(AssistantRequest request, Canister than) {
    List<Canister> others =
        canisters.stream()
            .filter(canister -> canister != than && canister.isConnected() && canister.permits())
            .toList();
    return best(new ArrayList<>(others), request, false);
  }

  /** Of two random ones the one with less load; the others only when these have no place. */
  private static @Nullable Place best(
      List<Canister> candidates, AssistantRequest request, boolean anyway) {
    candidates.removeIf(canister -> canister.room() == 0);
    Collections.shuffle(candidates, ThreadLocalRandom.current());
    if (candidates.size() > 1 && candidates.get(1).load() < candidates.get(0).load()) {
      Collections.swap(candidates, 0, 1);
    }
    for (Canister canister : candidates) {
      Place place = canister.reserve(request.requestId(), anyway);
      if (place != null) {
        return place;
      }
    }
    return null;
  }

  private boolean isRoom() {
    return room(canisters) > 0;
  }

  /** How many more questions those that may be asked could take. */
  private static int room(List<Canister> canisters) {
    List<Canister> connected = canisters.stream().filter(Canister::isConnected).toList();
    List<Canister> permitted = connected.stream().filter(Canister::permits).toList();
    return (permitted.isEmpty() ? connected : permitted).stream().mapToInt(Canister::room).sum();
  }

  private void serveLine() {
    if (!line.isEmpty()) {
      line.serve(this::isRoom, this::reserve);
    }
  }

  @Override
  public void roomFreed() {
    serveLine();
  }

  @Override
  public void statusChanged() {
    onStatus.run();
  }

  /** How things stand now. */
  public AssistantStatus status() {
    List<Canister> now = canisters;
    int connected = 0;
    int well = 0;
    for (Canister canister : now) {
      if (canister.isConnected()) {
        connected++;
        well += canister.state().circuit() == CanisterState.Circuit.CLOSED ? 1 : 0;
      }
    }
    AssistantStatus.State state =
        connected == 0
            ? AssistantStatus.State.UNAVAILABLE
            : well < now.size() ? AssistantStatus.State.DEGRADED : AssistantStatus.State.AVAILABLE;
    // Whoever waits in the line has been promised the next places.
    int capacity = Math.max(0, room(now) - line.size());
    return new AssistantStatus(state, connected, now.size(), capacity);
  }

  /** How each canister stands. */
  public List<CanisterState> states() {
    return canisters.stream().map(Canister::state).toList();
  }

  /** Ends every connection. */
  public synchronized void close() {
    canisters.forEach(Canister::close);
  }
}
