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
import org.jooq.Condition;
import org.jooq.DSLContext;
import org.jooq.impl.DSL;

/** Messages in PostgreSQL. */
final class JooqMessageRepository implements MessageRepository {
  private final DSLContext jooq;

  JooqMessageRepository(DSLContext jooq) {
    this.jooq = jooq;
  }

  @Override
  public Optional<HistoryPage> history(UserId owner, ThreadId thread, HistoryQuery query) {
    return SqlErrors.call(() ->
        jooq.transactionResult(transaction -> {
          DSLContext tx = transaction.dsl();
          // One state for both reads: a share of the row keeps writers of the thread out.
          Long count =
              tx.select(THREADS.MESSAGE_COUNT)
                  .from(THREADS)
                  .where(THREADS.ID.eq(thread.value()))
                  .and(THREADS.USER_ID.eq(owner.value()))
                  .forShare()
                  .fetchOne(THREADS.MESSAGE_COUNT);
          return count == null ? Optional.empty() : Optional.of(read(tx, thread, query, count));
        }));
  }

  private static HistoryPage read(
      DSLContext tx, ThreadId thread, HistoryQuery query, long lastPosition) {
    Condition shown = MESSAGES.THREAD_ID.eq(thread.value());
    if (!query.includeSuperseded()) {
      shown = shown.and(MESSAGES.SUPERSEDED_AT.isNull());
    }
    return switch (query.from()) {
      case From.Latest() -> newest(tx, shown, query.limit(), lastPosition);
      case From.Before(var position) ->
          newest(tx, shown.and(MESSAGES.POSITION.lt(position)), query.limit(), lastPosition);
      case From.After(var position) ->
          oldest(tx, shown.and(MESSAGES.POSITION.gt(position)), 0, query.limit(), lastPosition);
      case From.Offset(var skipped) -> oldest(tx, shown, skipped, query.limit(), lastPosition);
    };
  }

  private static HistoryPage newest(
      DSLContext tx, Condition condition, int limit, long lastPosition) {
    List<Message> messages =
        tx.selectFrom(MESSAGES)
            .where(condition)
            .orderBy(MESSAGES.POSITION.desc())
            .limit(limit)
            .fetch(Rows::message);
    return page(tx, condition, messages.reversed(), 0, limit, lastPosition);
  }

  private static HistoryPage oldest(
      DSLContext tx, Condition condition, long skipped, int limit, long lastPosition) {
    List<Message> messages =
        tx.selectFrom(MESSAGES)
            .where(condition)
            .orderBy(MESSAGES.POSITION)
            .offset(skipped)
            .limit(limit)
            .fetch(Rows::message);
    return page(tx, condition, messages, skipped, limit, lastPosition);
  }

  private static HistoryPage page(
      DSLContext tx,
      Condition condition,
      List<Message> messages,
      long skipped,
      int limit,
      long lastPosition) {
    // Fewer than asked for are all there are; counting a long thread is for those who need it.
    long total =
        messages.size() < limit && skipped == 0
            ? messages.size()
            : Math.max(
                0,
                tx.select(DSL.count()).from(MESSAGES).where(condition).fetchSingle().value1()
                    - skipped);
    return new HistoryPage(messages, total, lastPosition);
  }
}
