package life.avai.persistence;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import life.avai.domain.Ids;
import life.avai.domain.StoreUnavailableException;
import life.avai.domain.conversation.ConversationStore;
import life.avai.domain.conversation.ConversationStore.FinishOutcome;
import life.avai.domain.conversation.MessageDraft;
import life.avai.domain.conversation.MessageDraft.Target;
import life.avai.domain.conversation.SaveOutcome;
import life.avai.domain.conversation.SaveOutcome.Conflict;
import life.avai.domain.conversation.SaveOutcome.Duplicate;
import life.avai.domain.conversation.SaveOutcome.Saved;
import life.avai.domain.conversation.TurnStart;
import life.avai.domain.conversation.WhileBusy;
import life.avai.domain.identity.UserId;
import life.avai.domain.message.ContentType;
import life.avai.domain.message.FinishReason;
import life.avai.domain.message.MessageId;
import life.avai.domain.thread.ThreadId;
import life.avai.domain.turn.ClaimedTurn;
import life.avai.domain.turn.Lease;
import life.avai.domain.turn.RequestId;
import life.avai.domain.turn.TurnEnd;
import life.avai.domain.turn.TurnEnd.ReplyDraft;
import life.avai.domain.turn.TurnOwner;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What must hold when somebody else writes at the worst moment. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class StoreFaultsTest {
  private static final Ids IDS = Ids.timeOrdered();
  private static final Instant AT = Instant.parse("2026-01-02T03:04:05.678Z");

  private final Lease lease = new Lease(new TurnOwner(IDS.next()), Duration.ofSeconds(30));
  private final Lease brief = new Lease(new TurnOwner(IDS.next()), Duration.ofMillis(1));
  private String url;
  private PostgresStores stores;
  private ConversationStore store;
  private UserId user;

  @BeforeEach
  void open() {
    url = TestPostgres.freshDatabase();
    stores = new PostgresStores(settings(url));
    stores.migrate();
    store = stores.conversations();
    byte[] hash = new byte[32];
    ThreadLocalRandom.current().nextBytes(hash);
    user = stores.users().createAnonymous(new UserId(IDS.next()), IDS.next(), hash, AT).userId();
  }

  @AfterEach
  void close() {
    stores.close();
  }

  private static PostgresSettings settings(String url) {
    return PostgresSettings.of(url, TestPostgres.server().user(), TestPostgres.server().password());
  }

  private Connection connection() throws SQLException {
    return DriverManager.getConnection(
        url, TestPostgres.server().user(), TestPostgres.server().password());
  }

  private MessageDraft draft(Target target, UUID clientId, Long expected, TurnStart start) {
    return new MessageDraft(
        new MessageId(IDS.next()),
        new RequestId(IDS.next()),
        target,
        user,
        "text",
        ContentType.TEXT,
        3,
        clientId,
        expected,
        WhileBusy.ENQUEUE,
        start,
        Duration.ofMinutes(15),
        AT);
  }

  private static Target fresh() {
    return new Target.New(new ThreadId(IDS.next()), "Title");
  }

  private ClaimedTurn running(Lease under) {
    return ((Saved) store.save(draft(fresh(), null, null, new TurnStart.RunNow(under)))).turn();
  }

  private static TurnEnd answered(ClaimedTurn turn, Lease under) {
    return new TurnEnd(
        turn.id(),
        under.owner(),
        turn.attempt(),
        turn.attempt(),
        AT,
        new TurnEnd.Result.Answered(
            new ReplyDraft(
                new MessageId(IDS.next()),
                "reply",
                ContentType.TEXT,
                null,
                null,
                null,
                null,
                null,
                FinishReason.COMPLETE)));
  }

  /** Waits until somebody in this database waits for a lock. */
  private void awaitLockWait() throws SQLException {
    try (Connection connection = connection();
        Statement statement = connection.createStatement()) {
      while (true) {
        try (ResultSet waiting =
            statement.executeQuery(
                "select 1 from pg_stat_activity where datname = current_database()"
                    + " and wait_event_type = 'Lock'")) {
          if (waiting.next()) {
            return;
          }
        }
        LockSupport.parkNanos(1_000_000);
      }
    }
  }

  private long count(String query) throws SQLException {
    try (Connection connection = connection();
        Statement statement = connection.createStatement();
        ResultSet result = statement.executeQuery(query)) {
      result.next();
      return result.getLong(1);
    }
  }

  @Test
  void finish_whileAnotherServerTakesTheTurnOver_isFenced() throws Exception {
    ClaimedTurn turn = running(brief);
    try (Connection other = connection();
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      other.setAutoCommit(false);
      try (Statement statement = other.createStatement()) {
        statement.execute("select * from claim_turns('" + IDS.next() + "', 30000, 1, null, 20)");
      }
      Future<FinishOutcome> late = threads.submit(() -> store.finish(answered(turn, brief)));
      awaitLockWait();
      other.commit();
      assertThat(late.get()).isInstanceOf(FinishOutcome.Fenced.class);
    }
    assertThat(count("select count(*) from turns where state = 'running' and attempt = 2"))
        .isEqualTo(1);
    assertThat(count("select count(*) from messages where role = 'assistant'")).isZero();
  }

  @Test
  void repeat_whileTheFirstSendCommits_isADuplicateAndNoConflict() throws Exception {
    ThreadId thread =
        ((Saved) store.save(draft(fresh(), null, null, new TurnStart.FailDisabled())))
            .receipt()
            .threadId();
    UUID name = UUID.randomUUID();
    try (Connection other = connection();
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      other.setAutoCommit(false);
      try (Statement statement = other.createStatement()) {
        statement.execute("select 1 from threads where id = '" + thread + "' for no key update");
      }
      Future<SaveOutcome> repeat =
          threads.submit(() ->
              store.save(
                  draft(new Target.Existing(thread), name, 1L, new TurnStart.FailDisabled())));
      awaitLockWait();
      try (Statement statement = other.createStatement()) {
        UUID message = IDS.next();
        statement.execute(
            "insert into messages (id, thread_id, position, role, author_id, content,"
                + " client_message_id, created_at, updated_at) values ('"
                + message
                + "', '"
                + thread
                + "', 2, 'user', '"
                + user
                + "', 'text', '"
                + name
                + "', now(), now())");
        statement.execute(
            "insert into turns (id, thread_id, message_id, position, state, attempt, expires_at,"
                + " outcome_code, created_at, updated_at) values ('"
                + IDS.next()
                + "', '"
                + thread
                + "', '"
                + message
                + "', 2, 'failed', 0, now(), 'AI_DISABLED', now(), now())");
        statement.execute("update threads set message_count = 2 where id = '" + thread + "'");
      }
      other.commit();
      assertThat(repeat.get()).isInstanceOf(Duplicate.class);
    }
  }

  @Test
  void conflictInANewThread_leavesNoThreadBehind() throws Exception {
    assertThat(store.save(draft(fresh(), null, 5L, new TurnStart.Wait())))
        .isEqualTo(new Conflict(0));
    assertThat(count("select count(*) from threads")).isZero();
  }

  @Test
  void ownSaveOnceMore_afterTheTurnWasTakenOver_runsNothing() {
    MessageDraft draft = draft(fresh(), null, null, new TurnStart.RunNow(brief));
    Saved first = (Saved) store.save(draft);
    List<ClaimedTurn> taken = List.of();
    while (taken.isEmpty()) {
      taken = store.claim(lease, 1, null);
    }
    Saved again = (Saved) store.save(draft);
    assertThat(again.receipt()).isEqualTo(first.receipt());
    assertThat(again.turn()).as("a turn that another server runs").isNull();
  }

  @Test
  void formerOwner_ofATurnThatWasCancelledForHim_isFenced() {
    ClaimedTurn turn = running(brief);
    ThreadId thread = turn.context().question().threadId();
    while (store.cancel(user, thread, null, null, AT).orElseThrow().ended().isEmpty()) {
      LockSupport.parkNanos(1_000_000);
    }
    assertThat(
            store.finish(
                new TurnEnd(
                    turn.id(), brief.owner(), 1, 1, AT, new TurnEnd.Result.Cancelled(null))))
        .isInstanceOf(FinishOutcome.Fenced.class);
  }

  @Test
  void receiptOfARepeat_namesTheFirstTurn_whateverTheIds() {
    UUID name = UUID.randomUUID();
    MessageDraft draft = draft(fresh(), name, null, new TurnStart.FailDisabled());
    Saved first = (Saved) store.save(draft);
    RequestId smaller = new RequestId(new UUID(1, 1));
    store.regenerate(
        user,
        draft.target().threadId(),
        smaller,
        new TurnStart.FailDisabled(),
        Duration.ofMinutes(1),
        AT);
    Duplicate repeat =
        (Duplicate)
            store.save(
                new MessageDraft(
                    new MessageId(IDS.next()),
                    new RequestId(IDS.next()),
                    draft.target(),
                    user,
                    draft.content(),
                    draft.contentType(),
                    3,
                    name,
                    null,
                    WhileBusy.ENQUEUE,
                    draft.start(),
                    draft.expiry(),
                    AT));
    assertThat(repeat.receipt().requestId()).isEqualTo(first.receipt().requestId());
    assertThat(repeat.turn().id()).isEqualTo(smaller);
  }

  @Test
  void turnsOfTwoOwners_mayEndInOneGroup() {
    ClaimedTurn one = running(lease);
    Lease second = new Lease(new TurnOwner(IDS.next()), Duration.ofSeconds(30));
    ClaimedTurn two = running(second);
    org.postgresql.ds.PGSimpleDataSource direct = new org.postgresql.ds.PGSimpleDataSource();
    direct.setUrl(url);
    direct.setUser(TestPostgres.server().user());
    direct.setPassword(TestPostgres.server().password());
    List<FinishOutcome> outcomes =
        new TurnFinishing(
                org.jooq.impl.DSL.using(direct, org.jooq.SQLDialect.POSTGRES),
                new ContextCache(1000, 20))
            .write(List.of(answered(one, lease), answered(two, second)), false);
    assertThat(outcomes).allMatch(FinishOutcome.Finished.class::isInstance);
  }

  @Test
  void everyWaitingWrite_isToldSoon_whenTheDatabaseIsAway() throws Exception {
    long begin = System.nanoTime();
    try (GroupCommit<Integer, Integer> commits =
            new GroupCommit<>(
                "test",
                1,
                1,
                100,
                item -> 0,
                item -> item,
                (items, again, waitForLock) -> {
                  throw new org.jooq.exception.DataAccessException(
                      "away", new SQLException("away", "08006"));
                },
                size -> {});
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<Integer>> writes =
          java.util.stream.IntStream.range(0, 5)
              .mapToObj(item -> threads.submit(() -> commits.submit(item)))
              .toList();
      for (Future<Integer> write : writes) {
        assertThatThrownBy(write::get).hasCauseInstanceOf(StoreUnavailableException.class);
      }
    }
    assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(8));
  }

  @Test
  void migration_ofADatabaseThatIsAway_saysSo() {
    try (PostgresStores away = new PostgresStores(settings("jdbc:postgresql://127.0.0.1:1/none"))) {
      assertThatThrownBy(away::migrate).isInstanceOf(StoreUnavailableException.class);
    }
  }

  @Test
  void connectionsThatDiedInThePool_areNotNoticed() throws Exception {
    ClaimedTurn turn = running(lease);
    ThreadId thread = turn.context().question().threadId();
    // As many connections as the pool has at most.
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < 50; i++) {
        var unused = threads.submit(() -> store.unfinished(thread));
      }
    }
    try (Connection connection = connection();
        Statement statement = connection.createStatement()) {
      statement.execute(
          "select pg_terminate_backend(pid) from pg_stat_activity"
              + " where datname = current_database() and application_name = 'avai'");
    }
    assertThat(store.renew(lease, List.of(turn.id())).held()).containsExactly(turn.id());
    assertThat(store.unfinished(thread)).hasSize(1);
    assertThat(stores.threads().find(user, thread)).isPresent();
  }

  @Test
  void connectionThatHungBeforeItBroke_isStillLookedAfter() {
    try (GroupCommit<Integer, String> commits =
        new GroupCommit<>(
            "test",
            1,
            1,
            100,
            item -> 0,
            item -> item,
            (items, again, waitForLock) -> {
              if (again) {
                return List.of("found");
              }
              // Longer than anybody is ready to wait for a database that is away.
              LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(3_500));
              throw new org.jooq.exception.DataAccessException(
                  "hung", new SQLException("hung", "08006"));
            },
            size -> {})) {
      assertThat(commits.submit(1)).isEqualTo("found");
    }
  }

  @Test
  void attemptThatWasBegunOnALostConnection_isOurs() {
    ClaimedTurn turn = running(lease);
    org.postgresql.ds.PGSimpleDataSource direct = new org.postgresql.ds.PGSimpleDataSource();
    direct.setUrl(url);
    direct.setUser(TestPostgres.server().user());
    direct.setPassword(TestPostgres.server().password());
    TurnChanges changes =
        new TurnChanges(org.jooq.impl.DSL.using(direct, org.jooq.SQLDialect.POSTGRES), 20);
    assertThat(changes.beginAttempt(turn.id(), lease, 1, false)).hasValue(2);
    assertThat(changes.beginAttempt(turn.id(), lease, 1, true)).hasValue(2);
    assertThat(changes.beginAttempt(turn.id(), lease, 1, false)).isEmpty();
    assertThat(changes.beginAttempt(turn.id(), brief, 1, true)).isEmpty();
  }

  @Test
  void leasesThatAreEnded_letTurnsBeClaimedAtOnce() {
    ClaimedTurn turn = running(lease);
    assertThat(store.claim(brief, 1, null)).isEmpty();
    stores.endLeases();
    ClaimedTurn taken = store.claim(brief, 1, null).getFirst();
    assertThat(taken.id()).isEqualTo(turn.id());
    assertThat(taken.attempt()).isEqualTo(2);
  }
}
