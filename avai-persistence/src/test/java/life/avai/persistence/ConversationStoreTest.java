package life.avai.persistence;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import java.util.stream.LongStream;
import javax.sql.DataSource;
import life.avai.domain.Ids;
import life.avai.domain.conversation.ConversationStore;
import life.avai.domain.conversation.ConversationStore.FinishOutcome;
import life.avai.domain.conversation.MessageDraft;
import life.avai.domain.conversation.MessageDraft.Target;
import life.avai.domain.conversation.SaveOutcome;
import life.avai.domain.conversation.SaveOutcome.Duplicate;
import life.avai.domain.conversation.SaveOutcome.Saved;
import life.avai.domain.conversation.TurnStart;
import life.avai.domain.conversation.WhileBusy;
import life.avai.domain.identity.UserId;
import life.avai.domain.message.ContentType;
import life.avai.domain.message.FinishReason;
import life.avai.domain.message.HistoryQuery;
import life.avai.domain.message.HistoryQuery.From;
import life.avai.domain.message.MessageId;
import life.avai.domain.thread.ThreadId;
import life.avai.domain.turn.ClaimedTurn;
import life.avai.domain.turn.Lease;
import life.avai.domain.turn.RequestId;
import life.avai.domain.turn.TurnEnd;
import life.avai.domain.turn.TurnEnd.ReplyDraft;
import life.avai.domain.turn.TurnOwner;
import life.avai.domain.turn.TurnState;
import life.avai.persistence.migration.SchemaException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;

/** What only a database can show: races, locks, round trips, fences, the schema itself. */
class ConversationStoreTest {
  private static final Ids IDS = Ids.timeOrdered();

  private final AtomicInteger statements = new AtomicInteger();
  private final Lease lease = new Lease(new TurnOwner(IDS.next()), Duration.ofSeconds(30));
  private String url;
  private PostgresStores stores;
  private ConversationStore store;
  private UserId user;

  @BeforeEach
  void open() {
    url = TestPostgres.freshDatabase();
    stores = new PostgresStores(settings(), counting());
    stores.migrate();
    store = stores.conversations();
    user = user();
  }

  @AfterEach
  void close() {
    stores.close();
  }

  private PostgresSettings settings() {
    return PostgresSettings.of(url, TestPostgres.server().user(), TestPostgres.server().password());
  }

  private UserId user() {
    UserId id = new UserId(IDS.next());
    byte[] hash = new byte[32];
    ThreadLocalRandom.current().nextBytes(hash);
    return stores.users().createAnonymous(id, IDS.next(), hash, Instant.now()).userId();
  }

  private Connection connection() throws SQLException {
    return DriverManager.getConnection(
        url, TestPostgres.server().user(), TestPostgres.server().password());
  }

  /** Counts every statement that is sent, and every change of the transaction's mode. */
  private UnaryOperator<DataSource> counting() {
    return pool ->
        proxy(
            DataSource.class,
            pool,
            (method, result) ->
                method.equals("getConnection")
                    ? proxy(Connection.class, (Connection) result, this::counted)
                    : result);
  }

  private Object counted(String method, Object result) {
    if (method.equals("commit") || method.equals("rollback") || method.equals("isValid")) {
      statements.incrementAndGet();
    }
    return result instanceof PreparedStatement statement
        ? proxy(
            PreparedStatement.class,
            statement,
            (called, answer) -> {
              if (called.startsWith("execute")) {
                statements.incrementAndGet();
              }
              return answer;
            })
        : result;
  }

  private interface After {
    Object apply(String method, Object result);
  }

