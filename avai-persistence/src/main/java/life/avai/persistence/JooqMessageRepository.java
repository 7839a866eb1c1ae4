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
import org.jooq.DSLContext;
import org.jooq.Field;
import org.jooq.Param;
import org.jooq.Record;
import org.jooq.Record1;
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
  // The stretch once more: a parameter of a rendered query is used once.
  private static final Param<Long> COUNTED_ABOVE = DSL.param("counted_above", Long.class);
  private static final Param<Long> COUNTED_BELOW = DSL.param("counted_below", Long.class);
  private static final Field<Integer> SUPERSEDED = DSL.field(DSL.name("superseded"), Integer.class);

  private final DSLContext jooq;
  private final Pages withSuperseded;
  private final Pages withoutSuperseded;

  /** The newest or the oldest messages of a stretch. */
  private record Pages(RenderedQuery newest, RenderedQuery oldest) {}

  /** A stretch of positions, without its ends. */
  private record Stretch(long above, long below) {
    static final Stretch ALL = new Stretch(0, Long.MAX_VALUE);

    static Stretch of(From from) {
      return switch (from) {
        case From.Latest() -> ALL;
        case From.Offset ignored -> ALL;
        case From.Before(var position) -> new Stretch(0, position);
        case From.After(var position) -> new Stretch(Math.max(0, position), Long.MAX_VALUE);
      };
    }

    /** How many of the positions from 1 to the last are in it; they are dense. */
    long length(long last) {
      return Math.max(0, Math.min(last, below - 1) - above);
    }
  }

  JooqMessageRepository(DSLContext jooq) {
    this.jooq = jooq;
    this.withSuperseded = new Pages(page(true, true), page(true, false));
    this.withoutSuperseded = new Pages(page(false, true), page(false, false));
  }

  /**
   * The page, the thread's newest position, and how many of the stretch are not shown, all of one
   * moment. Those that are shown are not counted: a thread may be long, and few of its messages are
   * superseded.
   */
  private RenderedQuery page(boolean includeSuperseded, boolean newest) {
    Table<MessagesRecord> page =
        DSL.lateral(
            DSL.selectFrom(MESSAGES)
                .where(MESSAGES.THREAD_ID.eq(THREADS.ID))
                .and(includeSuperseded ? DSL.noCondition() : MESSAGES.SUPERSEDED_AT.isNull())
                .and(MESSAGES.POSITION.gt(ABOVE))
                .and(MESSAGES.POSITION.lt(BELOW))
                .orderBy(newest ? MESSAGES.POSITION.desc() : MESSAGES.POSITION.asc())
                .offset(SKIPPED)
                .limit(LIMIT)
                .asTable(MESSAGES));
    Table<Record1<Integer>> superseded =
        DSL.lateral(
            DSL.select(DSL.count().as(SUPERSEDED))
                .from(MESSAGES)
                .where(MESSAGES.THREAD_ID.eq(THREADS.ID))
                .and(MESSAGES.SUPERSEDED_AT.isNotNull())
                .and(MESSAGES.POSITION.gt(COUNTED_ABOVE))
                .and(MESSAGES.POSITION.lt(COUNTED_BELOW))
                .asTable("counted"));
    List<Field<?>> columns = new ArrayList<>(List.of(MESSAGES.fields()));
    columns.add(THREADS.MESSAGE_COUNT);
    columns.add(SUPERSEDED);
    return new RenderedQuery(
        jooq,
        DSL.select(page.fields())
            .select(THREADS.MESSAGE_COUNT, superseded.field(SUPERSEDED))
            .from(THREADS)
            .crossJoin(superseded)
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
    Pages pages = query.includeSuperseded() ? withSuperseded : withoutSuperseded;
    Stretch stretch = Stretch.of(query.from());
    boolean newest = query.from() instanceof From.Latest || query.from() instanceof From.Before;
    long skipped = query.from() instanceof From.Offset(var count) ? count : 0;
    Result<Record> rows =
        (newest ? pages.newest() : pages.oldest())
            .fetch(
                connection,
                Map.of(
                    THREAD.getName(), thread.value(),
                    OWNER.getName(), owner.value(),
                    ABOVE.getName(), stretch.above(),
                    BELOW.getName(), stretch.below(),
                    COUNTED_ABOVE.getName(), stretch.above(),
                    COUNTED_BELOW.getName(), stretch.below(),
                    SKIPPED.getName(), skipped,
                    LIMIT.getName(), query.limit()));
    if (rows.isEmpty()) {
      return Optional.empty();
    }
    long lastPosition = rows.getFirst().get(THREADS.MESSAGE_COUNT);
    long hidden = query.includeSuperseded() ? 0 : rows.getFirst().get(SUPERSEDED);
    List<Message> messages =
        rows.stream()
            .map(row -> row.into(MESSAGES))
            .filter(row -> row.getId() != null)
            .map(Rows::message)
            .toList();
    long total = Math.max(0, stretch.length(lastPosition) - hidden - skipped);
    return Optional.of(new HistoryPage(messages, total, lastPosition));
  }
}
