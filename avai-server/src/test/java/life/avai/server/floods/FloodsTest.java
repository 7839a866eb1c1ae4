package life.avai.server.floods;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.HashMap;
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
 */
class FloodsTest {
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
    ServerNumbers before = ServerNumbers.of(server);
    try (HonestUsers honest = HonestUsers.begin(target, 3)) {
      honest.awaitMore(5);
      attack.on(target, 1);
      honest.awaitMore(5);
    }
    assertThat(ServerNumbers.awaitBack(server, before)).isNotNull();
    // It tells all that it ever tells: LOG_LEVEL is debug.
    assertThat(HostileSecrets.in(server.output())).isEmpty();
  }
}
