package life.avai.persistence;

import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.LongAdder;
import life.avai.domain.Ids;
import life.avai.domain.conversation.ConversationStore;
import life.avai.domain.conversation.MessageDraft;
import life.avai.domain.conversation.MessageDraft.Target;
import life.avai.domain.conversation.SaveOutcome.Saved;
import life.avai.domain.conversation.TurnStart;
import life.avai.domain.conversation.WhileBusy;
import life.avai.domain.identity.UserId;
import life.avai.domain.message.ContentType;
import life.avai.domain.message.FinishReason;
import life.avai.domain.message.MessageId;
import life.avai.domain.thread.ThreadId;
import life.avai.domain.turn.ClaimedTurn;
import life.avai.domain.turn.Lease;
import life.avai.domain.turn.RequestId;
import life.avai.domain.turn.TurnEnd;
import life.avai.domain.turn.TurnOwner;
import life.avai.persistence.embedded.EmbeddedPostgres;
import life.avai.persistence.embedded.EmbeddedPostgresSettings;

/** Measures saves and whole turns per second on a durable PostgreSQL, and the CPU of each. */
final class StoreThroughput {
  private static final Ids IDS = Ids.timeOrdered();
  private static final Lease LEASE = new Lease(new TurnOwner(IDS.next()), Duration.ofSeconds(60));
  private static final String QUESTION =
      "What does this query do when the id is a quote? ".repeat(5);
  private static final String REPLY =
      "It ends the literal and what follows is read as SQL. ".repeat(12);

  private StoreThroughput() {}

  /** Takes the seconds per step as its argument; prints one line per step. */
  public static void main(String[] args) throws Exception {
    Path home = Files.createTempDirectory("avai-throughput");
    Files.setPosixFilePermissions(home, PosixFilePermissions.fromString("rwxr-xr-x"));
    Duration step = Duration.ofSeconds(Long.parseLong(args[0]));
    try (EmbeddedPostgres postgres =
        EmbeddedPostgres.start(EmbeddedPostgresSettings.durable(home))) {
      try (PostgresStores stores =
          new PostgresStores(
              PostgresSettings.of(postgres.jdbcUrl(), postgres.user(), postgres.password()))) {
        stores.migrate();
        System.out.println("home " + home + " port " + postgres.port());
        run(stores, 64, false, Duration.ofSeconds(5), home);
        for (int round = 0; round < 2; round++) {
          for (boolean turns : new boolean[] {false, true}) {
            for (int clients : new int[] {1, 8, 64, 256}) {
              System.out.println(run(stores, clients, turns, step, home));
            }
          }
        }
        if (args.length > 1) {
          System.out.println("holding; end standard input to stop");
          while (System.in.read() >= 0) {}
        }
      }
    }
  }

  private static String run(
      PostgresStores stores, int clients, boolean turns, Duration step, Path home)
      throws Exception {
    LongAdder groups = new LongAdder();
    stores.onGroupCommit(size -> groups.increment());
    long javaBefore = javaCpu();
    long postgresBefore = postgresCpu(home);
    long begin = System.nanoTime();
    long end = begin + step.toNanos();
    List<long[]> latencies = new ArrayList<>();
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<long[]>> running = new ArrayList<>();
      for (int i = 0; i < clients; i++) {
        running.add(threads.submit(() -> client(stores, turns, end)));
      }
      for (Future<long[]> client : running) {
        latencies.add(client.get());
      }
    }
    double seconds = (System.nanoTime() - begin) / 1e9;
    long[] all = latencies.stream().flatMapToLong(Arrays::stream).sorted().toArray();
    double perItem = 1e3 / all.length;
    return String.format(
        "%s clients=%d per_second=%.0f cpu_java_us=%.0f cpu_postgres_us=%.0f p50_ms=%.2f"
            + " p99_ms=%.2f writes_per_commit=%.1f",
        turns ? "turns" : "saves",
        clients,
        all.length / seconds,
        (javaCpu() - javaBefore) * perItem / 1e6,
        (postgresCpu(home) - postgresBefore) * perItem / 1e6,
        all[all.length / 2] / 1e6,
        all[(int) (all.length * 0.99)] / 1e6,
        (turns ? 2.0 : 1.0) * all.length / groups.sum());
  }

  private static long[] client(PostgresStores stores, boolean turns, long end) {
    ConversationStore store = stores.conversations();
    byte[] hash = new byte[32];
    ThreadLocalRandom.current().nextBytes(hash);
    UserId user =
        stores
            .users()
            .createAnonymous(new UserId(IDS.next()), IDS.next(), hash, Instant.now())
            .userId();
    ThreadId thread = new ThreadId(IDS.next());
    Target target = new Target.New(thread, "Measured");
    long[] took = new long[64];
    int count = 0;
    while (System.nanoTime() < end) {
      long begin = System.nanoTime();
      TurnStart start = turns ? new TurnStart.RunNow(LEASE) : new TurnStart.FailDisabled();
      Saved saved = (Saved) store.save(draft(target, user, start));
      target = new Target.Existing(thread);
      if (turns) {
        store.finish(answered(saved.turn()));
      }
      if (count == took.length) {
        took = Arrays.copyOf(took, 2 * count);
      }
      took[count++] = System.nanoTime() - begin;
    }
    return Arrays.copyOf(took, count);
  }

  private static MessageDraft draft(Target target, UserId user, TurnStart start) {
    return new MessageDraft(
        new MessageId(IDS.next()),
        new RequestId(IDS.next()),
        target,
        user,
        QUESTION,
        ContentType.TEXT,
        60,
        UUID.randomUUID(),
        null,
        WhileBusy.ENQUEUE,
        start,
        Duration.ofMinutes(15),
        Instant.now());
  }

  private static TurnEnd answered(ClaimedTurn turn) {
    return new TurnEnd(
        turn.id(),
        LEASE.owner(),
        turn.attempt(),
        turn.attempt(),
        Instant.now(),
        new TurnEnd.Result.Answered(
            new TurnEnd.ReplyDraft(
                new MessageId(IDS.next()),
                REPLY,
                ContentType.MARKDOWN,
                150,
                "model",
                0.9,
                Duration.ofMillis(10),
                "{\"rule\": \"CWE-89\"}",
                FinishReason.COMPLETE)));
  }

  /** Nanoseconds. */
  private static long javaCpu() {
    return ((com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean())
        .getProcessCpuTime();
  }

  /** Nanoseconds, of the server and all its processes that live; Linux only. */
  private static long postgresCpu(Path home) {
    long ticks = 0;
    for (ProcessHandle process : ProcessHandle.current().descendants().toList()) {
      try {
        String stat = Files.readString(Path.of("/proc/" + process.pid() + "/stat"));
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
        ticks += Long.parseLong(fields[11]) + Long.parseLong(fields[12]);
      } catch (java.io.IOException e) {
        // It ended meanwhile.
      }
    }
    return ticks * 10_000_000;
  }
}
