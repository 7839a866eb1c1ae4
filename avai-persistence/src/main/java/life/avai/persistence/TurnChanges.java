package life.avai.persistence;

import static life.avai.persistence.jooq.Tables.CONTEXT_BEFORE;
import static life.avai.persistence.jooq.Tables.MESSAGES;
import static life.avai.persistence.jooq.Tables.THREADS;
import static life.avai.persistence.jooq.Tables.TURNS;
import static life.avai.persistence.jooq.Tables.USERS;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import life.avai.domain.conversation.ConversationStore.CancelReport;
import life.avai.domain.conversation.ConversationStore.RegenerateOutcome;
import life.avai.domain.conversation.ThreadContext;
import life.avai.domain.conversation.TurnStart;
import life.avai.domain.identity.UserId;
import life.avai.domain.message.Message.UserMessage;
import life.avai.domain.message.MessageId;
import life.avai.domain.thread.ThreadId;
import life.avai.domain.turn.ClaimedTurn;
import life.avai.domain.turn.FailureCode;
import life.avai.domain.turn.Lease;
import life.avai.domain.turn.RequestId;
import life.avai.domain.turn.TurnOwner;
import life.avai.persistence.jooq.tables.records.MessagesRecord;
import life.avai.persistence.jooq.tables.records.ThreadsRecord;
import life.avai.persistence.jooq.tables.records.TurnsRecord;
import org.jooq.Condition;
import org.jooq.DSLContext;
import org.jooq.impl.DSL;
import org.jspecify.annotations.Nullable;

/** The rarer changes of turns, each a transaction of its own. */
final class TurnChanges {
  private final DSLContext jooq;
  private final int exchanges;

  TurnChanges(DSLContext jooq, int exchanges) {
    this.jooq = jooq;
    this.exchanges = exchanges;
  }

  private static Condition held(RequestId id, TurnOwner owner, int attempt) {
    return TURNS
        .ID
        .eq(id.value())
        .and(TURNS.OWNER.eq(owner.value()))
        .and(TURNS.ATTEMPT.eq(attempt))
        .and(TURNS.STATE.eq("running"));
  }

  /**
   * Begins another attempt.
   *
   * @param again whether an earlier call may have begun it, with the connection lost before it was
   *     known
   */
  OptionalInt beginAttempt(RequestId id, Lease lease, int attempt, boolean again) {
    if (again && jooq.fetchExists(TURNS, held(id, lease.owner(), attempt + 1))) {
      return OptionalInt.of(attempt + 1);
    }
    int changed =
        jooq.update(TURNS)
            .set(TURNS.ATTEMPT, attempt + 1)
            .set(TURNS.TRIES, TURNS.TRIES.plus(1))
            .set(TURNS.LEASE_UNTIL, DatabaseTime.in(lease.duration()))
            .set(TURNS.UPDATED_AT, DatabaseTime.now())
            .where(held(id, lease.owner(), attempt))
            .execute();
    return changed == 1 ? OptionalInt.of(attempt + 1) : OptionalInt.empty();
  }

  boolean giveBack(RequestId id, TurnOwner owner, int attempt, Duration notBefore) {
    return jooq.update(TURNS)
            .set(TURNS.STATE, "waiting")
            .setNull(TURNS.OWNER)
            .setNull(TURNS.LEASE_UNTIL)
            .set(TURNS.NOT_BEFORE, DatabaseTime.in(notBefore))
            .set(TURNS.UPDATED_AT, DatabaseTime.now())
            .where(held(id, owner, attempt))
            .execute()
        == 1;
  }

  boolean refuse(RequestId id, FailureCode code, Instant now) {
    return jooq.update(TURNS)
            .set(TURNS.STATE, "failed")
            .set(TURNS.OUTCOME_CODE, code.name())
            .set(TURNS.CANCEL_REQUESTED, false)
            .set(TURNS.UPDATED_AT, now)
            .where(TURNS.ID.eq(id.value()))
            .and(TURNS.STATE.eq("waiting"))
            .execute()
        == 1;
  }

  Optional<CancelReport> cancel(
      UserId owner,
      ThreadId thread,
      @Nullable RequestId only,
      @Nullable RequestId except,
      Instant now) {
    return jooq.transactionResult(transaction -> {
      DSLContext tx = transaction.dsl();
      if (lockOwned(tx, owner, thread) == null) {
        return Optional.empty();
      }
      Condition wanted = TURNS.THREAD_ID.eq(thread.value()).and(JooqConversationStore.UNFINISHED);
      if (only != null) {
        wanted = wanted.and(TURNS.ID.eq(only.value()));
      }
      if (except != null) {
        wanted =
            wanted.and(
                TURNS.POSITION.lt(
                    DSL.select(TURNS.as("spared").POSITION)
                        .from(TURNS.as("spared"))
                        .where(TURNS.as("spared").ID.eq(except.value()))));
      }
      List<RequestId> ended =
          tx.update(TURNS)
              .set(TURNS.STATE, "cancelled")
              .set(TURNS.CANCEL_REQUESTED, false)
              // What its owner may still write is no repeat of this.
              .setNull(TURNS.OWNER)
              .setNull(TURNS.LEASE_UNTIL)
              .set(TURNS.UPDATED_AT, now)
              .where(wanted)
              .and(TURNS.STATE.eq("waiting").or(TURNS.LEASE_UNTIL.lt(DatabaseTime.now())))
              .returning(TURNS.ID)
              .fetch(row -> new RequestId(row.getId()));
      List<RequestId> running =
          tx.update(TURNS)
              .set(TURNS.CANCEL_REQUESTED, true)
              .where(wanted)
              .returning(TURNS.ID)
              .fetch(row -> new RequestId(row.getId()));
      return Optional.of(new CancelReport(ended, running));
    });
  }

