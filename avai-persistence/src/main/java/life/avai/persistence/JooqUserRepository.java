package life.avai.persistence;

import static life.avai.persistence.jooq.Tables.MESSAGES;
import static life.avai.persistence.jooq.Tables.THREADS;
import static life.avai.persistence.jooq.Tables.USERS;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import life.avai.domain.identity.Caller;
import life.avai.domain.identity.Tier;
import life.avai.domain.identity.UserId;
import life.avai.domain.identity.UserRepository;
import life.avai.domain.identity.VerifiedIdentity;
import life.avai.persistence.jooq.tables.Messages;
import life.avai.persistence.jooq.tables.records.UsersRecord;
import org.jooq.DSLContext;
import org.jooq.impl.DSL;

/** Users in PostgreSQL. */
final class JooqUserRepository implements UserRepository {
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
            .fetchOptional(
                row -> new Caller.Anonymous(new UserId(row.getId()), row.getSessionId())));
  }

  @Override
  public Optional<UserId> claim(UserId signedIn, byte[] tokenHash, Instant now) {
    return SqlErrors.call(() ->
        jooq.transactionResult(transaction -> {
          DSLContext tx = transaction.dsl();
          UsersRecord guest =
              tx.selectFrom(USERS)
                  .where(USERS.SESSION_TOKEN_HASH.eq(tokenHash))
                  .forUpdate()
                  .fetchOne();
          if (guest == null) {
            return Optional.empty();
          }
          tx.update(USERS)
              .setNull(USERS.SESSION_TOKEN_HASH)
              .set(USERS.UPDATED_AT, now)
              .where(USERS.ID.eq(guest.getId()))
              .execute();
          List<UUID> threads =
              tx.update(THREADS)
                  .set(THREADS.USER_ID, signedIn.value())
                  .where(THREADS.USER_ID.eq(guest.getId()))
                  .returning(THREADS.ID)
                  .fetch(THREADS.ID);
          giveMessages(tx, threads, guest.getId(), signedIn.value());
          return Optional.of(new UserId(guest.getId()));
        }));
  }

  /**
   * All but those whose client's name the new author has used too: they keep their first author.
   */
  private static void giveMessages(DSLContext tx, List<UUID> threads, UUID guest, UUID signedIn) {
    Messages mine = MESSAGES.as("mine");
    tx.update(MESSAGES)
        .set(MESSAGES.AUTHOR_ID, signedIn)
        .where(MESSAGES.THREAD_ID.in(threads))
        .and(MESSAGES.AUTHOR_ID.eq(guest))
        .and(
            MESSAGES
                .CLIENT_MESSAGE_ID
                .isNull()
                .or(
                    DSL.notExists(
                        DSL.selectOne()
                            .from(mine)
                            .where(mine.AUTHOR_ID.eq(signedIn))
                            .and(mine.CLIENT_MESSAGE_ID.eq(MESSAGES.CLIENT_MESSAGE_ID)))))
        .execute();
  }
}
