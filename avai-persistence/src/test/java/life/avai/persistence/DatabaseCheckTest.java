package life.avai.persistence;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import life.avai.persistence.Inconsistency.Rule;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A database in order has nothing to tell; one row changed behind the server's back is told under
 * the rule that it breaks.
 */
class DatabaseCheckTest {
  /** Ids end with what they are: a user u, threads t, messages m, turns r. */
  private static final String GOOD =
      """
      insert into users (id, name, is_anonymous, tier, session_token_hash) values
        ('00000000-0000-0000-0000-0000000000d1', 'Guest', true, 'anonymous', sha256('1')),
        ('00000000-0000-0000-0000-0000000000d2', 'Guest', true, 'anonymous', sha256('2'));
      insert into threads (id, user_id, title, message_count, last_message_at, revision) values
        ('00000000-0000-0000-0000-0000000000a1', '00000000-0000-0000-0000-0000000000d1', 'One', 6, '2026-01-01 00:06Z', 1),
        ('00000000-0000-0000-0000-0000000000a2', '00000000-0000-0000-0000-0000000000d2', 'None', 0, null, 0);
      insert into messages (id, thread_id, position, role, author_id, content, client_message_id, reply_to,
          finish_reason, superseded_at, created_at, updated_at)
      select ('00000000-0000-0000-0000-0000000000b' || p)::uuid, '00000000-0000-0000-0000-0000000000a1', p,
        case when q is null then 'user' else 'assistant' end,
        case when q is null then '00000000-0000-0000-0000-0000000000d1'::uuid end,
        'confidential', case when q is null then ('00000000-0000-0000-0000-0000000000c' || p)::uuid end,
        ('00000000-0000-0000-0000-0000000000b' || q)::uuid, why,
        case when p = 2 then now() end, timestamptz '2026-01-01 00:00Z' + p * interval '1 minute', now()
      from (values (1, null, null), (2, 1, 'complete'), (3, 1, 'complete'), (4, null, null), (5, 4, 'cancelled'), (6, null, null))
        x(p, q, why);
      insert into turns (id, thread_id, message_id, position, revision, state, attempt, owner, lease_until, expires_at,
          outcome_code, reply_id, created_at, updated_at)
      select ('00000000-0000-0000-0000-0000000000e' || n)::uuid, '00000000-0000-0000-0000-0000000000a1',
        ('00000000-0000-0000-0000-0000000000b' || p)::uuid, p, r, s, 1,
        case when s = 'running' then gen_random_uuid() end, case when s = 'running' then now() + interval '10 s' end,
        now() + interval '15 min', null, ('00000000-0000-0000-0000-0000000000b' || reply)::uuid, now(), now()
      from (values (1, 1, 0, 'completed', 2), (2, 1, 1, 'completed', 3), (3, 4, 1, 'cancelled', 5), (4, 6, 1, 'running', null))
        x(n, p, r, s, reply);
      """;

  private static final String TEMPLATE = "consistent";

  @BeforeAll
  static void fill() throws SQLException {
    TestPostgres.server().createDatabase(TEMPLATE);
    try (PostgresStores stores = new PostgresStores(settings(TEMPLATE))) {
      stores.migrate();
    }
    execute(TEMPLATE, GOOD);
  }

  private static PostgresSettings settings(String database) {
    return PostgresSettings.of(
        TestPostgres.server().jdbcUrl(database),
        TestPostgres.server().user(),
        TestPostgres.server().password());
  }

