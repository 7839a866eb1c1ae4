package life.avai.testkit.load;

import java.net.URI;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import life.avai.testkit.load.Bed.Server;
import life.avai.testkit.load.PgBench.Result;
import life.avai.testkit.load.PgBench.Script;
import org.HdrHistogram.Histogram;

/** What can be measured. Each mode runs its parts in alternation, round by round. */
final class Modes {
  private static final double WARM_SECONDS = 2;
  private static final int[] PGBENCH_CLIENTS = {1, 8, 32};
  private static final int[] CLIENTS = {1, 64, 256};

  /** Of a {@code send_message} frame of a {@link Talker}. */
  private static final int FRAME_BYTES = 400;

  private static final int ACTIVE = 64;
  private static final double MEGA = 1_024;

  /** Who talks beside a flood, all of them together so often. */
  private static final int PEOPLE = 16;

  private static final double PEOPLE_PER_SECOND = 100;

  /** Messages a second that a user of the largest tier may send: 600 a minute. */
  private static final double LARGEST_TIER = 10;

  private final Options options;
  private final Bed bed;
  private final Report report;
  private final Violations violations;
  private final Set<String> warm = new HashSet<>();
  private boolean saidNoPgBench;

  Modes(Options options, Bed bed, Report report, Violations violations) {
    this.options = options;
    this.bed = bed;
    this.report = report;
    this.violations = violations;
  }

  void run(String mode) {
    switch (mode) {
      case "ack" -> ack();
      case "turn" -> turn();
      case "open" -> open();
      case "idle" -> idle();
      case "fan-out" -> fanOut();
      case "stream" -> stream();
      case "reconnect" -> reconnect();
      case "fairness" -> fairness();
      case "growth" -> new Growth(options, bed, report, violations).run();
      case "start" -> start();
      default -> throw new IllegalArgumentException(mode + ": no such mode");
    }
  }

  private Load load(Server server) {
    return new Load(server.url(), server, violations);
  }

  private void ack() {
    for (int round = 1; round <= options.rounds(); round++) {
      limits(round);
      for (int clients : options.clients(CLIENTS)) {
        report.add(closedLoop("ack", round, bed.plain(), clients, Talker.Pace.ACKNOWLEDGED));
      }
    }
  }

  private void turn() {
    for (int round = 1; round <= options.rounds(); round++) {
      for (int clients : options.clients(CLIENTS)) {
        report.add(closedLoop("turn", round, bed.answering(), clients, Talker.Pace.ANSWERED));
      }
    }
  }

  /** What this machine can do at best. */
  private void limits(int round) {
    if (options.url() != null) {
      return;
    }
    for (int clients : options.clients(1, ACTIVE)) {
      report.add(echo(round, clients));
    }
    PgBench pgbench = PgBench.find(options.pgbench(), bed.plain().ownPostgres(), bed.directory());
    if (pgbench == null) {
      if (!saidNoPgBench) {
        report.say(
            "no pgbench: install Debian's postgresql-contrib (or postgresql-client and -common), or"
                + " name it with --pgbench");
        saidNoPgBench = true;
      }
      return;
    }
    for (Script script : Script.values()) {
      for (int clients : PGBENCH_CLIENTS) {
        int seconds = (int) Math.max(1, Math.ceil(options.seconds()));
        Result result = pgbench.run(script, clients, seconds);
        report.add(
            new Sample(
                script == Script.SAVE ? "pgbench" : "pgbench+read",
                clients,
                round,
                Map.of(
                    "per_second", result.perSecond(),
                    "latency_mean_ms", result.latencyMillis(),
                    "database_cpu_us", result.cpuMicros(),
                    "cpu_us", result.cpuMicros())));
      }
    }
  }

  private Sample echo(int round, int clients) {
    Child echo = bed.echo();
    try (Load load = new Load(URI.create(echo.ready()), cpuOf(echo), violations)) {
      return load.echo(
          round, load.echoes(clients, FRAME_BYTES), warmSeconds("echo"), options.seconds());
    }
  }

  private static Load.Cpu cpuOf(Child child) {
    return new Load.Cpu() {
      @Override
      public double server() {
        return Processes.cpuSeconds(child.pid());
      }

      @Override
      public double compiler() {
        return Processes.compilerCpuSeconds(child.pid());
      }

      @Override
      public double database() {
        return 0;
      }
    };
  }

