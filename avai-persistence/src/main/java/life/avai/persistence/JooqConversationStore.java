package life.avai.persistence;

import static life.avai.persistence.jooq.Tables.CLAIM_TURNS;
import static life.avai.persistence.jooq.Tables.MESSAGES;
import static life.avai.persistence.jooq.Tables.TURNS;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.UUID;
import life.avai.domain.conversation.ConversationStore;
import life.avai.domain.conversation.MessageDraft;
import life.avai.domain.conversation.SaveOutcome;
import life.avai.domain.conversation.ThreadContext;
import life.avai.domain.conversation.TurnStart;
import life.avai.domain.identity.UserId;
import life.avai.domain.thread.ThreadId;
import life.avai.domain.turn.ClaimedTurn;
import life.avai.domain.turn.FailureCode;
import life.avai.domain.turn.Lease;
import life.avai.domain.turn.RequestId;
import life.avai.domain.turn.TurnEnd;
import life.avai.domain.turn.TurnOwner;
import life.avai.domain.turn.TurnSnapshot;
import life.avai.domain.turn.TurnState;
import life.avai.persistence.MessageSaving.Saved;
import life.avai.persistence.jooq.udt.records.AnswerRowRecord;
import org.jooq.Condition;
import org.jooq.DSLContext;
import org.jooq.Record;
import org.jooq.impl.DSL;
import org.jspecify.annotations.Nullable;

/** Conversations in PostgreSQL. Saves and ends of turns are committed in groups. */
final class JooqConversationStore implements ConversationStore, AutoCloseable {
  /** How many groups are written at once at most, of saves and of ends. */
  private static final int LANES = 3;

  private static final int MAX_GROUP = 32;
  private static final int QUEUE = 4_096;
  private static final int EXPIRE_AT_ONCE = 500;

  /** Spelled out, not bound: a plan for any value could not use the index on these two. */
  static final Condition UNFINISHED = TURNS.STATE.in(DSL.inline("waiting"), DSL.inline("running"));

  private static final Condition WAITING = TURNS.STATE.eq(DSL.inline("waiting"));

  private final DSLContext jooq;
  private final DSLContext asked;
  private final GroupCommit<MessageDraft, Saved> saves;
  private final GroupCommit<TurnEnd, FinishOutcome> finishes;
  private final TurnChanges changes;
  private final TurnChanges askedChanges;
  private final int exchanges;
  private volatile PostgresStores.@Nullable GroupListener listener;

  /**
   * Over a database.
   *
   * @param asked for what people may ask as often as they like, so that they never take all the
   *     connections of the other
   */
  JooqConversationStore(
      DSLContext jooq, DSLContext asked, ContextCache cache, int contextMessages) {
    this.jooq = jooq;
    this.asked = asked;
    this.exchanges = contextMessages;
    this.changes = new TurnChanges(jooq, contextMessages);
    this.askedChanges = new TurnChanges(asked, contextMessages);
    MessageSaving saving = new MessageSaving(jooq, cache, contextMessages);
    TurnFinishing finishing = new TurnFinishing(jooq, cache);
    this.saves =
        new GroupCommit<>(
            "avai-saves",
            LANES,
            MAX_GROUP,
            QUEUE,
            draft -> draft.target().threadId(),
            MessageDraft::clientMessageId,
            saving::write,
            this::committed);
    this.finishes =
        new GroupCommit<>(
            "avai-ends",
            LANES,
            MAX_GROUP,
            QUEUE,
            TurnEnd::id,
            TurnEnd::id,
            (ends, again, waitForLock) -> finishing.write(ends, waitForLock),
            this::committed);
  }

  void onGroupCommit(PostgresStores.@Nullable GroupListener newListener) {
    listener = newListener;
  }

  private void committed(int size) {
    PostgresStores.GroupListener hears = listener;
    if (hears != null) {
      hears.committed(size);
    }
  }

  int waitingWrites() {
    return saves.waiting() + finishes.waiting();
  }