  private static void execute(String database, String sql) throws SQLException {
    try (Connection connection =
            DriverManager.getConnection(
                TestPostgres.server().jdbcUrl(database),
                TestPostgres.server().user(),
                TestPostgres.server().password());
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  private static DatabaseCheck.Result check(String database) {
    return new DatabaseCheck(settings(database), Duration.ofMinutes(1)).run();
  }

  private static String id(String end) {
    return "00000000-0000-0000-0000-0000000000" + end;
  }

  @Test
  void consistentRows_haveNothingToTell() {
    DatabaseCheck.Result result = check(TEMPLATE);
    assertThat(result.inconsistencies()).isEmpty();
    assertThat(result.threads()).isEqualTo(2);
    assertThat(result.messages()).isEqualTo(6);
    assertThat(result.turns()).isEqualTo(4);
  }

  @Test
  void databaseWithoutTables_isNotChecked() {
    assertThatThrownBy(() -> check("postgres")).isInstanceOf(PersistenceException.class);
  }

  /** The rule, the id that is told, and the planted defect; {@code ?} is the beginning of an id. */
  static Stream<Arguments> defects() {
    return Stream.of(
        defect(
            Rule.POSITIONS,
            "a1",
            "update messages set position = 9 where id = '?b6'; update turns set position = 9 where"
                + " id = '?e4'"),
        defect(Rule.COUNTERS, "a1", "update threads set message_count = 7 where id = '?a1'"),
        defect(Rule.COUNTERS, "a2", "update threads set last_message_at = now() where id = '?a2'"),
        defect(Rule.TURNS, "a1", "update threads set revision = 0 where id = '?a1'"),
        defect(Rule.AUTHOR, "b4", "update messages set author_id = '?d2' where id = '?b4'"),
        defect(Rule.AUTHOR, "b4", "update messages set author_id = '?dd' where id = '?b4'"),
        defect(
            Rule.TURN_OF_MESSAGE,
            "b6",
            "delete from turns where id = '?e4'; update threads set revision = 0 where id = '?a1'"),
        defect(
            Rule.IDEMPOTENCY,
            null,
            "drop index messages_idempotency; update messages set client_message_id = '?c1' where"
                + " id = '?b4'"),
        defect(
            Rule.REPLY_AFTER_QUESTION,
            "b5",
            "update messages set position = 99 where id = '?b4'; update messages set position = 4"
                + " where id = '?b5';update messages set position = 5 where id = '?b4'; update"
                + " turns set position = 5 where id = '?e3';update threads set last_message_at ="
                + " (select max(created_at) from messages) where id = '?a1'"),
        defect(Rule.TURN_OF_REPLY, "b5", "update turns set reply_id = null where id = '?e3'"),
        defect(Rule.SUPERSEDED, "b3", "update messages set superseded_at = now() where id = '?b3'"),
        defect(
            Rule.SUPERSEDED,
            "b2",
            "drop index messages_one_live_reply; update messages set superseded_at = null where id"
                + " = '?b2'"),
        defect(Rule.QUESTION_OF_TURN, "e4", "update turns set position = 7 where id = '?e4'"),
        defect(
            Rule.REPLY_OF_TURN,
            "e3",
            "update messages set finish_reason = 'complete' where id = '?b5'"),
        defect(
            Rule.ONE_RUNNING,
            "e3",
            "update turns set state = 'running', reply_id = null, owner = id, lease_until = now() +"
                + " interval '1 min' where id = '?e3'; delete from messages where id = '?b5';"
                + " update messages set position = 5 where id = '?b6'; update turns set position ="
                + " 5 where id = '?e4'; update threads set message_count = 5 where id = '?a1'"),
        defect(
            Rule.STUCK,
            "e4",
            "update turns set lease_until = now() - interval '2 min' where id = '?e4'"),
        defect(
            Rule.STUCK,
            "e4",
            "update turns set state = 'waiting', owner = null, lease_until = null,"
                + " expires_at = now() - interval '2 min' where id = '?e4'"));
  }

  private static Arguments defect(Rule rule, String id, String sql) {
    return Arguments.of(rule, id, sql.replace("?", "00000000-0000-0000-0000-0000000000"));
  }

  @ParameterizedTest
  @MethodSource("defects")
  void plantedDefect_isToldUnderItsRule(Rule rule, String id, String sql) throws SQLException {
    String database = "broken_" + System.nanoTime();
    execute("postgres", "create database " + database + " template " + TEMPLATE);
    execute(database, sql);

    List<Inconsistency> found = check(database).inconsistencies();
    assertThat(found).extracting(Inconsistency::rule).containsOnly(rule);
    if (id != null) {
      assertThat(found).extracting(one -> one.id().toString()).containsOnly(id(id));
    }
    assertThat(found.toString()).doesNotContain("confidential");
  }

  @Test
  void everyRule_isBrokenOnce() {
    assertThat(defects().map(defect -> defect.get()[0]).distinct().toList())
        .containsExactlyInAnyOrderElementsOf(Arrays.asList(Rule.values()));
  }

  @Test
  void turnThatAServerMayStillNotice_isNotStuck() throws SQLException {
    String database = "recent_" + System.nanoTime();
    execute("postgres", "create database " + database + " template " + TEMPLATE);
    execute(database, "update turns set lease_until = now() where state = 'running'");
    assertThat(check(database).inconsistencies()).isEmpty();
  }
}
