package life.avai.persistence;

import static life.avai.persistence.jooq.Tables.MESSAGES;
import static life.avai.persistence.jooq.Tables.THREADS;
import static life.avai.persistence.jooq.Tables.TURNS;
import static life.avai.persistence.jooq.Tables.USERS;
import static org.jooq.impl.DSL.count;
import static org.jooq.impl.DSL.inline;
import static org.jooq.impl.DSL.max;
import static org.jooq.impl.DSL.min;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import life.avai.persistence.Inconsistency.Rule;
import life.avai.persistence.jooq.tables.Messages;
import life.avai.persistence.jooq.tables.Turns;
import org.jooq.Condition;
import org.jooq.DSLContext;
import org.jooq.Field;
import org.jooq.Record2;
import org.jooq.Select;
import org.jooq.impl.DSL;

/** One query for each rule: the rows that break it. */
final class ConsistencyQueries {
  private static final Condition ASKED = MESSAGES.ROLE.eq(inline("user"));
  private static final Condition REPLIED = MESSAGES.ROLE.eq(inline("assistant"));
  private static final Messages QUESTION = MESSAGES.as("question");
  private static final Turns LATER = TURNS.as("later");

  private final DSLContext jooq;
  private final Duration grace;
  private final int atMost;

  ConsistencyQueries(DSLContext jooq, Duration grace, int atMost) {
    this.jooq = jooq;
    this.grace = grace;
    this.atMost = atMost;
  }

  long threads() {
    return jooq.fetchCount(THREADS);
  }

  long messages() {
    return jooq.fetchCount(MESSAGES);
  }

  long turns() {
    return jooq.fetchCount(TURNS);
  }

  List<Inconsistency> breaking(Rule rule) {
    Select<Record2<UUID, String>> query =
        switch (rule) {
          case POSITIONS -> positions();
          case COUNTERS -> counters();
          case TURNS -> turnsOfThread();
          case AUTHOR -> author();
          case TURN_OF_MESSAGE -> turnOfMessage();
          case IDEMPOTENCY -> idempotency();
          case REPLY_AFTER_QUESTION -> replyAfterQuestion();
          case TURN_OF_REPLY -> turnOfReply();
          case SUPERSEDED -> superseded();
          case QUESTION_OF_TURN -> questionOfTurn();
          case REPLY_OF_TURN -> replyOfTurn();
          case ONE_RUNNING -> oneRunning();
          case STUCK -> stuck();
        };
    return jooq.selectFrom(query.asTable("broken", "id", "detail"))
        .limit(atMost)
        .fetch(row -> new Inconsistency(rule, row.get(0, UUID.class), row.get(1, String.class)));
  }

  private static Field<String> text(String text, Field<?>... fields) {
    return DSL.field("format({0}, {1})", String.class, inline(text), DSL.list(fields));
  }

  private static Field<String> text(String text) {
    return inline(text);
  }

  private Select<Record2<UUID, String>> positions() {
    return jooq.select(
            MESSAGES.THREAD_ID,
            text(
                "%s messages stand at positions %s to %s",
                count(), min(MESSAGES.POSITION), max(MESSAGES.POSITION)))
        .from(MESSAGES)
        .groupBy(MESSAGES.THREAD_ID)
        .having(
            min(MESSAGES.POSITION)
                .ne(1L)
                .or(
                    max(MESSAGES.POSITION)
                        .ne(DSL.countDistinct(MESSAGES.POSITION).cast(Long.class)))
                .or(count().ne(DSL.countDistinct(MESSAGES.POSITION))));
  }

