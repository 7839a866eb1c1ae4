package life.avai.testkit.canister;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.util.List;
import org.junit.jupiter.api.Test;

class FakeCanisterProgramTest {
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();

  @Test
  void answersAsItsOptionsSay() throws Exception {
    try (var canister =
            start(
                "--port", "0", "--reply-chars", "12", "--chunk-chars", "5", "--delta-delay", "1");
        var asker = new Asker(canister.url())) {
      assertThat(out.toString(UTF_8))
          .isEqualTo("listening on " + canister.url() + System.lineSeparator());
      asker.ask("r1");
      var frames = asker.untilOutcome();
      assertThat(frames).hasSize(4);
      assertThat(frames.getLast().string("response")).isEqualTo("word word wo");
      assertThat(canister.received()).isEmpty();
    }
  }

  @Test
  void withoutDeltas_repeatsTheQuestion() throws Exception {
    try (var canister = start("--port", "0", "--chunk-chars", "0");
        var asker = new Asker(canister.url())) {
      asker.ask("r1");
      assertThat(asker.next().string("response")).isEqualTo("You said: Hi");
    }
  }

  @Test
  void wrongOptions_areNamed() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> start("--pace", "1"))
        .withMessage("--pace: no such option");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> start("--port"))
        .withMessage("--port: value missing");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> start("--delta-delay", "-1"))
        .withMessage("--delta-delay: -1 (expected: 0 or more)");
  }

  private FakeCanister start(String... arguments) {
    return FakeCanisterProgram.start(List.of(arguments), new PrintStream(out, true, UTF_8));
  }
}
