package life.avai.persistence;

import static life.avai.persistence.jooq.Tables.MESSAGES;
import static life.avai.persistence.jooq.Tables.THREADS;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import life.avai.domain.identity.UserId;
import life.avai.domain.message.HistoryPage;
import life.avai.domain.message.HistoryQuery;
import life.avai.domain.message.HistoryQuery.From;
import life.avai.domain.message.Message;
import life.avai.domain.message.MessageRepository;
import life.avai.domain.thread.ThreadId;
import life.avai.persistence.jooq.tables.records.MessagesRecord;
import org.jooq.Condition;
import org.jooq.DSLContext;
import org.jooq.Field;
import org.jooq.Param;
import org.jooq.Record;
import org.jooq.Result;
import org.jooq.Table;
import org.jooq.impl.DSL;

/** Messages in PostgreSQL. */
final class JooqMessageRepository implements MessageRepository {
  private static final Param<UUID> THREAD = DSL.param("thread", UUID.class);
  private static final Param<UUID> OWNER = DSL.param("owner", UUID.class);
  private static final Param<Long> ABOVE = DSL.param("above", Long.class);
  private static final Param<Long> BELOW = DSL.param("below", Long.class);
  private static final Param<Long> SKIPPED = DSL.param("skipped", Long.class);
  private static final Param<Long> LIMIT = DSL.param("limit", Long.class);
  private static final Field<Integer> COUNT = DSL.count();

  private final DSLContext jooq;
  private final Statements withSuperseded;
  private final Statements withoutSuperseded;

  /**
   * The statements that make a page: the newest or the oldest of a stretch, and how many it has.
   */
  private record Statements(RenderedQuery newest, RenderedQuery oldest, RenderedQuery count) {}

  /** A stretch of positions, without its ends. */
  private record Stretch(long above, long below) {}

  private static final Stretch ALL = new Stretch(0, Long.MAX_VALUE);

  JooqMessageRepository(DSLContext jooq) {
    this.jooq = jooq;
    this.withSuperseded = statements(DSL.noCondition());
    this.withoutSuperseded = statements(MESSAGES.SUPERSEDED_AT.isNull());
  }

  private Statements statements(Condition shown) {
    Condition stretch = shown.and(MESSAGES.POSITION.gt(ABOVE)).and(MESSAGES.POSITION.lt(BELOW));
    return new Statements(
        page(stretch, true),
        page(stretch, false),
        new RenderedQuery(
            jooq,
            DSL.select(COUNT).from(MESSAGES).where(MESSAGES.THREAD_ID.eq(THREAD)).and(stretch),
            List.of(COUNT)));
  }

  /** The page and the thread's newest position, which must be of one moment, in one statement. */
  private RenderedQuery page(Condition stretch, boolean newest) {
    Table<MessagesRecord> page =
        DSL.lateral(
            DSL.selectFrom(MESSAGES)
                .where(MESSAGES.THREAD_ID.eq(THREADS.ID))
                .and(stretch)
                .orderBy(newest ? MESSAGES.POSITION.desc() : MESSAGES.POSITION.asc())
                .offset(SKIPPED)
                .limit(LIMIT)
                .asTable(MESSAGES));
    List<Field<?>> columns = new ArrayList<>(List.of(MESSAGES.fields()));
    columns.add(THREADS.MESSAGE_COUNT);
    return new RenderedQuery(
        jooq,
        DSL.select(page.fields())
            .select(THREADS.MESSAGE_COUNT)
            .from(THREADS)
            .leftJoin(page)
            .on(DSL.noCondition())
            .where(THREADS.ID.eq(THREAD))
            .and(THREADS.USER_ID.eq(OWNER))
            .orderBy(page.field(MESSAGES.POSITION)),
        columns);
  }

  @Override
  public Optional<HistoryPage> history(UserId owner, ThreadId thread, HistoryQuery query) {
    return SqlErrors.repeat(() -> jooq.connectionResult(c -> page(c, owner, thread, query)));
  }

  private Optional<HistoryPage> page(
      Connection connection, UserId owner, ThreadId thread, HistoryQuery query)
      throws SQLException {
    Statements statements = query.includeSuperseded() ? withSuperseded : withoutSuperseded;
    Stretch stretch =
        switch (query.from()) {
          case From.Latest() -> ALL;
          case From.Offset ignored -> ALL;
          case From.Before(var position) -> new Stretch(0, position);
          case From.After(var position) -> new Stretch(position, Long.MAX_VALUE);
        };
    boolean newest = query.from() instanceof From.Latest || query.from() instanceof From.Before;
    long skipped = query.from() instanceof From.Offset(var count) ? count : 0;
    Result<Record> rows =
        (newest ? statements.newest() : statements.oldest())
            .fetch(
                connection,
                Map.of(
                    THREAD.getName(), thread.value(),
                    OWNER.getName(), owner.value(),
                    ABOVE.getName(), stretch.above(),
                    BELOW.getName(), stretch.below(),
                    SKIPPED.getName(), skipped,
                    LIMIT.getName(), query.limit()));
    if (rows.isEmpty()) {
      return Optional.empty();
    }
    long lastPosition = rows.getFirst().get(THREADS.MESSAGE_COUNT);
    List<Message> messages =
        rows.stream()
            .map(row -> row.into(MESSAGES))
            .filter(row -> row.getId() != null)
            .map(Rows::message)
            .toList();
    // Fewer than asked for are all there are; counting a long thread is for those who need it.
    if (messages.size() < query.limit() && skipped == 0) {
      return Optional.of(new HistoryPage(messages, messages.size(), lastPosition));
    }
    int all =
        statements
            .count()
            .fetch(
                connection,
                Map.of(
                    THREAD.getName(), thread.value(),
                    ABOVE.getName(), stretch.above(),
                    BELOW.getName(), Math.min(stretch.below(), lastPosition + 1)))
            .getFirst()
            .get(COUNT);
    return Optional.of(new HistoryPage(messages, Math.max(0, all - skipped), lastPosition));
  }
}
