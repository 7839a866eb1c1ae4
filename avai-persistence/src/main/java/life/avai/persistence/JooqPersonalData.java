package life.avai.persistence;

import static life.avai.persistence.jooq.Tables.MESSAGES;
import static life.avai.persistence.jooq.Tables.THREADS;
import static life.avai.persistence.jooq.Tables.TURNS;
import static life.avai.persistence.jooq.Tables.USERS;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import life.avai.domain.identity.Tier;
import life.avai.domain.identity.UserId;
import life.avai.domain.message.Message;
import life.avai.domain.privacy.PersonalData;
import life.avai.domain.privacy.Profile;
import life.avai.domain.thread.ChatThread;
import life.avai.domain.thread.ThreadId;
import org.jooq.DSLContext;
import org.jooq.impl.DSL;
import org.jspecify.annotations.Nullable;

/**
 * All that PostgreSQL holds about users. Whatever is a user's hangs on their row, and goes with it.
 */
final class JooqPersonalData implements PersonalData {
  private static final int USERS_AT_ONCE = 1_000;

  private final DSLContext jooq;

  JooqPersonalData(DSLContext jooq) {
    this.jooq = jooq;
  }

  @Override
  public Optional<UserId> find(String subject) {
    return SqlErrors.repeat(() ->
        jooq.select(USERS.ID)
            .from(USERS)
            .where(USERS.CLERK_ID.eq(subject))
            .fetchOptional(row -> new UserId(row.value1())));
  }

  @Override
  public Optional<Profile> profile(UserId user) {
    return SqlErrors.repeat(() ->
        jooq.selectFrom(USERS)
            .where(USERS.ID.eq(user.value()))
            .fetchOptional(row ->
                new Profile(
                    user,
                    row.getClerkId(),
                    row.getName(),
                    Rows.tier(row.getTier()),
                    row.getCreatedAt())));
  }

  @Override
  public List<ChatThread> threads(UserId owner, @Nullable ThreadId after, int limit) {
    return SqlErrors.repeat(() ->
        jooq.selectFrom(THREADS)
            .where(THREADS.USER_ID.eq(owner.value()))
            .and(after == null ? DSL.noCondition() : THREADS.ID.gt(after.value()))
            .orderBy(THREADS.ID)
            .limit(limit)
            .fetch(Rows::thread));
  }

  @Override
  public List<Message> messages(UserId owner, ThreadId thread, long after, int limit) {
    return SqlErrors.repeat(() ->
        jooq.select(MESSAGES.fields())
            .from(MESSAGES)
            .join(THREADS)
            .on(THREADS.ID.eq(MESSAGES.THREAD_ID))
            .where(THREADS.ID.eq(thread.value()))
            .and(THREADS.USER_ID.eq(owner.value()))
            .and(MESSAGES.POSITION.gt(after))
            .orderBy(MESSAGES.POSITION)
            .limit(limit)
            .fetch(row -> Rows.message(row.into(MESSAGES))));
  }

  @Override
  public boolean delete(UserId user) {
    return SqlErrors.repeat(() ->
        jooq.transactionResult(
            transaction -> delete(transaction.dsl(), List.of(user.value())) == 1));
  }

  /** With the locks in the order in which those who write messages take them. */
  private static int delete(DSLContext tx, Collection<UUID> users) {
    var unused =
        tx.select(THREADS.ID)
            .from(THREADS)
            .where(THREADS.USER_ID.in(users))
            .orderBy(THREADS.ID)
            .forUpdate()
            .fetch();
    return tx.deleteFrom(USERS).where(USERS.ID.in(users)).execute();
  }

  @Override
  public int deleteIdle(Tier tier, Instant since, int limit) {
    return SqlErrors.repeat(() ->
        jooq.transactionResult(transaction -> {
          DSLContext tx = transaction.dsl();
          // Another server that does the same passes over these, and nobody comes back meanwhile:
          // that would change the row.
          List<UUID> idle =
              tx.select(USERS.ID)
                  .from(USERS)
                  .where(USERS.TIER.eq(tier.wireName()))
                  .and(USERS.UPDATED_AT.lt(since))
                  .andNotExists(
                      tx.selectOne()
                          .from(THREADS)
                          .where(THREADS.USER_ID.eq(USERS.ID))
                          .and(
                              THREADS
                                  .UPDATED_AT
                                  .ge(since)
                                  .or(
                                      DSL.exists(
                                          tx.selectOne()
                                              .from(TURNS)
                                              .where(TURNS.THREAD_ID.eq(THREADS.ID))
                                              .and(TURNS.STATE.in("waiting", "running"))))))
                  .orderBy(USERS.UPDATED_AT)
                  .limit(limit)
                  .forUpdate()
                  .skipLocked()
                  .fetch(USERS.ID);
          return idle.isEmpty() ? 0 : delete(tx, idle);
        }));
  }

  @Override
  public Set<UserId> seen(Collection<UserId> users, Instant now, Duration precision) {
    Set<UserId> kept = new HashSet<>();
    List<UUID> ids = new ArrayList<>(users.stream().map(UserId::value).toList());
    for (int from = 0; from < ids.size(); from += USERS_AT_ONCE) {
      List<UUID> some = ids.subList(from, Math.min(ids.size(), from + USERS_AT_ONCE));
      kept.addAll(SqlErrors.repeat(() -> seenAtOnce(some, now, now.minus(precision))));
    }
    return kept;
  }

  private List<UserId> seenAtOnce(List<UUID> users, Instant now, Instant old) {
    UUID[] ids = users.toArray(UUID[]::new);
    int unused =
        jooq.update(USERS)
            .set(USERS.UPDATED_AT, now)
            .where(USERS.ID.eq(DSL.any(ids)))
            .and(USERS.UPDATED_AT.lt(old))
            .execute();
    return jooq.select(USERS.ID)
        .from(USERS)
        .where(USERS.ID.eq(DSL.any(ids)))
        .fetch(row -> new UserId(row.value1()));
  }
}