  private Select<Record2<UUID, String>> counters() {
    Field<Long> rows = DSL.coalesce(DSL.field("tally.rows", Long.class), inline(0L));
    Field<Instant> newest = DSL.field("tally.newest", THREADS.LAST_MESSAGE_AT.getDataType());
    return jooq.select(
            THREADS.ID,
            text(
                "message_count %s and last_message_at %s where there are %s, the newest of %s",
                THREADS.MESSAGE_COUNT, THREADS.LAST_MESSAGE_AT, rows, newest))
        .from(THREADS)
        .leftJoin(
            jooq.select(
                    MESSAGES.THREAD_ID.as("thread"),
                    count().cast(Long.class).as("rows"),
                    max(MESSAGES.CREATED_AT).as("newest"))
                .from(MESSAGES)
                .groupBy(MESSAGES.THREAD_ID)
                .asTable("tally"))
        .on(DSL.field("tally.thread", UUID.class).eq(THREADS.ID))
        .where(THREADS.MESSAGE_COUNT.ne(rows).or(THREADS.LAST_MESSAGE_AT.isDistinctFrom(newest)));
  }

  /** The revision counts how often a question of the thread was answered anew. */
  private Select<Record2<UUID, String>> turnsOfThread() {
    Field<Integer> asked =
        DSL.field(
            jooq.selectCount().from(MESSAGES).where(MESSAGES.THREAD_ID.eq(THREADS.ID)).and(ASKED));
    Field<Integer> turns =
        DSL.field(jooq.selectCount().from(TURNS).where(TURNS.THREAD_ID.eq(THREADS.ID)));
    return jooq.select(
            THREADS.ID,
            text(
                "%s turns where %s questions were asked and %s answered anew",
                turns, asked, THREADS.REVISION))
        .from(THREADS)
        .where(turns.ne(asked.plus(THREADS.REVISION)));
  }

  /** Who signed in has taken guests' threads along; a name that both had used stays the guest's. */
  private Select<Record2<UUID, String>> author() {
    return jooq.select(MESSAGES.ID, text("its author is %s and not the owner", MESSAGES.AUTHOR_ID))
        .from(MESSAGES)
        .join(THREADS)
        .on(THREADS.ID.eq(MESSAGES.THREAD_ID))
        .leftJoin(USERS)
        .on(USERS.ID.eq(MESSAGES.AUTHOR_ID))
        .where(ASKED)
        .and(MESSAGES.AUTHOR_ID.isDistinctFrom(THREADS.USER_ID))
        .and(
            USERS
                .ID
                .isNull()
                .or(DSL.not(USERS.IS_ANONYMOUS.isTrue().and(USERS.SESSION_TOKEN_HASH.isNull()))));
  }

  private Select<Record2<UUID, String>> turnOfMessage() {
    return jooq.select(MESSAGES.ID, text("it has no turn"))
        .from(MESSAGES)
        .where(ASKED)
        .andNotExists(jooq.selectOne().from(TURNS).where(TURNS.MESSAGE_ID.eq(MESSAGES.ID)));
  }

  private Select<Record2<UUID, String>> idempotency() {
    Field<UUID> first = DSL.field("(array_agg({0}))[1]", UUID.class, MESSAGES.ID);
    return jooq.select(
            first,
            text("%s messages have its client_message_id %s", count(), MESSAGES.CLIENT_MESSAGE_ID))
        .from(MESSAGES)
        .where(MESSAGES.CLIENT_MESSAGE_ID.isNotNull())
        .groupBy(MESSAGES.AUTHOR_ID, MESSAGES.CLIENT_MESSAGE_ID)
        .having(count().gt(1));
  }

  private Select<Record2<UUID, String>> replyAfterQuestion() {
    return jooq.select(
            MESSAGES.ID, text("it does not stand after its question %s", MESSAGES.REPLY_TO))
        .from(MESSAGES)
        .leftJoin(QUESTION)
        .on(
            QUESTION
                .ID
                .eq(MESSAGES.REPLY_TO)
                .and(QUESTION.ROLE.eq(inline("user")))
                .and(QUESTION.THREAD_ID.eq(MESSAGES.THREAD_ID))
                .and(QUESTION.POSITION.lt(MESSAGES.POSITION)))
        .where(REPLIED)
        .and(QUESTION.ID.isNull());
  }

