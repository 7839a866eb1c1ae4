package life.avai.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import life.avai.server.support.ServerProcess;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The real program, told what it cannot use: one line that names it, no secret, and the end. */
class StartTest {
  @TempDir private Path directory;

  @ParameterizedTest
  @CsvSource({
    "PORT, secret-port",
    "CLERK_JWT_KEY, -----BEGIN PUBLIC KEY-----secret-----END PUBLIC KEY-----",
    "AVAI_SYSTEM_PROMPT_FILE, no/such/secret/file",
    "AVAI_DATA_DIR, a-file/secret",
    "AVAI_HOST, secret.invalid"
  })
  void valueThatCannotBeUsed_endsTheProgram(String name, String value) throws Exception {
    Files.writeString(directory.resolve("a-file"), "no directory");
    Files.writeString(directory.resolve(".env"), name + "=" + value + "\nAVAI_HEARTBEAT=1d\n");

    Run run = serve(name.equals("PORT") ? Map.of() : Map.of("PORT", "0"));

    assertThat(run.status()).as(run.output()).isEqualTo(1);
    assertThat(run.output().lines().toList().getLast()).startsWith("avai: " + name + ": expected ");
    assertThat(directory.resolve("data")).as("nothing was started").doesNotExist();
    if (!name.equals("AVAI_DATA_DIR")) {
      assertThat(run.output()).hasLineCount(1).doesNotContain("secret");
    }
  }

  private record Run(int status, String output) {}

  /** Runs {@code serve} in the directory with these variables and no others but the system's. */
  private Run serve(Map<String, String> variables) {
    try (ServerProcess program = ServerProcess.launchBare(directory, variables)) {
      return new Run(program.awaitExit(), program.output());
    }
  }
}