  @Override
  public SaveOutcome save(MessageDraft draft) {
    return switch (saves.submit(draft)) {
      case Saved.Known(var outcome) -> outcome;
      case Saved.Repeat(var receipt) ->
          newestTurn(receipt)
              .<SaveOutcome>map(turn -> new SaveOutcome.Duplicate(receipt, turn))
              // Deleted meanwhile, thread and all.
              .orElseGet(SaveOutcome.ThreadNotFound::new);
    };
  }

  private Optional<TurnSnapshot> newestTurn(SaveOutcome.Receipt receipt) {
    return SqlErrors.repeat(() ->
        snapshots(
                asked,
                TURNS
                    .THREAD_ID
                    .eq(receipt.threadId().value())
                    .and(TURNS.POSITION.eq(receipt.position())))
            .stream()
            .reduce((first, second) -> second));
  }

  @Override
  public List<ClaimedTurn> claim(Lease lease, int limit, @Nullable ThreadId only) {
    List<AnswerRowRecord> rows =
        SqlErrors.repeat(() ->
            jooq.selectFrom(
                    CLAIM_TURNS(
                        lease.owner().value(),
                        lease.duration().toMillis(),
                        limit,
                        only == null ? null : only.value(),
                        exchanges))
                .fetch());
    Map<Integer, List<AnswerRowRecord>> context = new HashMap<>();
    List<AnswerRowRecord> heads = new ArrayList<>();
    for (AnswerRowRecord row : rows) {
      if (row.getKind().equals("claimed")) {
        heads.add(row);
      } else {
        context.computeIfAbsent(row.getOrd(), ord -> new ArrayList<>()).add(row);
      }
    }
    return heads.stream()
        .map(head -> claimed(head, context.getOrDefault(head.getOrd(), List.of())))
        .toList();
  }

  static ClaimedTurn claimed(AnswerRowRecord head, List<AnswerRowRecord> context) {
    return new ClaimedTurn(
        new RequestId(head.getTurnId()),
        head.getAttempt(),
        head.getTries(),
        head.getFlag(),
        new ThreadContext(
            head.getTitle(),
            head.getSubject(),
            Rows.tier(head.getTier()),
            ContextAssembly.exchanges(context),
            Rows.question(head)));
  }

  @Override
  public OptionalInt beginAttempt(RequestId id, Lease lease, int attempt) {
    return SqlErrors.repeat(again -> changes.beginAttempt(id, lease, attempt, again));
  }

  @Override
  public boolean giveBack(RequestId id, TurnOwner owner, int attempt, Duration notBefore) {
    return SqlErrors.repeat(() -> changes.giveBack(id, owner, attempt, notBefore));
  }

  @Override
  public boolean refuse(RequestId id, FailureCode code, Instant now) {
    return SqlErrors.call(() -> changes.refuse(id, code, now));
  }

  @Override
  public FinishOutcome finish(TurnEnd end) {
    try {
      return finishes.submit(end);
    } catch (PersistenceException e) {
      TurnEnd plain = withoutMetadata(end);
      if (plain == null) {
        throw e;
      }
      // jsonb takes less than JSON allows; a reply is worth more than a note beside it.
      return finishes.submit(plain);
    }
  }

  private static @Nullable TurnEnd withoutMetadata(TurnEnd end) {
    if (!(end.result() instanceof TurnEnd.Result.Answered(var reply)) || reply.metadata() == null) {
      return null;
    }
    TurnEnd.ReplyDraft plain =
        new TurnEnd.ReplyDraft(
            reply.id(),
            reply.content(),
            reply.contentType(),
            reply.tokenCount(),
            reply.model(),
            reply.confidence(),
            reply.processingTime(),
            null,
            reply.finishReason());
    return new TurnEnd(
        end.id(),
        end.owner(),
        end.attempt(),
        end.finalAttempt(),
        end.at(),
        new TurnEnd.Result.Answered(plain),
        end.usage());
  }

