package life.avai.testkit.load;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * PostgreSQL's own load generator, with what a save does, one message a transaction: what a server
 * could do that writes each message by itself and costs nothing.
 */
final class PgBench {
  private static final int MAX_CLIENTS = 64;
  private static final Pattern RATE = Pattern.compile("(?m)^tps = ([0-9.]+)");
  private static final Pattern LATENCY = Pattern.compile("(?m)^latency average = ([0-9.]+) ms");

  /** What is run. */
  enum Script {
    /** A message, its turn and its thread's count, in one prepared statement. */
    SAVE("select count(*) from t"),
    /** The same, and the thread's last 20 messages. */
    SAVE_AND_READ(
        // By the thread's id itself: joined with t, its one row would be unknown to the planner,
        // which then reads and sorts the whole table.
        "select m.role, m.content, m.created_at from messages m where m.thread_id = THREAD"
            + " order by m.position desc limit 20");

    private final String last;

    Script(String last) {
      this.last = last;
    }

    private String sql() {
      return """
      \\set n :client_id
      with t as (
        update threads set message_count = message_count + 1, last_message_at = now(), updated_at = now()
        where id = THREAD
        returning id, user_id, message_count
      ), m as (
        insert into messages (id, thread_id, position, role, author_id, content, token_count,
          client_message_id, created_at, updated_at)
        select uuidv7(), id, message_count, 'user', user_id, 'WORDS', 60, gen_random_uuid(), now(), now()
        from t returning id, thread_id, position
      ), u as (
        insert into turns (id, thread_id, message_id, position, state, attempt, expires_at, outcome_code,
          created_at, updated_at)
        select uuidv7(), thread_id, id, position, 'failed', 0, now() + interval '15 minutes', 'AI_DISABLED',
          now(), now()
        from m
      ) LAST;
      """
          .replace("WORDS", "What does this query do when the id is a quote? ".repeat(5).strip())
          .replace("LAST", last)
          .replace("THREAD", "('00000000-0000-7000-8000-' || lpad(:n::text, 12, '0'))::uuid");
    }
  }

  /**
   * What it measured.
   *
   * @param latencyMillis on average
   * @param cpuMicros of the database, per transaction
   */
  record Result(double perSecond, double latencyMillis, double cpuMicros) {}

  private final String program;
  private final Postgres postgres;
  private final Path directory;

  private PgBench(String program, Postgres postgres, Path directory) {
    this.program = program;
    this.postgres = postgres;
    this.directory = directory;
  }

  /**
   * Makes the threads that it writes into.
   *
   * @param program the path of pgbench; null to look for it; {@code none} to do without
   * @return null when there is none
   */
  static @Nullable PgBench find(@Nullable String program, Postgres postgres, Path directory) {
    String found = program != null ? program : onPath();
    if (found == null || found.equals("none")) {
      return null;
    }
    postgres.run(
        "insert into users (id, name, is_anonymous, tier) values"
            + " ('00000000-0000-7000-8000-000000000000', 'pgbench', true, 'anonymous')"
            + " on conflict do nothing",
        "insert into threads (id, user_id, title) select"
            + " ('00000000-0000-7000-8000-' || lpad(n::text, 12, '0'))::uuid,"
            + " '00000000-0000-7000-8000-000000000000', 'pgbench' from generate_series(0, "
            + (MAX_CLIENTS - 1)
            + ") n on conflict do nothing",
        // What the last round has left behind is not this one's to pay.
        "vacuum analyze threads, messages, turns");
    return new PgBench(found, postgres, directory);
  }

  private static @Nullable String onPath() {
    for (String directory : System.getenv().getOrDefault("PATH", "").split(":", -1)) {
      Path candidate = Path.of(directory, "pgbench");
      if (Files.isExecutable(candidate)) {
        return candidate.toString();
      }
    }
    return null;
  }

  Result run(Script script, int clients, int seconds) {
    Path file = directory.resolve(script.name().toLowerCase(java.util.Locale.ROOT) + ".sql");
    try {
      Files.writeString(file, script.sql());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    double before = postgres.cpuSeconds();
    String output =
        Child.output(
            Map.of("PGPASSWORD", postgres.password()),
            program,
            "-h127.0.0.1",
            "-p" + postgres.port(),
            "-Upostgres",
            "-n",
            "-Mprepared",
            "-c" + clients,
            "-j" + Math.min(2, clients),
            "-T" + seconds,
            "-f" + file,
            "postgres");
    // A process's time is added to its parent's when it has been waited for.
    Load.sleep(1);
    double cpu = postgres.cpuSeconds() - before;
    double rate = number(RATE, output);
    return new Result(rate, number(LATENCY, output), cpu * 1e6 / (rate * seconds));
  }

  private static double number(Pattern pattern, String output) {
    Matcher matcher = pattern.matcher(output);
    if (!matcher.find()) {
      throw new IllegalStateException("pgbench printed " + output);
    }
    return Double.parseDouble(matcher.group(1));
  }
}