  private Sample closedLoop(String what, int round, Server server, int clients, Talker.Pace pace) {
    try (Load load = load(server)) {
      return load.closedLoop(
          what, round, load.converse(clients), pace, warmSeconds(what), options.seconds());
    }
  }

  /** The first step of a kind gets longer: a JVM compiles what it does often. */
  private double warmSeconds(String what) {
    double each = Math.min(WARM_SECONDS, options.seconds() / 2);
    return warm.add(what) ? options.number("--warm-up", 2.5 * each) : each / 2;
  }

  private void open() {
    double rate = options.number("--rate", 0);
    double ackRate = rate > 0 ? rate : report.best("ack") / 10;
    double turnRate = rate > 0 ? rate : report.best("turn") / 10;
    for (int round = 1; round <= options.rounds(); round++) {
      if (ackRate > 0) {
        report.add(openLoop("ack at rate", round, bed.plain(), ackRate, Talker::send));
        report.add(openLoop("ping at rate", round, bed.plain(), ackRate, Talker::ping));
      }
      if (turnRate > 0) {
        report.add(openLoop("turn at rate", round, bed.answering(), turnRate, Talker::send));
      }
    }
    if (ackRate + turnRate == 0) {
      report.say("open: nothing to do; run it behind ack and turn, or give --rate");
    }
  }

  private Sample openLoop(
      String what, int round, Server server, double rate, Load.OpenAction action) {
    try (Load load = load(server)) {
      return load.openLoop(
          what,
          round,
          load.converse(options.whole("--threads", ACTIVE)),
          rate,
          options.seconds(),
          action);
    }
  }

  private void idle() {
    int connections = options.whole("--connections", 10_000);
    for (int round = 1; round <= options.rounds(); round++) {
      Child echo = bed.echo();
      idle(
          "idle echo",
          round,
          echo,
          new Load(URI.create(echo.ready()), cpuOf(echo), violations),
          connections,
          (load, count) -> load.echoes(count, FRAME_BYTES));
      Server server = bed.serverOn("idle" + round, Map.of());
      idle("idle", round, server.process(), load(server), connections, Load::connect);
      bed.stop(server.process());
    }
  }

  private interface Connecting {
    List<?> connect(Load load, int count);
  }

  private void idle(
      String what, int round, Child child, Load load, int connections, Connecting connecting) {
    try (load) {
      // Classes, compiled code, pools and buffers that the first connections bring are not theirs:
      // what one costs is told by the second half of them.
      int half = connections / 2;
      Child.Memory none = child.memory();
      List<?> unused = connecting.connect(load, half);
      Child.Memory before = child.memory();
      long threads = Processes.threads(child.pid());
      List<?> more = connecting.connect(load, connections - half);
      Child.Memory after = child.memory();
      report.add(
          new Sample(
              what,
              connections,
              round,
              Map.of(
                  "kilobytes_each", (after.heap() - before.heap()) / (double) more.size(),
                  "heap_mb", after.heap() / MEGA,
                  "resident_mb", after.resident() / MEGA,
                  "resident_half_mb", before.resident() / MEGA,
                  "resident_none_mb", none.resident() / MEGA,
                  "threads_more", (double) (Processes.threads(child.pid()) - threads))));
    }
  }

  private void fanOut() {
    for (int round = 1; round <= options.rounds(); round++) {
      report.add(
          fanOut("turn to devices", round, bed.answering(), options.whole("--threads", ACTIVE)));
    }
  }

  private Sample fanOut(String what, int round, Server server, int threads) {
    int devices = options.whole("--devices", 3);
    try (Load load = load(server)) {
      List<Talker> first = load.converse(threads);
      List<Talker> others = load.devices(first, devices - 1);
      load.onLoop(() -> first.forEach(Talker::forgetTurns));
      load.onLoop(() -> first.forEach(talker -> talker.pace(Talker.Pace.ANSWERED)));
      Load.sleep(warmSeconds(what));
      Sample sample =
          load.measure(
              what, devices, round, options.seconds(), () -> Load.sleep(options.seconds()));
      load.onLoop(() -> first.forEach(talker -> talker.pace(Talker.Pace.TOLD)));
      load.awaitQuiet(first);
      load.awaitQuiet(others);
      Histogram apart = new Histogram(3);
      load.onLoop(() -> compare(first, others, devices - 1, apart));
      load.verify(first);
      return sample
          .with("apart", apart)
          .with(
              "resident_mb",
              server.child() == null
                  ? Double.NaN
                  : Processes.residentKilobytes(server.child().pid()) / 1024.0);
    }
  }

