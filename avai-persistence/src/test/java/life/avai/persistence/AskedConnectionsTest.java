package life.avai.persistence;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import javax.sql.DataSource;
import life.avai.domain.StoreUnavailableException;
import life.avai.domain.conversation.ConversationStore;
import life.avai.domain.conversation.SaveOutcome.Saved;
import life.avai.domain.conversation.TurnStart;
import life.avai.domain.identity.UserId;
import life.avai.domain.message.HistoryQuery;
import life.avai.domain.thread.ChatThread;
import life.avai.domain.thread.ThreadId;
import life.avai.domain.turn.ClaimedTurn;
import life.avai.domain.turn.Lease;
import life.avai.domain.turn.TurnEnd;
import life.avai.testkit.fixture.Fixtures;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Whoever asks for much, of a database that is slow, leaves connections to who writes. */
@Timeout(value = 2, unit = TimeUnit.MINUTES)
class AskedConnectionsTest {
  private static final int POOL = 6;
  private static final int FLOOD = 30;

  private final ExecutorService flood = Executors.newVirtualThreadPerTaskExecutor();
  private final Semaphore begun = new Semaphore(0);
  private final CountDownLatch quick = new CountDownLatch(1);
  private final Lease lease = Fixtures.lease(Duration.ofMinutes(1));
  private PostgresStores stores;
  private ConversationStore store;
  private UserId greedy;
  private UserId other;

  @BeforeEach
  void open() {
    stores =
        new PostgresStores(
            new PostgresSettings(
                TestPostgres.freshDatabase(),
                TestPostgres.server().user(),
                TestPostgres.server().password(),
                POOL,
                "public",
                true,
                20,
                1 << 20),
            this::slow);
    stores.migrate();
    store = stores.conversations();
    greedy = Fixtures.anonymous(stores.users()).userId();
    other = Fixtures.anonymous(stores.users()).userId();
  }

  @AfterEach
  void close() {
    quick.countDown();
    flood.close();
    stores.close();
  }

  /** A database that takes for ever to find messages. */
  private DataSource slow(DataSource source) {
    return proxy(DataSource.class, source);
  }

  private <T> T proxy(Class<T> type, T target) {
    return type.cast(
        Proxy.newProxyInstance(
            type.getClassLoader(),
            new Class<?>[] {type},
            (self, method, arguments) -> {
              if (arguments != null
                  && arguments[0] instanceof String sql
                  && sql.contains("lateral")) {
                begun.release();
                quick.await();
              }
              try {
                Object result = method.invoke(target, arguments);
                return result instanceof Connection open ? proxy(Connection.class, open) : result;
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            }));
  }

  /** Asks for one history again and again, and returns when as many as may be are under way. */
  private void floodWithReads() throws InterruptedException {
    for (int i = 0; i < FLOOD; i++) {
      var unused = flood.submit(() -> history(greedy));
    }
    assertThat(begun.tryAcquire(POOL / 2, 1, TimeUnit.MINUTES)).isTrue();
  }

  private Object history(UserId user) {
    return stores
        .messages()
        .history(
            user,
            new ThreadId(user.value()),
            new HistoryQuery(new HistoryQuery.From.Latest(), 10, false));
  }

  private ClaimedTurn saveAndRun() {
    return ((Saved) store.save(Fixtures.opening(other).runNow(lease).build())).turn();
  }

  @Test
  void floodOfReads_leavesConnectionsToSavesAndTurns() throws InterruptedException {
    floodWithReads();
    for (int i = 0; i < 20; i++) {
      ClaimedTurn turn = saveAndRun();
      assertThat(store.renew(lease, List.of(turn.id())).held()).containsExactly(turn.id());
      assertThat(
              store.finish(
                  new TurnEnd(
                      turn.id(),
                      lease.owner(),
                      turn.attempt(),
                      turn.attempt(),
                      Instant.now(),
                      new TurnEnd.Result.Answered(Fixtures.reply("all is well")))))
          .isInstanceOf(ConversationStore.FinishOutcome.Finished.class);
      assertThat(store.claim(lease, 10, null)).isEmpty();
    }
    assertThat(stores.activeConnections()).isLessThanOrEqualTo(POOL / 2);
  }

  @Test
  void everythingThatPeopleAsk_sharesOnePart() throws Exception {
    ThreadId thread = saveAndRun().context().question().threadId();
    floodWithReads();
    List<ThrowingCallable> asked =
        List.of(
            () -> history(other),
            () -> stores.threads().find(other, thread),
            () -> stores.threads().list(other, 10, null, false),
            () -> stores.users().findAnonymous(Fixtures.tokenHash()),
            () -> stores.personalData().profile(other),
            () -> stores.exportLinks().redeem(Fixtures.tokenHash(), Instant.now()),
            () -> store.unfinished(thread),
            () -> store.cancel(other, thread, null, null, Instant.now()),
            () ->
                store.regenerate(
                    other,
                    thread,
                    Fixtures.requestId(),
                    new TurnStart.Wait(),
                    Duration.ofMinutes(1),
                    Instant.now()));
    List<Future<?>> all = new ArrayList<>();
    for (ThrowingCallable ask : asked) {
      all.add(
          flood.submit(
              () -> assertThatThrownBy(ask).isInstanceOf(StoreUnavailableException.class)));
    }
    for (Future<?> one : all) {
      one.get(1, TimeUnit.MINUTES);
    }
  }

  @Test
  void whatWasAsked_givesItsConnectionBack() {
    quick.countDown();
    for (int i = 0; i < 2 * POOL; i++) {
      assertThat(history(other)).isNotNull();
      ChatThread nobodys =
          ChatThread.empty(Fixtures.threadId(), Fixtures.userId(), "Title", null, Instant.now());
      assertThatThrownBy(() -> stores.threads().create(nobodys))
          .isInstanceOf(PersistenceException.class);
    }
    assertThat(stores.activeConnections()).isZero();
  }
}
