package life.avai.server;

import java.time.Duration;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import life.avai.domain.StoreUnavailableException;
import life.avai.domain.privacy.ForgetIdleUsers;
import life.avai.domain.privacy.Retention;
import life.avai.server.websocket.SessionRegistry;

/**
 * Looks from time to time for users who are to be forgotten, and ends the connections of those who
 * were deleted by way of another server.
 */
final class RetentionSweep {
  private static final System.Logger LOG = System.getLogger(RetentionSweep.class.getName());
  private static final Duration SELDOM = Duration.ofMinutes(1);
  private static final Duration OFTEN = Duration.ofMillis(250);

  private final ForgetIdleUsers forget;
  private final SessionRegistry registry;
  private final AtomicBoolean running = new AtomicBoolean();

  RetentionSweep(ForgetIdleUsers forget, SessionRegistry registry) {
    this.forget = forget;
    this.registry = registry;
  }

  /** Every minute, and more often where users are kept for less than some minutes. */
  void start(Retention retention, ScheduledExecutorService timer) {
    long every =
        retention
            .shortest()
            .map(period -> period.dividedBy(8))
            .map(often -> often.compareTo(OFTEN) < 0 ? OFTEN : often)
            .filter(often -> often.compareTo(SELDOM) < 0)
            .orElse(SELDOM)
            .toMillis();
    var unused = timer.scheduleWithFixedDelay(this::sweep, every, every, TimeUnit.MILLISECONDS);
  }

  private void sweep() {
    if (running.compareAndSet(false, true)) {
      Thread unused = Thread.ofVirtual().name("retention").start(this::sweepOnce);
    }
  }

  private void sweepOnce() {
    try {
      ForgetIdleUsers.Report report = forget.handle(registry.connected());
      report.gone().forEach(registry::endDeleted);
      if (report.deleted() > 0) {
        LOG.log(System.Logger.Level.INFO, "idle users deleted: {0}", report.deleted());
      }
    } catch (StoreUnavailableException e) {
      LOG.log(System.Logger.Level.DEBUG, "retention waits for the store: {0}", e.getMessage());
    } catch (RuntimeException e) {
      LOG.log(System.Logger.Level.ERROR, "retention failed", e);
    } finally {
      running.set(false);
    }
  }
}
