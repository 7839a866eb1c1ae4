package life.avai.server.faults;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import life.avai.testkit.check.Fault;
import life.avai.testkit.fault.Direction;
import life.avai.testkit.fault.FaultProxy;

/** Breaks one thing after another, and each of them: a round has every kind, in random order. */
final class Chaos {
  /** What can break. */
  enum Kind {
    SERVER_KILLED,
    SERVER_KILLED_AFTER_COMMIT,
    SERVER_STOPPED,
    SERVER_ENDED,
    COMMIT_CUT,
    BACKENDS_TERMINATED,
    POSTGRES_RESTARTED,
    DATABASE_SLOW,
    CANISTERS_AWAY,
    CANISTER_HALF_OPEN,
    CANISTER_RESET_IN_MID_FRAME,
    CLIENTS_CUT,
    CLIENTS_SLOW,
    CLIENTS_HALF_OPEN,
    CLIENT_RESET_IN_MID_FRAME,
    READER_DEAF,
    TOKEN_ENDED,
    SAVE_BROKEN_OFF
  }

  private static final int ATTEMPTS = 5;
  private static final Duration MOMENT = Duration.ofMillis(300);

  private final World world;
  private final Random random;
  private final Map<Kind, Integer> met = new EnumMap<>(Kind.class);

  Chaos(World world, Random random) {
    this.world = world;
    this.random = random;
  }

  /** How often each kind of fault was made. */
  Map<Kind, Integer> met() {
    return met;
  }

  /** Makes every kind of fault once. */
  void round() {
    List<Kind> kinds = new ArrayList<>(List.of(Kind.values()));
    Collections.shuffle(kinds, random);
    for (Kind kind : kinds) {
      make(kind);
      met.merge(kind, 1, Integer::sum);
      LockSupport.parkNanos(MOMENT.toNanos());
    }
  }

  private void make(Kind kind) {
    Node node = world.nodes().get(random.nextInt(world.nodes().size()));
    FaultProxy canister =
        world.canisterProxies().get(random.nextInt(world.canisterProxies().size()));
    switch (kind) {
      case SERVER_KILLED ->
          inMidReply(
              node,
              true,
              () -> {
                node.process().kill();
                node.restart();
              });
      case SERVER_KILLED_AFTER_COMMIT ->
          afterUnheardCommit(
              node,
              () -> {
                node.process().kill();
                node.database().pass();
                node.restart();
              });
      case SERVER_STOPPED ->
          // One that is alone goes on where it was; else the canister answers two servers.
          inMidReply(
              node,
              world.nodes().size() > 1,
              () -> {
                node.process().stop();
                LockSupport.parkNanos(World.LEASE.multipliedBy(2).toNanos());
                node.process().resume();
              });
      case SERVER_ENDED ->
          inMidReply(
              node,
              true,
              () -> {
                node.process().terminate();
                int unused = node.process().awaitExit();
                node.restart();
              });
      case COMMIT_CUT -> {
        afterUnheardCommit(node, () -> node.database().reset());
        world.recorder().met(Fault.COMMIT_OUTCOME_UNKNOWN);
      }
      case BACKENDS_TERMINATED -> {
        var unused =
            world
                .database()
                .all(
                    "select pg_terminate_backend(pid) from pg_stat_activity"
                        + " where application_name like 'node-%'");
      }
      case POSTGRES_RESTARTED -> {
        world.postgres().kill();
        world.postgres().restart();
      }
      case DATABASE_SLOW -> forAMoment(node.database(), proxy -> proxy.delay(millis(5, 30)));
      case CANISTERS_AWAY -> {
        world.canisters().forEach(away -> away.stop());
        world.database().await("select count(*) > 1 from turns where state = 'waiting'", "t");
        String waiting =
            world.database().all("select id from turns where state = 'waiting'").stream()
                .collect(Collectors.joining("', '", "'", "'"));
        world.canisters().forEach(back -> back.restart());
        world
            .database()
            .await(
                "select count(*) from turns where state in ('waiting', 'running') and id in ("
                    + waiting
                    + ")",
                "0");
        world.recorder().met(Fault.CANISTER_AWAY_AND_BACK);
      }
      case CANISTER_HALF_OPEN -> forAMoment(canister, FaultProxy::swallow);
      case CANISTER_RESET_IN_MID_FRAME -> resetInMidFrame(canister);
      case CLIENTS_CUT -> node.clients().cut();
      case CLIENTS_SLOW -> forAMoment(node.clients(), proxy -> proxy.delay(millis(5, 50)));
      case CLIENTS_HALF_OPEN -> forAMoment(node.clients(), FaultProxy::swallow);
      case CLIENT_RESET_IN_MID_FRAME -> resetInMidFrame(node.clients());
      case READER_DEAF -> DeafReader.on(world, node);
      case TOKEN_ENDED -> EndingToken.inMidReply(world, node);
      case SAVE_BROKEN_OFF -> {
        try (Witness witness = new Witness(world, node)) {
          witness.untilSaveIsRepeated();
        }
        world.recorder().met(Fault.TRANSACTION_RETRIED);
      }
    }
  }

  private interface Fix {
    void to(FaultProxy proxy);
  }

  private static void forAMoment(FaultProxy proxy, Fix fault) {
    fault.to(proxy);
    LockSupport.parkNanos(MOMENT.multipliedBy(2).toNanos());
    proxy.pass();
  }

  private void resetInMidFrame(FaultProxy proxy) {
    proxy.timeout(Duration.ofSeconds(60)).resetAfter(Direction.BACK, random.nextInt(3_000));
    proxy.awaitReset();
  }

  private Duration millis(int from, int to) {
    return Duration.ofMillis(from + random.nextInt(to - from));
  }

  /**
   * Breaks a server in the middle of a reply, again if the reply was quicker.
   *
   * @param mustLose whether another process has to end the reply
   */
  private void inMidReply(Node node, boolean mustLose, Runnable fault) {
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
      try (Witness witness = new Witness(world, node)) {
        boolean takenOver =
            witness.inMidReply(() -> {
              world.recorder().snapshot(world.rows());
              fault.run();
              awaitTakenOver();
            });
        if (takenOver || !mustLose) {
          return;
        }
      }
    }
    throw new AssertionError("nobody takes over from " + node.name());
  }

  private void afterUnheardCommit(Node node, Runnable fault) {
    try (Witness witness = new Witness(world, node)) {
      witness.afterUnheardCommit(fault);
    }
  }

  /** Whoever owned the turns that ran a moment ago, somebody has ended them or works on them. */
  private void awaitTakenOver() {
    world
        .database()
        .await(
            "select count(*) from turns where state = 'running' and lease_until <"
                + " clock_timestamp()",
            "0");
    world.recorder().snapshot(world.rows());
  }
}