  @Override
  public LeaseReport renew(Lease lease, Collection<RequestId> turns) {
    if (turns.isEmpty()) {
      return new LeaseReport(Set.of(), Set.of());
    }
    return SqlErrors.repeat(() -> {
      Set<RequestId> held = new HashSet<>();
      Set<RequestId> cancel = new HashSet<>();
      jooq.update(TURNS)
          .set(TURNS.LEASE_UNTIL, DatabaseTime.in(lease.duration()))
          .where(
              TURNS.ID.in(
                  // In the order in which the ends of turns take their locks.
                  jooq.select(TURNS.ID)
                      .from(TURNS)
                      .where(TURNS.ID.in(ids(turns)))
                      .and(TURNS.OWNER.eq(lease.owner().value()))
                      .and(TURNS.STATE.eq("running"))
                      .orderBy(TURNS.ID)
                      .forNoKeyUpdate()))
          .returning(TURNS.ID, TURNS.CANCEL_REQUESTED)
          .fetch()
          .forEach(row -> {
            held.add(new RequestId(row.getId()));
            if (row.getCancelRequested()) {
              cancel.add(new RequestId(row.getId()));
            }
          });
      return new LeaseReport(held, cancel);
    });
  }

  void endLeases() {
    int unused =
        SqlErrors.repeat(() ->
            jooq.update(TURNS)
                .set(TURNS.LEASE_UNTIL, DatabaseTime.now())
                .where(TURNS.STATE.eq(DSL.inline("running")))
                .execute());
  }

  @Override
  public List<TurnSnapshot> expire(Instant now) {
    return SqlErrors.repeat(() ->
        jooq.update(TURNS)
            .set(TURNS.STATE, "expired")
            .set(TURNS.OUTCOME_CODE, FailureCode.EXPIRED.name())
            .set(TURNS.UPDATED_AT, now)
            .where(
                TURNS.ID.in(
                    jooq.select(TURNS.ID)
                        .from(TURNS)
                        .where(WAITING.and(UNFINISHED))
                        .and(TURNS.EXPIRES_AT.le(DatabaseTime.now()))
                        .orderBy(TURNS.ID)
                        .limit(EXPIRE_AT_ONCE)
                        .forUpdate()
                        .skipLocked()))
            .returning(TURNS.ID, TURNS.THREAD_ID, TURNS.MESSAGE_ID, TURNS.ATTEMPT)
            .fetch(row -> TurnRows.withoutReply(row, TurnState.EXPIRED, FailureCode.EXPIRED)));
  }

  @Override
  public List<TurnSnapshot> turns(Collection<RequestId> ids) {
    return ids.isEmpty()
        ? List.of()
        : SqlErrors.repeat(() -> snapshots(jooq, TURNS.ID.in(ids(ids))));
  }

  @Override
  public List<TurnSnapshot> unfinished(ThreadId thread) {
    return SqlErrors.repeat(
        () -> snapshots(asked, TURNS.THREAD_ID.eq(thread.value()).and(UNFINISHED)));
  }

  private static List<TurnSnapshot> snapshots(DSLContext from, Condition condition) {
    return from.select(TURNS.asterisk(), MESSAGES.asterisk())
        .from(TURNS)
        .leftJoin(MESSAGES)
        .on(MESSAGES.ID.eq(TURNS.REPLY_ID))
        .where(condition)
        .orderBy(TURNS.POSITION, TURNS.REVISION)
        .fetch((Record row) -> TurnRows.snapshot(row.into(TURNS), row.into(MESSAGES)));
  }

  @Override
  public long waitingTurns() {
    return SqlErrors.repeat(() -> (long) jooq.fetchCount(TURNS, WAITING.and(UNFINISHED)));
  }

  @Override
  public Optional<CancelReport> cancel(
      UserId owner,
      ThreadId thread,
      @Nullable RequestId only,
      @Nullable RequestId except,
      Instant now) {
    return SqlErrors.repeat(() -> askedChanges.cancel(owner, thread, only, except, now));
  }

  @Override
  public RegenerateOutcome regenerate(
      UserId owner,
      ThreadId thread,
      RequestId newTurn,
      TurnStart start,
      Duration expiry,
      Instant now) {
    return SqlErrors.repeat(
        () -> askedChanges.regenerate(owner, thread, newTurn, start, expiry, now));
  }

  static List<UUID> ids(Collection<RequestId> ids) {
    return ids.stream().map(RequestId::value).toList();
  }

  @Override
  public void close() {
    saves.close();
    finishes.close();
  }
}
