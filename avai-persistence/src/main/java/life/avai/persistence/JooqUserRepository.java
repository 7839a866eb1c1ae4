package life.avai.persistence;

import static life.avai.persistence.jooq.Tables.DELETED_SENDS;
import static life.avai.persistence.jooq.Tables.MESSAGES;
import static life.avai.persistence.jooq.Tables.THREADS;
import static life.avai.persistence.jooq.Tables.USERS;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import life.avai.domain.identity.Caller;
import life.avai.domain.identity.Tier;
import life.avai.domain.identity.UserId;
import life.avai.domain.identity.UserRepository;
import life.avai.domain.identity.VerifiedIdentity;
import life.avai.persistence.jooq.tables.DeletedSends;
import life.avai.persistence.jooq.tables.Messages;
import life.avai.persistence.jooq.tables.records.UsersRecord;
import org.jooq.Condition;
import org.jooq.DSLContext;
import org.jooq.impl.DSL;

/** Users in PostgreSQL. */
final class JooqUserRepository implements UserRepository {
  /** When somebody was last here is kept as exactly as this, and costs no more writes. */
  private static final Duration SEEN_PRECISION = Duration.ofHours(1);

  private final DSLContext jooq;

  JooqUserRepository(DSLContext jooq) {
    this.jooq = jooq;
  }

  @Override
  public Caller.SignedIn signIn(VerifiedIdentity identity, UserId idWhenNew, Instant now) {
    UserId id =
        SqlErrors.repeat(() -> {
          // Tokens come every minute and seldom tell anything new: look before writing.
          UsersRecord known =
              jooq.selectFrom(USERS).where(USERS.CLERK_ID.eq(identity.subject())).fetchOne();
          if (known != null
              && !known.getUpdatedAt().isBefore(now.minus(SEEN_PRECISION))
              && known.getName().equals(identity.name())
              && known.getTier().equals(identity.tier().wireName())) {
            return new UserId(known.getId());
          }
          return upsert(identity, idWhenNew, now);
        });
    return new Caller.SignedIn(id, identity.subject(), identity.name(), identity.tier());
  }

  private UserId upsert(VerifiedIdentity identity, UserId idWhenNew, Instant now) {
    return new UserId(
        jooq.insertInto(USERS)
            .set(USERS.ID, idWhenNew.value())
            .set(USERS.CLERK_ID, identity.subject())
            .set(USERS.NAME, identity.name())
            .set(USERS.IS_ANONYMOUS, false)
            .set(USERS.TIER, identity.tier().wireName())
            .set(USERS.CREATED_AT, now)
            .set(USERS.UPDATED_AT, now)
            .onConflict(USERS.CLERK_ID)
            .doUpdate()
            .set(USERS.NAME, identity.name())
            .set(USERS.TIER, identity.tier().wireName())
            .set(USERS.UPDATED_AT, now)
            .returning(USERS.ID)
            .fetchSingle()
            .getId());
  }

  @Override
  public Caller.Anonymous createAnonymous(
      UserId id, UUID sessionId, byte[] tokenHash, Instant now) {
    int unused =
        SqlErrors.call(() ->
            jooq.insertInto(USERS)
                .set(USERS.ID, id.value())
                .set(USERS.NAME, "Guest")
                .set(USERS.IS_ANONYMOUS, true)
                .set(USERS.TIER, Tier.ANONYMOUS.wireName())
                .set(USERS.SESSION_ID, sessionId)
                .set(USERS.SESSION_TOKEN_HASH, tokenHash)
                .set(USERS.CREATED_AT, now)
                .set(USERS.UPDATED_AT, now)
                .onConflict(USERS.ID)
                .doNothing()
                .execute());
    return new Caller.Anonymous(id, sessionId);
  }

  @Override
  public Optional<Caller.Anonymous> findAnonymous(byte[] tokenHash) {
    return SqlErrors.repeat(() ->
        jooq.selectFrom(USERS)
            .where(USERS.SESSION_TOKEN_HASH.eq(tokenHash))
            .fetchOptional()
            .filter(this::isStillThere)
            .map(row -> new Caller.Anonymous(new UserId(row.getId()), row.getSessionId())));
  }

