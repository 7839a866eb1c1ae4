package life.avai.server.protocol;

import java.time.Duration;
import java.util.Map;
import life.avai.server.support.TestServer;
import life.avai.testkit.canister.CanisterScript;
import life.avai.testkit.canister.FakeCanister;
import life.avai.testkit.conformance.Conformance;
import life.avai.testkit.conformance.ConformanceTests;
import life.avai.testkit.identity.FakeIssuer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/** The same for somebody who has signed in, as with {@code --token}. */
class SignedInConformanceTest extends ConformanceTests {
  private static FakeIssuer issuer;
  private static FakeCanister canister;
  private static TestServer server;

  @BeforeAll
  static void start() {
    issuer = FakeIssuer.start();
    canister = FakeCanister.start(CanisterScript.replyWith("A number used once."));
    server = TestServer.start(canister, Map.of("CLERK_ISSUER", issuer.issuer()));
  }

  @AfterAll
  static void stop() {
    server.close();
    canister.close();
    issuer.close();
  }

  @Override
  protected Conformance conformance() {
    return new Conformance(
        server.address(),
        issuer.token("user_17").expiresIn(Duration.ofMinutes(30)).sign(),
        Conformance.of(server.address()).patience());
  }
}
