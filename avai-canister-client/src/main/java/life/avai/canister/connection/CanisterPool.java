package life.avai.canister.connection;

import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.LockSupport;
import life.avai.canister.CanisterSettings;
import life.avai.domain.assistant.AssistantReply;
import life.avai.domain.assistant.AssistantRequest;
import life.avai.domain.assistant.AssistantStatus;
import life.avai.domain.assistant.ReplySink;
import org.jspecify.annotations.Nullable;

/**
 * All connections to all canisters, and the choice among them: of two random ones with room, the
 * one with fewer open questions.
 */
public final class CanisterPool {
  private static final Duration RETRY_WHEN_AWAY = Duration.ofSeconds(5);
  private static final Duration RETRY_WHEN_FULL = Duration.ofSeconds(1);
  private static final Duration BETWEEN_LOOKS = Duration.ofMillis(10);

  private final CanisterSettings settings;
  private final List<LinkKeeper> keepers;

  public CanisterPool(CanisterSettings settings, List<LinkKeeper> keepers) {
    this.settings = settings;
    this.keepers = List.copyOf(keepers);
  }

  /** See {@link life.avai.domain.assistant.Assistant#reply}. */
  public AssistantReply reply(AssistantRequest request, ReplySink sink)
      throws InterruptedException {
    CanisterLink link = choose(request);
    if (link == null) {
      link = afterRenewal(request);
    }
    if (link == null) {
      return anyOpen()
          ? new AssistantReply.NotAsked(
              "every assistant is busy; the message waits", RETRY_WHEN_FULL)
          : new AssistantReply.NotAsked(
              "no assistant is connected just now; the message waits", RETRY_WHEN_AWAY);
    }
    PendingReply reply = link.ask(request, sink);
    try {
      return reply.outcome().get();
    } catch (InterruptedException e) {
      link.giveUp(reply);
      throw e;
    } catch (ExecutionException e) {
      throw new AssertionError("never completed exceptionally", e);
    }
  }

  private @Nullable CanisterLink choose(AssistantRequest request) {
    List<CanisterLink> fit = new ArrayList<>(keepers.size());
    for (LinkKeeper keeper : keepers) {
      CanisterLink link = keeper.link();
      if (link != null && link.hasRoom() && link.mayBeAsked(request.requestId())) {
        fit.add(link);
      }
    }
    if (fit.isEmpty()) {
      return null;
    }
    CanisterLink one = fit.get(ThreadLocalRandom.current().nextInt(fit.size()));
    CanisterLink other = fit.get(ThreadLocalRandom.current().nextInt(fit.size()));
    return other.inFlight() < one.inFlight() ? other : one;
  }

  /**
   * When only connections are left on which an earlier attempt of this question broke, one of them
   * is opened anew for it: what the canister may still send of that attempt comes on the old one.
   */
  private @Nullable CanisterLink afterRenewal(AssistantRequest request)
      throws InterruptedException {
    LinkKeeper renewed = null;
    for (LinkKeeper keeper : keepers) {
      CanisterLink link = keeper.link();
      if (link != null && !link.mayBeAsked(request.requestId())) {
        keeper.renew(link);
        renewed = keeper;
        break;
      }
    }
    if (renewed == null) {
      return null;
    }
    long end = System.nanoTime() + settings.connectTimeout().toNanos();
    while (System.nanoTime() < end) {
      CanisterLink link = choose(request);
      if (link != null) {
        return link;
      }
      if (Thread.interrupted()) {
        throw new InterruptedException();
      }
      LockSupport.parkNanos(BETWEEN_LOOKS.toNanos());
    }
    return null;
  }

  private boolean anyOpen() {
    return keepers.stream().anyMatch(keeper -> keeper.link() != null);
  }

  /** How things stand now. */
  public AssistantStatus status() {
    Set<URI> connected = new HashSet<>();
    Set<URI> configured = new HashSet<>();
    int capacity = 0;
    for (LinkKeeper keeper : keepers) {
      configured.add(keeper.url());
      CanisterLink link = keeper.link();
      if (link != null) {
        connected.add(keeper.url());
        capacity += Math.max(0, settings.maxInFlight() - link.inFlight());
      }
    }
    AssistantStatus.State state =
        connected.isEmpty()
            ? AssistantStatus.State.UNAVAILABLE
            : connected.size() < configured.size()
                ? AssistantStatus.State.DEGRADED
                : AssistantStatus.State.AVAILABLE;
    return new AssistantStatus(state, connected.size(), configured.size(), capacity);
  }

  /** Ends every connection. */
  public void close() {
    keepers.forEach(LinkKeeper::close);
  }
}
