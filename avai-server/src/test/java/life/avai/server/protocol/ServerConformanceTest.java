package life.avai.server.protocol;

import java.util.Map;
import life.avai.server.support.TestServer;
import life.avai.testkit.canister.CanisterScript;
import life.avai.testkit.canister.FakeCanister;
import life.avai.testkit.conformance.Conformance;
import life.avai.testkit.conformance.ConformanceTests;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/** Our server holds to every statement that the conformance kit can check. */
class ServerConformanceTest extends ConformanceTests {
  private static FakeCanister canister;
  private static TestServer server;

  @BeforeAll
  static void start() {
    canister = FakeCanister.start(CanisterScript.replyWith("A number used once, \ud83d\ude42."));
    server = TestServer.start(canister, Map.of());
  }

  @AfterAll
  static void stop() {
    server.close();
    canister.close();
  }

  @Override
  protected Conformance conformance() {
    return Conformance.of(server.address());
  }
}
