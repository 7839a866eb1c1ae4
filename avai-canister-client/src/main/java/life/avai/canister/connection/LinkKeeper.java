package life.avai.canister.connection;

import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import life.avai.canister.Backoff;
import life.avai.canister.CanisterSettings;
import org.jspecify.annotations.Nullable;

/**
 * Keeps one connection to one canister: dials, and dials again for ever, ever more patiently.
 *
 * <p>Safe for use by many threads at once.
 */
final class LinkKeeper implements CanisterLink.Keeper, Dialer.Dialling {
  private static final System.Logger LOG = System.getLogger(LinkKeeper.class.getName());

  private final Canister canister;
  private final Dialer dialer;
  private final DialPatience patience;

  private volatile @Nullable CanisterLink link;
  private volatile boolean closed;
  // Event loop only.
  private boolean dialling;
  private long openedNanos;

  LinkKeeper(Canister canister, Dialer dialer, Backoff backoff) {
    this.canister = canister;
    this.dialer = dialer;
    this.patience = new DialPatience(backoff);
  }

  /** The connection, if there is one that is open. */
  @Nullable CanisterLink link() {
    CanisterLink now = link;
    return now != null && now.isOpen() ? now : null;
  }

  /** Begins to dial. */
  void start() {
    dialer.execute(this::dial);
  }

  /** Dials no more, and lets the connection finish what it has. */
  void retire() {
    closed = true;
    CanisterLink now = link;
    if (now != null) {
      now.retire();
    }
  }

  /** Ends, and with it every question that is open. */
  void close() {
    closed = true;
    CanisterLink now = link;
    if (now != null) {
      now.close();
    }
  }

  private void dial() {
    if (!closed && !dialling) {
      dialling = true;
      dialer.dial(canister, this, this);
    }
  }

  @Override
  public void opened(CanisterLink fresh) {
    dialling = false;
    CanisterLink former = link;
    link = fresh;
    openedNanos = System.nanoTime();
    canister.events().connected(canister.url());
    LOG.log(System.Logger.Level.INFO, "canister connected url={0}", place());
    if (former != null) {
      former.retire();
    }
    if (closed) {
      fresh.retire();
    }
    canister.connectionsChanged();
  }

  @Override
  public void failed(String reason, @Nullable Throwable cause) {
    dialling = false;
    if (patience.isFresh()) {
      LOG.log(
          System.Logger.Level.WARNING,
          "canister unreachable url={0} reason={1} ({2}); trying for ever",
          place(),
          reason,
          cause == null ? "" : cause.getMessage());
    }
    canister.events().disconnected(canister.url(), reason);
    dialLater();
  }

  @Override
  public void proven() {
    dialer.execute(patience::proven);
  }

  /** The present connection goes on until there is another to take its place. */
  @Override
  public void stale(CanisterLink former) {
    dialer.execute(() -> {
      if (link == former) {
        dial();
      }
    });
  }

  @Override
  public void draining(CanisterLink former) {
    LOG.log(System.Logger.Level.INFO, "canister drains url={0}", place());
    if (link == former) {
      link = null;
      canister.connectionsChanged();
      dialLater();
    }
  }

  @Override
  public void ended(CanisterLink former, boolean dropped) {
    if (link == former) {
      link = null;
      if (!closed) {
        LOG.log(System.Logger.Level.WARNING, "canister lost url={0}", place());
      }
      patience.ended(Duration.ofNanos(System.nanoTime() - openedNanos), dropped);
      canister.connectionsChanged();
      dialLater();
    }
  }

  private void dialLater() {
    Duration wait = patience.beforeNext(ThreadLocalRandom.current());
    if (!closed) {
      dialer.schedule(this::dialIfGone, wait.toNanos(), TimeUnit.NANOSECONDS);
    }
  }

  private void dialIfGone() {
    if (link == null) {
      dial();
    }
  }

  private String place() {
    return CanisterSettings.place(canister.url());
  }
}