  private static <T> T proxy(Class<T> type, T target, After after) {
    return type.cast(
        Proxy.newProxyInstance(
            ConversationStoreTest.class.getClassLoader(),
            new Class<?>[] {type},
            (self, method, arguments) -> {
              try {
                return after.apply(method.getName(), method.invoke(target, arguments));
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            }));
  }

  private MessageDraft draft(Target target, String content, UUID clientId, TurnStart start) {
    return new MessageDraft(
        new MessageId(IDS.next()),
        new RequestId(IDS.next()),
        target,
        user,
        content,
        ContentType.TEXT,
        3,
        clientId,
        null,
        WhileBusy.ENQUEUE,
        start,
        Duration.ofMinutes(15),
        Instant.parse("2026-01-02T03:04:05.678Z"));
  }

  private static Target fresh() {
    return new Target.New(new ThreadId(IDS.next()), "Title");
  }

  private Saved saved(MessageDraft draft) {
    return (Saved) store.save(draft);
  }

  private TurnEnd answered(ClaimedTurn turn, String text) {
    return new TurnEnd(
        turn.id(),
        lease.owner(),
        turn.attempt(),
        turn.attempt(),
        Instant.parse("2026-01-02T03:04:06Z"),
        new TurnEnd.Result.Answered(
            new ReplyDraft(
                new MessageId(IDS.next()),
                text,
                ContentType.MARKDOWN,
                2,
                "m",
                0.5,
                Duration.ofMillis(3),
                "{\"a\": 1}",
                FinishReason.COMPLETE)));
  }

  @Test
  void wholeTurn_costsTwoRoundTrips_warmOrCold() {
    Target target = fresh();
    Saved warmUp = saved(draft(target, "one", null, new TurnStart.RunNow(lease)));
    store.finish(answered(warmUp.turn(), "r1"));
    statements.set(0);
    Saved next =
        saved(
            draft(
                new Target.Existing(target.threadId()), "two", null, new TurnStart.RunNow(lease)));
    FinishOutcome end = store.finish(answered(next.turn(), "r2"));
    assertThat(statements).hasValue(2);
    assertThat(end).isInstanceOf(FinishOutcome.Finished.class);
    assertThat(next.turn().context().earlier()).hasSize(1);
    assertThat(next.turn().context().earlier().getFirst().reply().content()).isEqualTo("r1");
  }

  @Test
  void contextOfAnotherProcess_isReadFromTheDatabase() {
    Target target = fresh();
    store.finish(
        answered(saved(draft(target, "one", null, new TurnStart.RunNow(lease))).turn(), "r1"));
    try (PostgresStores other = new PostgresStores(settings())) {
      Saved there =
          (Saved)
              other
                  .conversations()
                  .save(
                      draft(
                          new Target.Existing(target.threadId()),
                          "two",
                          null,
                          new TurnStart.RunNow(lease)));
      assertThat(there.turn().context().earlier().getFirst().reply().content()).isEqualTo("r1");
      other.conversations().finish(answered(there.turn(), "r2"));
    }
    Saved here =
        saved(
            draft(
                new Target.Existing(target.threadId()),
                "three",
                null,
                new TurnStart.RunNow(lease)));
    assertThat(here.turn().context().earlier())
        .extracting(exchange -> exchange.reply().content())
        .containsExactly("r1", "r2");
  }

  @Test
  void manyWriters_leavePositionsDenseAndCountersRight() throws Exception {
    ThreadId thread =
        saved(draft(fresh(), "0", null, new TurnStart.FailDisabled())).receipt().threadId();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
        PostgresStores second = new PostgresStores(settings())) {
      List<Future<SaveOutcome>> saves = new ArrayList<>();
      for (int i = 0; i < 200; i++) {
        MessageDraft draft =
            draft(new Target.Existing(thread), "m" + i, null, new TurnStart.FailDisabled());
        ConversationStore through = i % 2 == 0 ? store : second.conversations();
        saves.add(threads.submit(() -> through.save(draft)));
      }
      Set<Long> positions = new HashSet<>();
      for (Future<SaveOutcome> save : saves) {
        positions.add(((Saved) save.get()).receipt().position());
      }
      assertThat(positions)
          .containsExactlyInAnyOrderElementsOf(LongStream.rangeClosed(2, 201).boxed().toList());
    }
    assertThat(stores.threads().find(user, thread).orElseThrow().messageCount()).isEqualTo(201);
  }