  /** Notes that they were here, unless the row was deleted as idle just now. */
  private boolean isStillThere(UsersRecord user) {
    Instant now = Instant.now();
    return !user.getUpdatedAt().isBefore(now.minus(SEEN_PRECISION))
        || jooq.update(USERS).set(USERS.UPDATED_AT, now).where(USERS.ID.eq(user.getId())).execute()
            == 1;
  }

  @Override
  public Optional<UserId> claim(UserId signedIn, byte[] tokenHash, Instant now) {
    return SqlErrors.call(() ->
        jooq.transactionResult(transaction -> {
          DSLContext tx = transaction.dsl();
          // Whoever is second finds nobody: the row is gone when the lock is free.
          UsersRecord guest =
              tx.selectFrom(USERS)
                  .where(USERS.SESSION_TOKEN_HASH.eq(tokenHash))
                  .forUpdate()
                  .fetchOne();
          if (guest == null) {
            return Optional.empty();
          }
          List<UUID> threads =
              tx.update(THREADS)
                  .set(THREADS.USER_ID, signedIn.value())
                  .where(THREADS.USER_ID.eq(guest.getId()))
                  .returning(THREADS.ID)
                  .fetch(THREADS.ID);
          giveMessages(tx, threads, guest.getId(), signedIn.value());
          giveDeletedSends(tx, guest.getId(), signedIn.value());
          tx.deleteFrom(USERS).where(USERS.ID.eq(guest.getId())).execute();
          return Optional.of(new UserId(guest.getId()));
        }));
  }

  /** A client's name that the new author has used too stays with what they sent. */
  private static void giveMessages(DSLContext tx, List<UUID> threads, UUID guest, UUID signedIn) {
    Messages mine = MESSAGES.as("mine");
    Condition taken =
        DSL.exists(
                DSL.selectOne()
                    .from(mine)
                    .where(mine.AUTHOR_ID.eq(signedIn))
                    .and(mine.CLIENT_MESSAGE_ID.eq(MESSAGES.CLIENT_MESSAGE_ID)))
            .or(
                DSL.exists(
                    DSL.selectOne()
                        .from(DELETED_SENDS)
                        .where(DELETED_SENDS.AUTHOR_ID.eq(signedIn))
                        .and(DELETED_SENDS.CLIENT_MESSAGE_ID.eq(MESSAGES.CLIENT_MESSAGE_ID))));
    tx.update(MESSAGES)
        .set(MESSAGES.AUTHOR_ID, signedIn)
        .set(
            MESSAGES.CLIENT_MESSAGE_ID,
            DSL.when(taken, DSL.castNull(MESSAGES.CLIENT_MESSAGE_ID))
                .otherwise(MESSAGES.CLIENT_MESSAGE_ID))
        .where(MESSAGES.THREAD_ID.in(threads))
        .and(MESSAGES.AUTHOR_ID.eq(guest))
        .execute();
  }

  private static void giveDeletedSends(DSLContext tx, UUID guest, UUID signedIn) {
    DeletedSends theirs = DELETED_SENDS.as("theirs");
    tx.insertInto(DELETED_SENDS, DELETED_SENDS.AUTHOR_ID, DELETED_SENDS.CLIENT_MESSAGE_ID)
        .select(
            DSL.select(DSL.val(signedIn), theirs.CLIENT_MESSAGE_ID)
                .from(theirs)
                .where(theirs.AUTHOR_ID.eq(guest))
                .andNotExists(
                    DSL.selectOne()
                        .from(MESSAGES)
                        .where(MESSAGES.AUTHOR_ID.eq(signedIn))
                        .and(MESSAGES.CLIENT_MESSAGE_ID.eq(theirs.CLIENT_MESSAGE_ID))))
        .onConflictDoNothing()
        .execute();
  }
}