  private static void compare(List<Talker> first, List<Talker> others, int each, Histogram apart) {
    var ends = new HashMap<Turn, Long>();
    for (int i = 0; i < others.size(); i++) {
      Talker user = first.get(i / each);
      Talker device = others.get(i);
      device.verifyOutcomes();
      user.verifySameAs(device);
      for (Turn turn : user.turns()) {
        Turn theirs = device.turn(turn.id);
        if (theirs != null) {
          ends.merge(turn, Math.abs(theirs.endedNanos - turn.endedNanos), Math::max);
        }
      }
    }
    ends.values().forEach(apart::recordValue);
  }

  private void stream() {
    Server server = bed.answering(100, 250, "-Xmx256m");
    for (int round = 1; round <= options.rounds(); round++) {
      report.add(fanOut("turn streaming", round, server, options.whole("--threads", 1_000)));
    }
    bed.stop(server.process());
  }

  private void reconnect() {
    int connections = options.whole("--connections", 1_000);
    for (int round = 1; round <= options.rounds(); round++) {
      try (Load load = load(bed.plain())) {
        List<Talker> talkers = load.converse(connections);
        load.onLoop(() -> talkers.forEach(Talker::forgetTurns));
        long began = System.nanoTime();
        Sample sample =
            load.measure(
                "reconnect",
                connections,
                round,
                0,
                () -> {
                  load.onLoop(() -> talkers.forEach(Talker::reconnect));
                  load.awaitAgain(talkers);
                });
        report.add(sample.with("all_ms", (System.nanoTime() - began) / 1e6));
        load.verify(talkers);
      }
    }
  }

  /**
   * How long people wait alone, and beside one who floods: as fast as the largest tier may send,
   * and as fast as the limits that are lifted here let him.
   */
  private void fairness() {
    warmUp("fairness");
    for (int round = 1; round <= options.rounds(); round++) {
      report.add(beside("alone", round, 0));
      report.add(beside("beside the limit", round, LARGEST_TIER));
      report.add(beside("beside a flood", round, options.number("--rate", 500)));
    }
  }

  /** Lets the JVM compile what it does often, so that the first step does not stand out. */
  private void warmUp(String what) {
    try (Load load = load(bed.plain())) {
      load.closedLoop(
          what + " warm",
          0,
          load.converse(ACTIVE),
          Talker.Pace.ACKNOWLEDGED,
          warmSeconds(what),
          Math.min(1, options.seconds()));
    }
  }

  private Sample beside(String what, int round, double flood) {
    try (Load load = load(bed.plain());
        Load flooding = load(bed.plain())) {
      List<Talker> people = load.converse(PEOPLE);
      List<Talker> flooder = flooding.converse(1);
      Thread other =
          Thread.ofPlatform()
              .start(() -> {
                if (flood > 0) {
                  flooding.pace(flooder, flood, options.seconds() + 2, Talker::send);
                }
              });
      Sample sample =
          load.openLoop(what, round, people, PEOPLE_PER_SECOND, options.seconds(), Talker::send);
      join(other);
      flooding.verify(flooder);
      return sample;
    }
  }

  private static void join(Thread thread) {
    try {
      thread.join();
    } catch (InterruptedException e) {
      throw new IllegalStateException("interrupted", e);
    }
  }

  private void start() {
    for (int round = 1; round <= options.rounds() + 1; round++) {
      Server server = bed.serverOn("start", Map.of());
      Child child = server.process();
      report.add(
          new Sample(
              round == 1 ? "start, empty database" : "start",
              0,
              round,
              Map.of(
                  "ready_ms", child.startUp().toNanos() / 1e6,
                  "resident_mb", Processes.residentKilobytes(child.pid()) / 1024.0,
                  "server_cpu_ms", Processes.cpuSeconds(child.pid()) * 1e3)));
      bed.stop(child);
    }
  }
}
