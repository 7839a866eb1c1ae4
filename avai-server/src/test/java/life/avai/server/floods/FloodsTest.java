package life.avai.server.floods;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import life.avai.server.floods.Attack.Target;
import life.avai.server.support.ServerProcess;
import life.avai.server.support.TestDatabase;
import life.avai.testkit.canister.CanisterScript;
import life.avai.testkit.canister.FakeCanister;
import life.avai.testkit.identity.FakeIssuer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Floods, with honest people about: these go on being served, and when the flood is over the server
 * holds no more than before.
 *
 * <p>{@code -Dfloods.seconds=15} floods for so long, {@code -Dfloods.rounds=3} that often, {@code
 * -Dfloods.only="TYPING|READS"} with some of them alone, and prints what becomes of the honest
 * people's latency in between.
 */
class FloodsTest {
  private static final int SECONDS = Integer.getInteger("floods.seconds", 0);
  private static final int ROUNDS = Integer.getInteger("floods.rounds", 1);
  private static final String ONLY = System.getProperty("floods.only", ".*");

  private static FakeCanister canister;
  private static FakeIssuer issuer;
  private static ServerProcess server;
  private static Target target;

  /** As in production, but for the canister, which is on this machine. */
  static Map<String, String> variables(FakeCanister canister, FakeIssuer issuer) {
    Map<String, String> variables = new HashMap<>();
    variables.put("AVAI_ENV", "production");
    variables.put("AVAI_ALLOWED_ORIGINS", "https://chat.example");
    variables.put("AVAI_TRUSTED_PROXIES", "127.0.0.1");
    variables.put("AVAI_CANISTER_WS_URL", canister.url().toString());
    variables.put("CLERK_ISSUER", issuer.issuer());
    variables.put("CLERK_JWT_KEY", issuer.publicKeyPem());
    variables.put("AVAI_RATE_LIMIT_MESSAGES_PER_MINUTE", "600");
    variables.put("LOG_LEVEL", "debug");
    return variables;
  }

  @BeforeAll
  static void start(@TempDir Path directory) {
    canister = FakeCanister.start(CanisterScript.replyWith(HostileSecrets.REPLY));
    issuer = FakeIssuer.start();
    Map<String, String> variables = variables(canister, issuer);
    variables.put("DATABASE_URL", TestDatabase.fresh().variable());
    server = ServerProcess.start(directory, variables);
    target = new Target(server.port());
  }

  @AfterAll
  static void stop() {
    server.close();
    issuer.close();
    canister.close();
  }

  @ParameterizedTest
  @EnumSource
  void flood_harmsNobodyElseAndLeavesNothing(Attack attack) {
    assumeTrue(attack.name().matches(ONLY));
    ServerNumbers before = ServerNumbers.of(server);
    if (SECONDS == 0) {
      try (HonestUsers honest = HonestUsers.begin(target, 3)) {
        honest.awaitMore(5);
        attack.on(target, 1);
        honest.awaitMore(5);
      }
    } else {
      try (Crowd honest = Crowd.begin(target, 10)) {
        compare(attack, honest);
      }
    }
    assertThat(ServerNumbers.awaitBack(server, before)).isNotNull();
    // It tells all that it ever tells: LOG_LEVEL is debug.
    assertThat(HostileSecrets.in(server.output())).isEmpty();
  }

  /** How long acknowledgements take in quiet, in a flood, in quiet, and so on. */
  private static void compare(Attack attack, Crowd honest) {
    honest.awaitMore(300);
    List<Long> quiet = quiet(honest);
    for (int round = 0; round < ROUNDS; round++) {
      int mark = honest.mark();
      int times = Flood.run(target, attack, Duration.ofSeconds(SECONDS));
      List<Long> flooded = honest.since(mark);
      List<Long> after = quiet(honest);
      System.out.printf(
          "%-26s %4d times, acknowledged in (ms; half, 99 of 100): quiet %.1f %.1f, flooded %.1f"
              + " %.1f (of %d), quiet %.1f %.1f, ratio of the second %.2f%n",
          attack,
          times,
          HonestUsers.percentile(quiet, 50),
          HonestUsers.percentile(quiet, 99),
          HonestUsers.percentile(flooded, 50),
          HonestUsers.percentile(flooded, 99),
          flooded.size(),
          HonestUsers.percentile(after, 50),
          HonestUsers.percentile(after, 99),
          2
              * HonestUsers.percentile(flooded, 99)
              / (HonestUsers.percentile(quiet, 99) + HonestUsers.percentile(after, 99)));
      quiet = after;
    }
  }

  private static List<Long> quiet(Crowd honest) {
    // What the flood has left to do is over.
    honest.awaitMore(20);
    int mark = honest.mark();
    honest.awaitMore(400);
    return honest.since(mark);
  }
}