  private Select<Record2<UUID, String>> turnOfReply() {
    return jooq.select(MESSAGES.ID, text("%s turns have it as their reply", count(TURNS.ID)))
        .from(MESSAGES)
        .leftJoin(TURNS)
        .on(TURNS.REPLY_ID.eq(MESSAGES.ID))
        .where(REPLIED)
        .groupBy(MESSAGES.ID)
        .having(count(TURNS.ID).ne(1));
  }

  private Select<Record2<UUID, String>> superseded() {
    Condition overtaken =
        DSL.exists(
            jooq.selectOne()
                .from(LATER)
                .where(LATER.MESSAGE_ID.eq(TURNS.MESSAGE_ID))
                .and(LATER.REVISION.gt(TURNS.REVISION)));
    return jooq.select(
            MESSAGES.ID,
            DSL.when(overtaken, text("a later turn was made, and it is not superseded"))
                .otherwise(text("it is superseded, and no later turn was made")))
        .from(MESSAGES)
        .join(TURNS)
        .on(TURNS.REPLY_ID.eq(MESSAGES.ID))
        .where(MESSAGES.SUPERSEDED_AT.isNull().eq(DSL.field(overtaken)));
  }

  private Select<Record2<UUID, String>> questionOfTurn() {
    return jooq.select(TURNS.ID, text("it does not answer %s", TURNS.MESSAGE_ID))
        .from(TURNS)
        .leftJoin(MESSAGES)
        .on(
            MESSAGES
                .ID
                .eq(TURNS.MESSAGE_ID)
                .and(ASKED)
                .and(MESSAGES.THREAD_ID.eq(TURNS.THREAD_ID))
                .and(MESSAGES.POSITION.eq(TURNS.POSITION)))
        .where(MESSAGES.ID.isNull());
  }

  private Select<Record2<UUID, String>> replyOfTurn() {
    Condition fits =
        MESSAGES
            .REPLY_TO
            .eq(TURNS.MESSAGE_ID)
            .and(
                MESSAGES.FINISH_REASON.eq(
                    DSL.when(TURNS.STATE.eq(inline("completed")), inline("complete"))
                        .when(TURNS.STATE.eq(inline("cancelled")), inline("cancelled"))));
    return jooq.select(TURNS.ID, text("it is %s, and its reply is %s", TURNS.STATE, TURNS.REPLY_ID))
        .from(TURNS)
        .leftJoin(MESSAGES)
        .on(MESSAGES.ID.eq(TURNS.REPLY_ID).and(fits))
        .where(TURNS.REPLY_ID.isNotNull().and(MESSAGES.ID.isNull()))
        .or(TURNS.STATE.eq(inline("completed")).and(TURNS.REPLY_ID.isNull()));
  }

  private Select<Record2<UUID, String>> oneRunning() {
    Condition running = LATER.STATE.eq(inline("running"));
    return jooq.select(TURNS.ID, text("%s runs in its thread too", LATER.ID))
        .from(TURNS)
        .join(LATER)
        .on(LATER.THREAD_ID.eq(TURNS.THREAD_ID).and(LATER.ID.gt(TURNS.ID)).and(running))
        .where(TURNS.STATE.eq(inline("running")));
  }

  private Select<Record2<UUID, String>> stuck() {
    Field<Instant> due =
        DSL.when(TURNS.STATE.eq(inline("running")), TURNS.LEASE_UNTIL).otherwise(TURNS.EXPIRES_AT);
    return jooq.select(TURNS.ID, text("it is %s since %s", TURNS.STATE, due))
        .from(TURNS)
        .where(JooqConversationStore.UNFINISHED)
        .and(DSL.coalesce(due, TURNS.EXPIRES_AT).lt(DatabaseTime.in(grace.negated())));
  }
}