  @RepeatedTest(5)
  void hundredSendsOfOneName_areOneRow() throws Exception {
    UUID name = UUID.randomUUID();
    Set<Object> receipts = new HashSet<>();
    int first = 0;
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
        PostgresStores second = new PostgresStores(settings())) {
      List<Future<SaveOutcome>> saves = new ArrayList<>();
      for (int i = 0; i < 100; i++) {
        MessageDraft draft = draft(fresh(), "same", name, new TurnStart.Wait());
        ConversationStore through = i % 2 == 0 ? store : second.conversations();
        saves.add(threads.submit(() -> through.save(draft)));
      }
      for (Future<SaveOutcome> save : saves) {
        switch (save.get()) {
          case Saved done -> {
            first++;
            receipts.add(done.receipt());
          }
          case Duplicate repeat -> receipts.add(repeat.receipt());
          case SaveOutcome other -> throw new AssertionError(other);
        }
      }
    }
    assertThat(first).isEqualTo(1);
    assertThat(receipts).hasSize(1);
    assertThat(store.waitingTurns()).isEqualTo(1);
  }

  @Test
  void lockedThread_delaysNoOther() throws Exception {
    ThreadId locked =
        saved(draft(fresh(), "a", null, new TurnStart.FailDisabled())).receipt().threadId();
    try (Connection holder = connection();
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      holder.setAutoCommit(false);
      try (Statement statement = holder.createStatement()) {
        statement.execute("select 1 from threads where id = '" + locked + "' for update");
      }
      Future<SaveOutcome> waiting =
          threads.submit(() ->
              store.save(
                  draft(new Target.Existing(locked), "b", null, new TurnStart.FailDisabled())));
      for (int i = 0; i < 20; i++) {
        saved(draft(fresh(), "free", null, new TurnStart.FailDisabled()));
      }
      assertThat(waiting.isDone()).isFalse();
      holder.rollback();
      assertThat(((Saved) waiting.get()).receipt().position()).isEqualTo(2);
    }
  }

  @Test
  void lateOwner_changesNothing() {
    Lease brief = new Lease(new TurnOwner(IDS.next()), Duration.ofMillis(1));
    ClaimedTurn first = saved(draft(fresh(), "q", null, new TurnStart.RunNow(brief))).turn();
    List<ClaimedTurn> taken = List.of();
    long end = System.nanoTime() + Duration.ofSeconds(10).toNanos();
    while (taken.isEmpty() && System.nanoTime() < end) {
      taken = store.claim(lease, 10, null);
    }
    ClaimedTurn second = taken.getFirst();
    assertThat(second.attempt()).isEqualTo(2);
    assertThat(second.tries()).isEqualTo(1);
    TurnEnd late =
        new TurnEnd(
            first.id(), brief.owner(), 1, 1, Instant.now(), new TurnEnd.Result.Cancelled(null));
    assertThat(store.finish(late)).isInstanceOf(FinishOutcome.Fenced.class);
    assertThat(store.beginAttempt(first.id(), brief, 1)).isEmpty();
    assertThat(store.giveBack(first.id(), brief.owner(), 1, Duration.ZERO)).isFalse();
    assertThat(store.renew(brief, List.of(first.id())).held()).isEmpty();

    TurnEnd end2 = answered(second, "answer");
    assertThat(store.finish(end2)).isInstanceOf(FinishOutcome.Finished.class);
    assertThat(store.finish(end2))
        .as("the same call once more")
        .isInstanceOf(FinishOutcome.Finished.class);
    assertThat(
            stores
                .messages()
                .history(
                    user,
                    first.context().question().threadId(),
                    new HistoryQuery(new From.Latest(), 10, true))
                .orElseThrow()
                .messages())
        .hasSize(2);
  }

  @Test
  void replyWhoseMetadataPostgresRefuses_isKeptWithoutThem() {
    ClaimedTurn turn = saved(draft(fresh(), "q", null, new TurnStart.RunNow(lease))).turn();
    TurnEnd good = answered(turn, "kept");
    ReplyDraft reply = ((TurnEnd.Result.Answered) good.result()).reply();
    TurnEnd bad =
        new TurnEnd(
            good.id(),
            good.owner(),
            good.attempt(),
            good.finalAttempt(),
            good.at(),
            new TurnEnd.Result.Answered(
                new ReplyDraft(
                    reply.id(),
                    reply.content(),
                    reply.contentType(),
                    null,
                    null,
                    null,
                    null,
                    "{\"a\": \"\\u0000\"}",
                    FinishReason.COMPLETE)));
    assertThat(store.finish(bad)).isInstanceOf(FinishOutcome.Finished.class);
    assertThat(store.turns(List.of(turn.id())).getFirst().state()).isEqualTo(TurnState.COMPLETED);
  }

  @Test
  void claims_takeTurnsBetweenUsers_oldestFirstInAThread() {
    for (int i = 0; i < 5; i++) {
      saved(draft(fresh(), "busy " + i, null, new TurnStart.Wait()));
    }
    UserId quiet = user();
    user = quiet;
    saved(draft(fresh(), "quiet", null, new TurnStart.Wait()));
    assertThat(store.claim(lease, 2, null))
        .extracting(turn -> turn.context().question().content())
        .containsExactlyInAnyOrder("busy 0", "quiet");
  }

  @Test
  void everyTable_isClosedToOthers() throws SQLException {
    try (Connection connection = connection();
        Statement statement = connection.createStatement();
        ResultSet open =
            statement.executeQuery(
                "select relname from pg_class where relkind = 'r' and not relrowsecurity"
                    + " and relnamespace = 'public'::regnamespace")) {
      assertThat(open.next()).as("a table without row level security").isFalse();
    }
  }

  @Test
  void newerSchema_isRefused() throws SQLException {
    try (Connection connection = connection();
        Statement statement = connection.createStatement()) {
      statement.execute(
          "insert into flyway_schema_history (installed_rank, version, description, type, script,"
              + " installed_by, execution_time, success)"
              + " values (99, '999', 'later', 'SQL', 'V999__later.sql', 'x', 1, true)");
    }
    assertThatThrownBy(stores::migrate)
        .isInstanceOf(SchemaException.class)
        .hasMessageContaining("newer than this program");
  }
}
