package life.avai.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import life.avai.server.support.TestServer;
import life.avai.testkit.canister.CanisterScript;
import life.avai.testkit.canister.FakeCanister;
import life.avai.testkit.canister.Step;
import life.avai.testkit.load.BenchProgram;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@code avai bench} does in each mode, a moment long, on a server that runs here. */
class BenchTest {
  @TempDir private Path out;

  @Test
  void modesOfAServerWithoutACanister_seeNoViolation() {
    try (TestServer server = TestServer.start(Map.of())) {
      String figures =
          bench(
              server, "ack", "open", "reconnect", "fairness", "--rate", "50", "--connections", "5");

      assertThat(figures)
          .contains("ack ", "ping at rate", "reconnect", "beside the limit", "beside a flood")
          .contains("violations {P4=0, P6=0, P11=0, P14=0}")
          .doesNotContain("error_");
    }
  }

  @Test
  void modesOfAServerWithACanister_seeNoViolation() {
    CanisterScript script =
        request -> List.of(Step.deltas("word ".repeat(64), 40, Duration.ZERO), Step.response());
    try (FakeCanister canister = FakeCanister.builder().script(script).start();
        TestServer server = TestServer.start(canister, Map.of())) {
      String figures = bench(server, "turn", "fan-out", "open", "--rate", "20", "--threads", "2");

      assertThat(figures)
          .contains("turn ", "turn to devices", "turn at rate", "first_delta_p99_ms")
          .contains("violations {P4=0, P6=0, P11=0, P14=0}")
          .doesNotContain("error_");
    }
  }

  private String bench(TestServer server, String... modesAndOptions) {
    var arguments = new ArrayList<>(List.of(modesAndOptions));
    arguments.addAll(
        List.of(
            "--url",
            server.address().toString(),
            "--seconds",
            "0.5",
            "--rounds",
            "1",
            "--clients",
            "2",
            "--out",
            out.toString()));
    var printed = new ByteArrayOutputStream();

    int status =
        BenchProgram.run(arguments, new PrintStream(printed, true, StandardCharsets.UTF_8));

    String figures = printed.toString(StandardCharsets.UTF_8);
    assertThat(status).describedAs(figures).isZero();
    return figures;
  }
}
