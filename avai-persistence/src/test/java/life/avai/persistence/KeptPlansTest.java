package life.avai.persistence;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;
import life.avai.domain.conversation.ConversationStore.FinishOutcome;
import life.avai.domain.conversation.MessageDraft;
import life.avai.domain.conversation.SaveOutcome;
import life.avai.domain.identity.UserId;
import life.avai.domain.message.HistoryQuery;
import life.avai.domain.message.HistoryQuery.From;
import life.avai.domain.thread.ThreadId;
import life.avai.domain.turn.ClaimedTurn;
import life.avai.domain.turn.Lease;
import life.avai.domain.turn.TurnEnd;
import life.avai.persistence.MessageSaving.Saved;
import life.avai.testkit.fixture.DraftBuilder;
import life.avai.testkit.fixture.Fixtures;
import org.jooq.DSLContext;
import org.jooq.SQLDialect;
import org.jooq.impl.DSL;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Plans that a session made on empty tables are kept, so they must do for full ones. */
class KeptPlansTest {
  private static final Lease LEASE = Fixtures.lease(Duration.ofMinutes(1));
  private static final UserId USER = Fixtures.userId();

  /** What a scan of any full table, or of one of its indexes with its rows, would touch. */
  private static final long MANY_PAGES = 2_000;

  /** Of twenty messages: one for each, and those of the indexes, several times over. */
  private static final long PAGES_OF_A_HISTORY = 100;

  private static final int EXCHANGES = 3;

  private Connection connection;
  private DSLContext session;
  private List<ThreadId> threads;
  private MessageSaving saving;
  private TurnFinishing finishing;

  @BeforeEach
  void writeALittle() throws SQLException {
    String url = TestPostgres.freshDatabase();
    String user = TestPostgres.server().user();
    String password = TestPostgres.server().password();
    try (PostgresStores stores = new PostgresStores(PostgresSettings.of(url, user, password))) {
      stores.migrate();
    }
    connection = DriverManager.getConnection(url, user, password);
    session = DSL.using(connection, SQLDialect.POSTGRES);
    session.execute(
        "insert into users (id, name, is_anonymous, tier) values (?, 'a', true, 'anonymous')",
        USER.value());
    session.execute("vacuum analyze");
    // What the latest messages are is asked of the database every time.
    ContextCache cache = new ContextCache(0, EXCHANGES);
    saving = new MessageSaving(session, cache, EXCHANGES);
    finishing = new TurnFinishing(session, cache);
    threads = saveAndFinish(Stream.generate(() -> Fixtures.opening(USER)).limit(4));
    saveAndFinishInEach();
  }

  @AfterEach
  void disconnect() throws SQLException {
    connection.close();
  }

  @Test
  void pagesThatAGroupTouches_doNotGrowWithTheTables() throws SQLException {
    fill(session, threads.getFirst());

    assertThat(pagesTouchedBy(this::saveAndFinishInEach)).isLessThan(MANY_PAGES);
  }

  @Test
  void pagesThatAHistoryTouches_doNotGrowWithTheThread() throws SQLException {
    JooqMessageRepository messages = new JooqMessageRepository(session);
    ThreadId thread = threads.getFirst();
    List<From> from =
        List.of(new From.Latest(), new From.Before(19_000), new From.After(10), new From.Offset(5));
    Runnable reading =
        () ->
            from.forEach(each ->
                assertThat(messages.history(USER, thread, new HistoryQuery(each, 20, false)))
                    .isPresent());
    // The driver and PostgreSQL both keep a statement and its plan after some calls only.
    Stream.generate(() -> reading).limit(20).forEach(Runnable::run);

    fill(session, thread);
    // As PostgreSQL does by itself within a minute.
    session.execute("analyze");

    assertThat(messages.history(USER, thread, new HistoryQuery(new From.Latest(), 20, false)))
        .hasValueSatisfying(page -> assertThat(page.total()).isEqualTo(20_004));
    assertThat(pagesTouchedBy(reading)).isLessThan(from.size() * PAGES_OF_A_HISTORY);
  }

  private void saveAndFinishInEach() {
    saveAndFinish(threads.stream().map(into -> Fixtures.draft(USER, into)));
  }

  private List<ThreadId> saveAndFinish(Stream<DraftBuilder> messages) {
    List<MessageDraft> drafts =
        messages
            .map(each -> each.clientMessageId(UUID.randomUUID()).at(Instant.now()).runNow(LEASE))
            .map(DraftBuilder::build)
            .toList();
    List<TurnEnd> ends = new ArrayList<>();
    for (Saved each : saving.write(drafts, false, false)) {
      assertThat(each).isInstanceOf(Saved.Known.class);
      SaveOutcome outcome = ((Saved.Known) each).outcome();
      assertThat(outcome).isInstanceOf(SaveOutcome.Saved.class);
      ClaimedTurn turn = ((SaveOutcome.Saved) outcome).turn();
      assertThat(turn).isNotNull();
      ends.add(answered(turn));
    }
    assertThat(finishing.write(ends, false))
        .hasSize(drafts.size())
        .allSatisfy(end -> assertThat(end).isInstanceOf(FinishOutcome.Finished.class));
    return drafts.stream().map(draft -> draft.target().threadId()).toList();
  }

  private static TurnEnd answered(ClaimedTurn turn) {
    return new TurnEnd(
        turn.id(),
        LEASE.owner(),
        turn.attempt(),
        turn.attempt(),
        Instant.now(),
        new TurnEnd.Result.Answered(Fixtures.reply("It is.")));
  }

  /** Much in every table, of others and in a thread that is written to, in one transaction. */
  private static void fill(DSLContext session, ThreadId longThread) {
    session.execute(
        "insert into users (id, name, is_anonymous, tier) select gen_random_uuid(), 'b', true,"
            + " 'anonymous' from generate_series(1, 20000)");
    session.execute(
        "insert into threads (id, user_id, title) select gen_random_uuid(), ?, 'other' from"
            + " generate_series(1, 20000)",
        USER.value());
    session.execute(
        "insert into messages (id, thread_id, position, role, author_id, content,"
            + " client_message_id, created_at, updated_at) select gen_random_uuid(), ?, 4 + p,"
            + " 'user', ?, 'question', gen_random_uuid(), now(), now() from generate_series(1,"
            + " 20000) p",
        longThread.value(),
        USER.value());
    session.execute(
        "update threads set message_count = 20004, revision = revision + 1 where id = ?",
        longThread.value());
    session.execute(
        "insert into turns (id, thread_id, message_id, position, state, attempt, expires_at,"
            + " created_at, updated_at) select gen_random_uuid(), t.id, gen_random_uuid(), 1,"
            + " 'waiting', 0, now(), now(), now() from threads t where t.title = 'other'");
    session.execute(
        "insert into deleted_sends (author_id, client_message_id) select ?, gen_random_uuid() from"
            + " generate_series(1, 20000)",
        USER.value());
  }

  /** Of tables and indexes, by the session. */
  private long pagesTouchedBy(Runnable what) throws SQLException {
    // The counts are handed on, and begin anew, between transactions only.
    connection.setAutoCommit(false);
    long before = pagesTouched();
    what.run();
    return pagesTouched() - before;
  }

  private long pagesTouched() {
    return session
        .fetchSingle(
            "select sum(pg_stat_get_xact_blocks_fetched(oid)) from pg_class where relnamespace ="
                + " 'public'::regnamespace")
        .get(0, Long.class);
  }
}
