package example;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import org.junit.jupiter.api.Test;

/** Runs the fake canister as a program, as one does for a server that is not written in Java. */
class ProgramTest {
  @Test
  void theProgram_answers() throws Exception {
    Process program =
        new ProcessBuilder(
                ProcessHandle.current().info().command().orElseThrow(),
                "-cp",
                System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                "life.avai.testkit.canister.FakeCanisterProgram",
                "--port",
                "0",
                "--reply",
                "Certainly.")
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    try (var out = program.inputReader()) {
      String ready = out.readLine();
      assertThat(ready).startsWith("listening on ws://");

      try (var model = new Model(URI.create(ready.substring("listening on ".length())))) {
        assertThat(model.ask("r-1", "Will you answer?").join()).isEqualTo("Certainly.");
      }
    } finally {
      program.destroy();
    }
  }
}