  private static @Nullable ThreadsRecord lockOwned(DSLContext tx, UserId owner, ThreadId thread) {
    return tx.selectFrom(THREADS)
        .where(THREADS.ID.eq(thread.value()))
        .and(THREADS.USER_ID.eq(owner.value()))
        .forNoKeyUpdate()
        .fetchOne();
  }

  RegenerateOutcome regenerate(
      UserId owner,
      ThreadId thread,
      RequestId newTurn,
      TurnStart start,
      Duration expiry,
      Instant now) {
    return jooq.transactionResult(transaction -> {
      DSLContext tx = transaction.dsl();
      ThreadsRecord row = lockOwned(tx, owner, thread);
      if (row == null) {
        return new RegenerateOutcome.ThreadNotFound();
      }
      MessagesRecord question =
          tx.selectFrom(MESSAGES)
              .where(MESSAGES.THREAD_ID.eq(thread.value()))
              .and(MESSAGES.ROLE.eq("user"))
              .orderBy(MESSAGES.POSITION.desc())
              .limit(1)
              .fetchOne();
      TurnsRecord earlier = tx.selectFrom(TURNS).where(TURNS.ID.eq(newTurn.value())).fetchOne();
      if (earlier != null) {
        // Our own call once more: the first one had been committed, and its lease will run out.
        return new RegenerateOutcome.Regenerating(
            newTurn, new MessageId(earlier.getMessageId()), null);
      }
      if (tx.fetchExists(
          TURNS, TURNS.THREAD_ID.eq(thread.value()), JooqConversationStore.UNFINISHED)) {
        return new RegenerateOutcome.Busy();
      }
      if (question == null) {
        return new RegenerateOutcome.NothingToAnswer();
      }
      supersede(tx, question, row, now);
      insertTurn(tx, newTurn, question, row.getRevision() + 1, start, expiry, now);
      UserMessage asked = (UserMessage) Rows.message(question);
      return new RegenerateOutcome.Regenerating(
          newTurn,
          asked.id(),
          start instanceof TurnStart.RunNow ? claimed(tx, newTurn, row, asked) : null);
    });
  }

  private static void supersede(
      DSLContext tx, MessagesRecord question, ThreadsRecord thread, Instant now) {
    tx.update(MESSAGES)
        .set(MESSAGES.SUPERSEDED_AT, now)
        .set(MESSAGES.UPDATED_AT, now)
        .where(MESSAGES.REPLY_TO.eq(question.getId()))
        .and(MESSAGES.SUPERSEDED_AT.isNull())
        .execute();
    tx.update(THREADS)
        .set(THREADS.REVISION, THREADS.REVISION.plus(1))
        .set(THREADS.UPDATED_AT, DSL.greatest(THREADS.UPDATED_AT, DSL.val(now, THREADS.UPDATED_AT)))
        .where(THREADS.ID.eq(thread.getId()))
        .execute();
  }

  private static void insertTurn(
      DSLContext tx,
      RequestId id,
      MessagesRecord question,
      int revision,
      TurnStart start,
      Duration expiry,
      Instant now) {
    var insert =
        tx.insertInto(TURNS)
            .set(TURNS.ID, id.value())
            .set(TURNS.THREAD_ID, question.getThreadId())
            .set(TURNS.MESSAGE_ID, question.getId())
            .set(TURNS.POSITION, question.getPosition())
            .set(TURNS.REVISION, revision)
            .set(TURNS.EXPIRES_AT, DatabaseTime.in(expiry))
            .set(TURNS.CREATED_AT, now)
            .set(TURNS.UPDATED_AT, now);
    switch (start) {
      case TurnStart.RunNow(var lease) ->
          insert
              .set(TURNS.STATE, "running")
              .set(TURNS.ATTEMPT, 1)
              .set(TURNS.OWNER, lease.owner().value())
              .set(TURNS.LEASE_UNTIL, DatabaseTime.in(lease.duration()))
              .execute();
      case TurnStart.Wait() -> insert.set(TURNS.STATE, "waiting").set(TURNS.ATTEMPT, 0).execute();
      case TurnStart.FailDisabled() ->
          insert
              .set(TURNS.STATE, "failed")
              .set(TURNS.ATTEMPT, 0)
              .set(TURNS.OUTCOME_CODE, FailureCode.AI_DISABLED.name())
              .execute();
    }
  }

  private ClaimedTurn claimed(
      DSLContext tx, RequestId id, ThreadsRecord thread, UserMessage question) {
    var user =
        tx.select(USERS.CLERK_ID, USERS.TIER)
            .from(USERS)
            .where(USERS.ID.eq(thread.getUserId()))
            .fetchSingle();
    return new ClaimedTurn(
        id,
        1,
        0,
        false,
        new ThreadContext(
            thread.getTitle(),
            user.value1(),
            Rows.tier(user.value2()),
            ContextAssembly.exchanges(
                tx.selectFrom(CONTEXT_BEFORE(1, thread.getId(), question.position(), exchanges))
                    .fetch()),
            question));
  }
}
