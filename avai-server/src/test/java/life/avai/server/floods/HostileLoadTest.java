package life.avai.server.floods;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import life.avai.server.floods.Attack.Target;
import life.avai.server.support.ServerProcess;
import life.avai.server.support.TestDatabase;
import life.avai.testkit.canister.CanisterScript;
import life.avai.testkit.canister.FakeCanister;
import life.avai.testkit.client.TestClient;
import life.avai.testkit.identity.FakeIssuer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/**
 * Everything at once, for {@code -Dhostile.minutes=60}, and then a look at what is left: in memory,
 * in the database and in the logs.
 */
@EnabledIfSystemProperty(named = "hostile.minutes", matches = "\\d+")
class HostileLoadTest {
  private static final Duration LENGTH =
      Duration.ofMinutes(Integer.getInteger("hostile.minutes", 1));

  @Test
  void serverUnderHostileLoad_servesStaysFlatAndKeepsSecrets(@TempDir Path directory)
      throws InterruptedException {
    TestDatabase database = TestDatabase.fresh();
    try (FakeCanister canister =
            FakeCanister.start(CanisterScript.replyWith(HostileSecrets.REPLY));
        FakeIssuer issuer = FakeIssuer.start()) {
      Map<String, String> variables = FloodsTest.variables(canister, issuer);
      variables.put("DATABASE_URL", database.variable());
      try (ServerProcess server = ServerProcess.start(directory, variables)) {
        Target target = new Target(server.port());
        // What is loaded once is loaded before the first look.
        for (Attack attack : Attack.values()) {
          attack.on(target, 1);
        }
        ServerNumbers before = ServerNumbers.of(server);
        List<ServerNumbers> every = new ArrayList<>();
        Set<String> acknowledged = new HashSet<>();
        Set<String> sessions = new HashSet<>();
        long end = System.nanoTime() + LENGTH.toNanos();
        SplittableRandom random = new SplittableRandom(1);
        while (System.nanoTime() < end) {
          try (HonestUsers honest = HonestUsers.begin(target, 5)) {
            List<Thread> attacks = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
              Attack attack = Attack.values()[random.nextInt(Attack.values().length)];
              attacks.add(Thread.ofVirtual().start(() -> attack.on(target, 2)));
            }
            sendWhatIsRefused(target);
            for (Thread attack : attacks) {
              attack.join();
            }
            honest.awaitMore(20);
            acknowledged.addAll(honest.acknowledged());
            sessions.addAll(honest.sessions());
          }
          every.add(ServerNumbers.awaitBack(server, before));
        }
        System.out.println(
            "hostile load: rounds "
                + every.size()
                + ", acknowledged "
                + acknowledged.size()
                + "\n  before "
                + before
                + "\n  after  "
                + every.getLast());
        assertThat(Set.copyOf(database.all("SELECT id::text FROM messages")))
            .containsAll(acknowledged);
        assertThat(
                database.all(
                    "SELECT id::text FROM messages WHERE content LIKE '%"
                        + HostileSecrets.REFUSED.strip()
                        + "%'"))
            .isEmpty();
        assertThat(server.output())
            .doesNotContain(
                HostileSecrets.MESSAGE.strip(),
                HostileSecrets.REPLY,
                HostileSecrets.BAD_TOKEN,
                HostileSecrets.REFUSED.strip());
        assertThat(sessions).noneMatch(session -> server.output().contains(session));
        assertThat(server.output()).doesNotContain("LEAK", "OutOfMemory", " ERROR ");
      }
    }
  }

  /** Each of these must be answered with an error, and never be found anywhere. */
  private static void sendWhatIsRefused(Target target) {
    try (TestClient nobody = target.honest(10);
        TestClient somebody = target.honest(11);
        TestClient another = target.honest(12)) {
      String text = HostileSecrets.REFUSED;
      assertRefused(nobody, "AUTH_REQUIRED", "thread_id", "new", "content", text);
      somebody.authenticateAnonymously();
      another.authenticateAnonymously();
      String thread = another.request("create_thread").object("thread").string("id");
      assertRefused(somebody, "THREAD_NOT_FOUND", "thread_id", thread, "content", text);
      assertRefused(somebody, "MISSING_THREAD_ID", "content", text);
      assertRefused(
          somebody, "CONTENT_TOO_LARGE", "thread_id", "new", "content", text + "x".repeat(32_000));
      assertRefused(somebody, "INVALID_CONTENT", "thread_id", "new", "content", text + '\u0000');
      assertRefused(
          somebody, "INVALID_MESSAGE", "thread_id", "new", "content", text, "content_type", "x");
      String first = somebody.say("new", "kept").threadId();
      assertRefused(
          somebody, "CONFLICT", "thread_id", first, "content", text, "expected_position", 99);
    }
  }

  private static void assertRefused(TestClient client, String code, Object... fields) {
    assertThat(client.request("send_message", fields).string("code")).isEqualTo(code);
  }
}
