package life.avai.server.floods;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;
import life.avai.persistence.embedded.EmbeddedPostgres;
import life.avai.persistence.embedded.EmbeddedPostgresSettings;
import life.avai.server.floods.Attack.Target;
import life.avai.server.support.ServerProcess;
import life.avai.server.support.TestDatabase;
import life.avai.testkit.canister.CanisterScript;
import life.avai.testkit.canister.FakeCanister;
import life.avai.testkit.identity.FakeIssuer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * How long honest people wait for an acknowledgement in quiet, while a flood of the same machine
 * hits somebody else, and while it hits us: in alternation, {@code -Dfloods.seconds=10} each,
 * {@code -Dfloods.rounds=3} times. {@code -Dfloods.only="TYPING|READS"} takes some of the floods.
 * The figures are printed; what was taken must be given back, whatever they are.
 */
@EnabledIfSystemProperty(named = "floods.seconds", matches = "\\d+")
class FloodRatiosTest {
  private static final Duration LENGTH =
      Duration.ofSeconds(Integer.getInteger("floods.seconds", 1));
  private static final int ROUNDS = Integer.getInteger("floods.rounds", 1);
  private static final String ONLY = System.getProperty("floods.only", ".*");
  private static final int PEOPLE = 20;

  /** The compilers have seen what is often done. */
  private static final Duration WARM_UP = Duration.ofSeconds(Integer.getInteger("floods.warm", 15));

  private static FakeCanister canister;
  private static FakeIssuer issuer;
  private static EmbeddedPostgres postgres;
  private static ServerProcess server;
  private static Decoy decoy;
  private static Target target;

  @BeforeAll
  static void start(@TempDir Path directory) throws IOException {
    // As root in a container PostgreSQL runs as another user, who must get to its files.
    Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
    // As people run it: an acknowledgement waits for the disk.
    postgres =
        EmbeddedPostgres.start(
            EmbeddedPostgresSettings.durable(directory)
                .withBinaries(EmbeddedPostgresSettings.forTests(directory).binaries()));
    canister = FakeCanister.start(CanisterScript.replyWith(HostileSecrets.REPLY));
    issuer = FakeIssuer.start();
    Map<String, String> variables = new HashMap<>(FloodsTest.variables(canister, issuer));
    variables.put("DATABASE_URL", TestDatabase.in(postgres, postgres.jdbcUrl()).variable());
    variables.put("LOG_LEVEL", "info");
    server = ServerProcess.startAsLaunched(directory, variables);
    target = new Target(server.port());
    decoy = Decoy.start();
    try (Crowd honest = Crowd.begin(target, PEOPLE)) {
      var unused = honest.during(() -> sleep(WARM_UP));
    }
  }

  @AfterAll
  static void stop() {
    decoy.close();
    server.close();
    issuer.close();
    canister.close();
    postgres.close();
  }

  @ParameterizedTest
  @EnumSource
  void flood_costsOthersThis(Attack attack) {
    assumeTrue(attack.name().matches(ONLY));
    ServerNumbers before = ServerNumbers.of(server);
    try (Crowd honest = Crowd.begin(target, PEOPLE)) {
      // What a flood needs is compiled.
      var unused = Flood.run(target, attack, WARM_UP);
      List<Round> rounds = new ArrayList<>();
      for (int round = 1; round <= ROUNDS; round++) {
        rounds.add(Round.of(attack, honest));
        System.out.println(attack + " " + rounds.getLast());
      }
      System.out.println(attack + " in all: " + Round.together(rounds));
    }
    assertThat(ServerNumbers.awaitBack(server, before)).isNotNull();
  }

  /** Each of the three for a while, one after the other. */
  private record Round(Phase quiet, Phase elsewhere, Phase here) {
    static Round of(Attack attack, Crowd honest) {
      rest(honest);
      Phase quiet = Phase.of(honest, () -> sleep(LENGTH));
      Phase elsewhere = Phase.of(honest, () -> flood(decoy.target(), attack));
      rest(honest);
      return new Round(quiet, elsewhere, Phase.of(honest, () -> flood(target, attack)));
    }

    static Round together(List<Round> rounds) {
      return new Round(
          Phase.together(rounds.stream().map(Round::quiet).toList()),
          Phase.together(rounds.stream().map(Round::elsewhere).toList()),
          Phase.together(rounds.stream().map(Round::here).toList()));
    }

    @Override
    public String toString() {
      return String.format(
          "quiet %s | elsewhere %s | on us %s | 99 of 100 to quiet %.2f, to elsewhere %.2f",
          quiet,
          elsewhere,
          here,
          here.percentile(99) / quiet.percentile(99),
          here.percentile(99) / elsewhere.percentile(99));
    }
  }

  /**
   * Some seconds.
   *
   * @param nanos how long each acknowledgement took
   * @param server processors that it took, 1 for one of them all the time
   * @param database the same for all of PostgreSQL
   * @param elsewhere the same for who was flooded in our place
   */
  private record Phase(List<Long> nanos, double server, double database, double elsewhere) {
    static Phase of(Crowd honest, Runnable what) {
      double server = cpuSeconds(serverProcess());
      double database = cpuSeconds(databaseProcesses());
      double elsewhere = cpuSeconds(decoy.process());
      long begun = System.nanoTime();
      List<Long> nanos = honest.during(what);
      double seconds = (System.nanoTime() - begun) / 1e9;
      return new Phase(
          nanos,
          (cpuSeconds(serverProcess()) - server) / seconds,
          (cpuSeconds(databaseProcesses()) - database) / seconds,
          (cpuSeconds(decoy.process()) - elsewhere) / seconds);
    }

    static Phase together(List<Phase> phases) {
      return new Phase(
          phases.stream().flatMap(phase -> phase.nanos().stream()).toList(),
          average(phases, Phase::server),
          average(phases, Phase::database),
          average(phases, Phase::elsewhere));
    }

    private static double average(List<Phase> phases, ToDoubleFunction<Phase> figure) {
      return phases.stream().mapToDouble(figure).average().orElse(0);
    }

    double percentile(int percent) {
      return HonestUsers.percentile(nanos, percent);
    }

    @Override
    public String toString() {
      return String.format(
          "%.1f %.1f ms (half, 99 of 100 of %d), cpu %.2f %.2f %.2f",
          percentile(50), percentile(99), nanos.size(), server, database, elsewhere);
    }
  }

  private static Stream<ProcessHandle> serverProcess() {
    return ProcessHandle.of(server.pid()).stream();
  }

  private static Stream<ProcessHandle> databaseProcesses() {
    return ProcessHandle.current()
        .descendants()
        .filter(process -> process.info().command().orElse("").endsWith("/postgres"));
  }

  private static double cpuSeconds(Stream<ProcessHandle> processes) {
    return processes
        .flatMap(process -> process.info().totalCpuDuration().stream())
        .mapToDouble(used -> used.toNanos() / 1e9)
        .sum();
  }

  private static void flood(Target whom, Attack attack) {
    System.out.println(attack + ", so many times: " + Flood.run(whom, attack, LENGTH));
  }

  /** What a flood has left to do is over. */
  private static void rest(Crowd honest) {
    var unused = honest.during(() -> sleep(Duration.ofSeconds(1)));
  }

  private static void sleep(Duration time) {
    long end = System.nanoTime() + time.toNanos();
    long left;
    while ((left = end - System.nanoTime()) > 0) {
      LockSupport.parkNanos(left);
    }
  }
}
