package life.avai.persistence;

import static life.avai.persistence.jooq.Tables.DELETED_SENDS;
import static life.avai.persistence.jooq.Tables.MESSAGES;
import static life.avai.persistence.jooq.Tables.THREADS;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import life.avai.domain.identity.UserId;
import life.avai.domain.thread.ChatThread;
import life.avai.domain.thread.ThreadChange;
import life.avai.domain.thread.ThreadId;
import life.avai.domain.thread.ThreadPage;
import life.avai.domain.thread.ThreadRepository;
import life.avai.domain.thread.ThreadStatus;
import org.jooq.Condition;
import org.jooq.DSLContext;
import org.jooq.Field;
import org.jooq.impl.DSL;
import org.jspecify.annotations.Nullable;

/** Threads in PostgreSQL. */
final class JooqThreadRepository implements ThreadRepository {
  private static final Field<Instant> ACTIVITY =
      DSL.coalesce(THREADS.LAST_MESSAGE_AT, THREADS.CREATED_AT);

  private final DSLContext jooq;

  JooqThreadRepository(DSLContext jooq) {
    this.jooq = jooq;
  }

  private static Condition owned(UserId owner, ThreadId id) {
    return THREADS.ID.eq(id.value()).and(THREADS.USER_ID.eq(owner.value()));
  }

  @Override
  public void create(ChatThread thread) {
    int unused =
        SqlErrors.call(() ->
            jooq.insertInto(THREADS)
                .set(THREADS.ID, thread.id().value())
                .set(THREADS.USER_ID, thread.owner().value())
                .set(THREADS.TITLE, thread.title())
                .set(THREADS.DESCRIPTION, thread.description())
                .set(THREADS.STATUS, thread.status().wireName())
                .set(THREADS.IS_PINNED, thread.pinned())
                .set(THREADS.CREATED_AT, thread.createdAt())
                .set(THREADS.UPDATED_AT, thread.updatedAt())
                .onConflictDoNothing()
                .execute());
  }

  @Override
  public Optional<ChatThread> find(UserId owner, ThreadId id) {
    return SqlErrors.repeat(
        () -> jooq.selectFrom(THREADS).where(owned(owner, id)).fetchOptional(Rows::thread));
  }

  @Override
  public ThreadPage list(
      UserId owner, int limit, ThreadPage.@Nullable Cursor after, boolean archived) {
    Condition listed =
        THREADS
            .USER_ID
            .eq(owner.value())
            .and(
                THREADS.STATUS.eq(
                    (archived ? ThreadStatus.ARCHIVED : ThreadStatus.ACTIVE).wireName()));
    Condition onPage =
        after == null
            ? listed
            : listed.and(
                DSL.row(THREADS.IS_PINNED, ACTIVITY, THREADS.ID)
                    .lt(
                        DSL.val(after.pinned()),
                        DSL.val(after.lastActivity(), THREADS.CREATED_AT),
                        DSL.val(after.id().value())));
    return SqlErrors.repeat(() -> {
      List<ChatThread> found =
          jooq.selectFrom(THREADS)
              .where(onPage)
              .orderBy(THREADS.IS_PINNED.desc(), ACTIVITY.desc(), THREADS.ID.desc())
              .limit(limit + 1)
              .fetch(Rows::thread);
      boolean more = found.size() > limit;
      List<ChatThread> shown = more ? found.subList(0, limit) : found;
      long total = after == null && !more ? shown.size() : jooq.fetchCount(THREADS, listed);
      ChatThread last = shown.isEmpty() ? null : shown.getLast();
      return new ThreadPage(
          shown,
          total,
          more && last != null
              ? new ThreadPage.Cursor(last.pinned(), last.lastActivity(), last.id())
              : null);
    });
  }

  @Override
  public Optional<ChatThread> update(UserId owner, ThreadId id, ThreadChange change, Instant now) {
    return SqlErrors.repeat(() ->
        jooq.update(THREADS)
            .set(THREADS.TITLE, change.title() == null ? THREADS.TITLE : DSL.val(change.title()))
            .set(
                THREADS.IS_PINNED,
                change.pinned() == null ? THREADS.IS_PINNED : DSL.val(change.pinned()))
            .set(
                THREADS.STATUS,
                change.archived() == null
                    ? THREADS.STATUS
                    : DSL.val(
                        (change.archived() ? ThreadStatus.ARCHIVED : ThreadStatus.ACTIVE)
                            .wireName()))
            .set(
                THREADS.UPDATED_AT,
                DSL.greatest(THREADS.UPDATED_AT, DSL.val(now, THREADS.UPDATED_AT)))
            .where(owned(owner, id))
            .returning()
            .fetchOptional(Rows::thread));
  }

  @Override
  public boolean delete(UserId owner, ThreadId id) {
    return SqlErrors.call(() ->
        jooq.transactionResult(transaction -> {
          DSLContext tx = transaction.dsl();
          // No message comes between the two that follow.
          if (tx.select(THREADS.ID).from(THREADS).where(owned(owner, id)).forUpdate().fetchOne()
              == null) {
            return false;
          }
          tx.insertInto(DELETED_SENDS, DELETED_SENDS.AUTHOR_ID, DELETED_SENDS.CLIENT_MESSAGE_ID)
              .select(
                  tx.select(MESSAGES.AUTHOR_ID, MESSAGES.CLIENT_MESSAGE_ID)
                      .from(MESSAGES)
                      .where(MESSAGES.THREAD_ID.eq(id.value()))
                      .and(MESSAGES.CLIENT_MESSAGE_ID.isNotNull()))
              .onConflictDoNothing()
              .execute();
          return tx.deleteFrom(THREADS).where(owned(owner, id)).execute() == 1;
        }));
  }
}
