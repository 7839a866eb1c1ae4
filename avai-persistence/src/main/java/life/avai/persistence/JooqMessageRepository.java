package life.avai.persistence;

import static life.avai.persistence.jooq.Tables.MESSAGES;
import static life.avai.persistence.jooq.Tables.THREADS;

import java.util.List;
import java.util.Optional;
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
import org.jooq.SortField;
import org.jooq.Table;
import org.jooq.impl.DSL;

/** Messages in PostgreSQL. */
final class JooqMessageRepository implements MessageRepository {
  private final DSLContext jooq;

  JooqMessageRepository(DSLContext jooq) {
    this.jooq = jooq;
  }

  @Override
  public Optional<HistoryPage> history(UserId owner, ThreadId thread, HistoryQuery query) {
    Condition shown = MESSAGES.THREAD_ID.eq(thread.value());
    if (!query.includeSuperseded()) {
      shown = shown.and(MESSAGES.SUPERSEDED_AT.isNull());
    }
    Condition all = shown;
    int limit = query.limit();
    return SqlErrors.repeat(() ->
        switch (query.from()) {
          case From.Latest() -> newest(owner, thread, all, limit);
          case From.Before(var position) ->
              newest(owner, thread, all.and(MESSAGES.POSITION.lt(position)), limit);
          case From.After(var position) ->
              oldest(owner, thread, all.and(MESSAGES.POSITION.gt(position)), 0, limit);
          case From.Offset(var skipped) -> oldest(owner, thread, all, skipped, limit);
        });
  }

  private Optional<HistoryPage> newest(
      UserId owner, ThreadId thread, Condition condition, int limit) {
    return page(owner, thread, condition, MESSAGES.POSITION.desc(), 0, limit);
  }

  private Optional<HistoryPage> oldest(
      UserId owner, ThreadId thread, Condition condition, long skipped, int limit) {
    return page(owner, thread, condition, MESSAGES.POSITION.asc(), skipped, limit);
  }

  /** The page and the thread's newest position, which must be of one moment, in one statement. */
  private Optional<HistoryPage> page(
      UserId owner,
      ThreadId thread,
      Condition condition,
      SortField<Long> order,
      long skipped,
      int limit) {
    Table<MessagesRecord> page =
        DSL.lateral(
            DSL.selectFrom(MESSAGES)
                .where(condition)
                .orderBy(order)
                .offset(skipped)
                .limit(limit)
                .asTable(MESSAGES));
    var rows =
        jooq.select(page.fields())
            .select(THREADS.MESSAGE_COUNT)
            .from(THREADS)
            .leftJoin(page)
            .on(DSL.noCondition())
            .where(THREADS.ID.eq(thread.value()))
            .and(THREADS.USER_ID.eq(owner.value()))
            .orderBy(page.field(MESSAGES.POSITION))
            .fetch();
    if (rows.isEmpty()) {
      return Optional.empty();
    }
    long lastPosition = rows.getFirst().get(THREADS.MESSAGE_COUNT);
    List<Message> messages =
        rows.stream()
            // Into the page's own fields: those of MESSAGES are found by comparing rendered names.
            .map(row -> row.into(page))
            .filter(row -> row.getId() != null)
            .map(Rows::message)
            .toList();
    // Fewer than asked for are all there are; counting a long thread is for those who need it.
    long total =
        messages.size() < limit && skipped == 0
            ? messages.size()
            : Math.max(
                0,
                jooq.fetchCount(MESSAGES, condition.and(MESSAGES.POSITION.le(lastPosition)))
                    - skipped);
    return Optional.of(new HistoryPage(messages, total, lastPosition));
  }
}
