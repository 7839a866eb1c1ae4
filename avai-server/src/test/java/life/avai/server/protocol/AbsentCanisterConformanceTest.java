package life.avai.server.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import life.avai.server.support.TestServer;
import life.avai.testkit.conformance.Conformance;
import life.avai.testkit.conformance.Verdict;
import life.avai.testkit.conformance.Verdict.Outcome;
import org.junit.jupiter.api.Test;

/** Without a canister some other statements can be checked. */
class AbsentCanisterConformanceTest {
  @Test
  void disabledAndUnavailable_areCheckedInTheirTurn() {
    try (TestServer server = TestServer.start(Map.of())) {
      assertThat(turns(server))
          .noneMatch(verdict -> verdict.outcome() == Outcome.FAILS)
          .anyMatch(verdict -> holds(verdict, "ai_unavailable with final true"));
    }
    try (TestServer server =
        TestServer.start(Map.of("AVAI_CANISTER_WS_URL", "ws://127.0.0.1:1/"))) {
      assertThat(turns(server))
          .noneMatch(verdict -> verdict.outcome() == Outcome.FAILS)
          .anyMatch(verdict -> holds(verdict, "ai_unavailable with final false"));
    }
  }

  private static List<Verdict> turns(TestServer server) {
    Conformance conformance = Conformance.of(server.address());
    return Conformance.statements().stream()
        .filter(statement -> statement.topic().equals("turns"))
        .map(conformance::check)
        .toList();
  }

  private static boolean holds(Verdict verdict, String words) {
    return verdict.outcome() == Outcome.HOLDS && verdict.statement().says().contains(words);
  }
}
