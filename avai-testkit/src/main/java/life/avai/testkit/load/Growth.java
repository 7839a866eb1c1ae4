package life.avai.testkit.load;

import java.util.List;
import java.util.UUID;
import life.avai.testkit.load.Bed.Server;

/** How the cost of an acknowledgement and of a turn grows with what is there already. */
final class Growth {
  private static final double WARM_SECONDS = 2;
  private static final int ACTIVE = 64;
  private static final int LONG_THREADS = 4;
  private static final int[] CONNECTIONS = {64, 1_000, 10_000};
  private static final int[] MESSAGES = {10, 1_000, 100_000};
  private static final int[] ROWS = {100_000, 1_000_000};
  private static final int MESSAGES_OF_OTHERS = 100;

  private final Options options;
  private final Bed bed;
  private final Report report;
  private final Violations violations;

  Growth(Options options, Bed bed, Report report, Violations violations) {
    this.options = options;
    this.bed = bed;
    this.report = report;
    this.violations = violations;
  }

  void run() {
    // Warm, so that the first point of a curve does not stand out.
    double warmUp = options.number("--warm-up", WARM_SECONDS);
    measure("ack warm", 0, 0, bed.plain(), List.of(), warmUp);
    measure("turn warm", 0, 0, bed.answering(), List.of(), warmUp);
    for (int round = 1; round <= options.rounds(); round++) {
      for (int connections : CONNECTIONS) {
        try (Load idle = load(bed.plain())) {
          List<Talker> unused = idle.connect(connections - ACTIVE);
          measure("ack by connections", connections, round, bed.plain(), List.of());
        }
      }
    }
    for (int round = 1; round <= options.rounds(); round++) {
      for (int messages : MESSAGES) {
        measure("ack by messages", messages, round, bed.plain(), fill(messages));
        measure("turn by messages", messages, round, bed.answering(), fill(messages));
      }
    }
    measure("ack by rows", 0, 1, bed.plain(), List.of());
    measure("turn by rows", 0, 1, bed.answering(), List.of());
    int before = 0;
    for (int rows : ROWS) {
      others(before, rows);
      before = rows;
      for (int round = 1; round <= options.rounds(); round++) {
        measure("ack by rows", rows, round, bed.plain(), List.of());
        measure("turn by rows", rows, round, bed.answering(), List.of());
      }
    }
  }

  private Load load(Server server) {
    return new Load(server.url(), server, violations);
  }

  /** Statements for one thread. */
  private static List<String> fill(int messages) {
    return List.of(
        "insert into messages (id, thread_id, position, role, author_id, content, token_count,"
            + " created_at, updated_at) select uuidv7(), t.id, p, 'user', t.user_id,"
            + " repeat('What does this query do? ', 10), 60, now(), now()"
            + " from threads t, generate_series(t.message_count + 1, "
            + messages
            + ", 2) p where t.id = 'THREAD' and t.message_count < 3",
        "insert into messages (id, thread_id, position, role, content, token_count, reply_to,"
            + " finish_reason, created_at, updated_at) select uuidv7(), m.thread_id, m.position +"
            + " 1, 'assistant', repeat('It ends the literal. ', 15), 80, m.id, 'complete', now(),"
            + " now() from messages m where m.thread_id = 'THREAD' and m.role = 'user' and"
            + " m.position > 1 and not exists (select 1 from messages r where r.thread_id ="
            + " m.thread_id and r.position = m.position + 1)",
        "update threads set revision = revision + 1, message_count = (select max(position) from"
            + " messages where thread_id = 'THREAD') where id = 'THREAD'");
  }

  /** Threads of somebody else, so that the tables have so many messages and turns more. */
  private void others(int from, int to) {
    bed.plain()
        .ownPostgres()
        .run(
            "insert into users (id, name, is_anonymous, tier) values"
                + " ('00000000-0000-7000-9000-000000000000', 'others', true, 'anonymous')"
                + " on conflict do nothing",
            "insert into threads (id, user_id, title, message_count) select"
                + " ('00000000-0000-7000-9000-' || lpad(n::text, 12, '0'))::uuid,"
                + " '00000000-0000-7000-9000-000000000000', 'others', "
                + MESSAGES_OF_OTHERS
                + " from generate_series("
                + (from / MESSAGES_OF_OTHERS + 1)
                + ", "
                + (to / MESSAGES_OF_OTHERS)
                + ") n",
            "insert into messages (id, thread_id, position, role, author_id, content, token_count,"
                + " client_message_id, created_at, updated_at) select uuidv7(), t.id, p, 'user',"
                + " t.user_id, repeat('What does this query do? ', 10), 60, gen_random_uuid(),"
                + " now(), now() from threads t, generate_series(1, "
                + MESSAGES_OF_OTHERS
                + ") p where t.title = 'others' and not exists (select 1 from messages m where"
                + " m.thread_id = t.id)",
            "insert into turns (id, thread_id, message_id, position, state, attempt, expires_at,"
                + " outcome_code, created_at, updated_at) select uuidv7(), m.thread_id, m.id,"
                + " m.position, 'failed', 0, now(), 'AI_DISABLED', now(), now() from messages m"
                + " join threads t on t.id = m.thread_id where t.title = 'others' and not exists"
                + " (select 1 from turns u where u.thread_id = m.thread_id and u.position ="
                + " m.position)",
            "vacuum analyze",
            "checkpoint");
  }

  private void measure(String what, long at, int round, Server server, List<String> fill) {
    measure(what, at, round, server, fill, Math.min(WARM_SECONDS, options.seconds() / 2));
  }

  private void measure(
      String what, long at, int round, Server server, List<String> fill, double warm) {
    // A few long threads tell as much as many, and are filled sooner.
    int active = fill.isEmpty() ? ACTIVE : LONG_THREADS;
    try (Load load = load(server)) {
      List<Talker> talkers = load.converse(active);
      if (!fill.isEmpty()) {
        load.verify(talkers);
        talkers.forEach(talker -> fill(server, String.valueOf(talker.thread()), fill));
        server.ownPostgres().run("vacuum analyze messages", "checkpoint");
      }
      Sample sample =
          load.closedLoop(
              what,
              round,
              talkers,
              what.startsWith("turn") ? Talker.Pace.ANSWERED : Talker.Pace.ACKNOWLEDGED,
              warm,
              options.seconds());
      report.add(new Sample(what, at, round, sample.figures()));
    }
  }

  private static void fill(Server server, String thread, List<String> statements) {
    UUID checked = UUID.fromString(thread);
    server
        .ownPostgres()
        .run(
            statements.stream()
                .map(sql -> sql.replace("THREAD", checked.toString()))
                .toArray(String[]::new));
  }
}
