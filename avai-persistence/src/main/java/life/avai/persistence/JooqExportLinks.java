package life.avai.persistence;

import static life.avai.persistence.jooq.Tables.EXPORT_LINKS;
import static life.avai.persistence.jooq.Tables.USERS;

import java.time.Instant;
import java.util.Optional;
import life.avai.domain.identity.UserId;
import life.avai.domain.privacy.ExportLinks;
import org.jooq.DSLContext;
import org.jooq.impl.DSL;

/** Links in PostgreSQL: one that a server made, any other can honour. */
final class JooqExportLinks implements ExportLinks {
  private final DSLContext jooq;

  JooqExportLinks(DSLContext jooq) {
    this.jooq = jooq;
  }

  @Override
  public void offer(UserId user, byte[] tokenHash, Instant expiresAt) {
    int unused =
        SqlErrors.repeat(() ->
            jooq.insertInto(
                    EXPORT_LINKS,
                    EXPORT_LINKS.USER_ID,
                    EXPORT_LINKS.TOKEN_HASH,
                    EXPORT_LINKS.EXPIRES_AT)
                // Nobody's link when the user was deleted meanwhile.
                .select(
                    jooq.select(
                            USERS.ID,
                            DSL.val(tokenHash),
                            DSL.val(expiresAt, EXPORT_LINKS.EXPIRES_AT))
                        .from(USERS)
                        .where(USERS.ID.eq(user.value())))
                .onConflict(EXPORT_LINKS.USER_ID)
                .doUpdate()
                .set(EXPORT_LINKS.TOKEN_HASH, tokenHash)
                .set(EXPORT_LINKS.EXPIRES_AT, expiresAt)
                .execute());
  }

  @Override
  public Optional<UserId> redeem(byte[] tokenHash, Instant now) {
    // Not repeated where the connection was lost: spent is spent, and another link is easily had.
    return SqlErrors.call(() ->
        jooq.deleteFrom(EXPORT_LINKS)
            .where(EXPORT_LINKS.TOKEN_HASH.eq(tokenHash))
            .and(EXPORT_LINKS.EXPIRES_AT.gt(now))
            .returning(EXPORT_LINKS.USER_ID)
            .fetchOptional(row -> new UserId(row.getUserId())));
  }

  @Override
  public void sweep(Instant now) {
    int unused =
        SqlErrors.repeat(
            () -> jooq.deleteFrom(EXPORT_LINKS).where(EXPORT_LINKS.EXPIRES_AT.le(now)).execute());
  }
}
