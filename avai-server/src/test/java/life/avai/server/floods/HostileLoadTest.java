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
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
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
  private static final Duration LINE_EVERY = Duration.ofMinutes(1);

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
        List<Long> latencies = new ArrayList<>();
        int rounds = 0;
        Set<String> acknowledged = new HashSet<>();
        Set<String> sessions = new HashSet<>();
        long begun = System.nanoTime();
        long end = begun + LENGTH.toNanos();
        long nextLine = begun;
        report("before", 0, 0, latencies, before);
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
            latencies.addAll(honest.latencies());
          }
          ServerNumbers now = ServerNumbers.awaitBack(server, before);
          rounds++;
          if (System.nanoTime() - nextLine > 0) {
            nextLine += LINE_EVERY.toNanos();
            long minutes = TimeUnit.NANOSECONDS.toMinutes(System.nanoTime() - begun);
            report("minute " + minutes, rounds, acknowledged.size(), latencies, now);
          }
        }
        report("after", rounds, acknowledged.size(), latencies, ServerNumbers.of(server));
        assertThat(Set.copyOf(database.all("SELECT id::text FROM messages")))
            .containsAll(acknowledged);
        assertThat(
                database.all(
                    "SELECT id::text FROM messages WHERE content LIKE '%"
                        + HostileSecrets.REFUSED.strip()
                        + "%'"))
            .isEmpty();
        String output = server.output();
        assertThat(HostileSecrets.in(output)).isEmpty();
        assertThat(tokensIn(output, sessions)).isEmpty();
        assertThat(output.lines().filter(line -> line.matches(".*(LEAK|OutOfMemory| ERROR ).*")))
            .isEmpty();
      }
    }
  }

  /**
   * Those of many tokens that are in a long text: every piece of it that could be one is looked up.
   */
  private static Set<String> tokensIn(String text, Set<String> tokens) {
    Set<String> found = new HashSet<>();
    int length = tokens.iterator().next().length();
    Matcher words = Pattern.compile("[A-Za-z0-9_-]{" + length + ",}").matcher(text);
    while (words.find()) {
      for (int from = words.start(); from + length <= words.end(); from++) {
        String piece = text.substring(from, from + length);
        if (tokens.contains(piece)) {
          found.add(piece);
        }
      }
    }
    return found;
  }

  private static void report(
      String when, int rounds, int acknowledged, List<Long> latencies, ServerNumbers now) {
    System.out.printf(
        "hostile load, %s: rounds %d, acknowledged %d, in %.1f ms (half), %.1f ms (99 of 100),"
            + " %s%n",
        when,
        rounds,
        acknowledged,
        HonestUsers.percentile(latencies, 50),
        HonestUsers.percentile(latencies, 99),
        now);
  }

  /** Each of these must be answered with an error, and never be found anywhere. */
  private static void sendWhatIsRefused(Target target) {
    String text = HostileSecrets.REFUSED;
    try (TestClient nobody = target.honest(10)) {
      assertRefused(nobody, "AUTH_REQUIRED", "thread_id", "new", "content", text);
    }
    try (TestClient somebody = target.somebody(11);
        TestClient another = target.somebody(12)) {
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
