package life.avai.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
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

    Run run = serve(name.equals("PORT") ? List.of() : List.of("PORT=0"));

    assertThat(run.status()).as(run.output()).isEqualTo(1);
    assertThat(run.output().lines().toList().getLast()).startsWith("avai: " + name + ": expected ");
    assertThat(directory.resolve("data")).as("nothing was started").doesNotExist();
    if (!name.equals("AVAI_DATA_DIR")) {
      assertThat(run.output()).hasLineCount(1).doesNotContain("secret");
    }
  }

  private record Run(int status, String output) {}

  /** Runs {@code serve} in the directory with these variables and no others but the system's. */
  private Run serve(List<String> variables) throws IOException, InterruptedException {
    ProcessBuilder builder =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xshare:auto",
                "-XX:TieredStopAtLevel=1",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                "life.avai.server.Main",
                "serve")
            .directory(directory.toFile())
            .redirectErrorStream(true)
            .redirectOutput(directory.resolve("output").toFile());
    builder.environment().keySet().removeIf(name -> name.matches("(AVAI|CLERK|SUPABASE)_.*|PORT"));
    for (String variable : variables) {
      String[] parts = variable.split("=", 2);
      builder.environment().put(parts[0], parts[1]);
    }
    Process process = builder.start();
    try {
      assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
      return new Run(
          process.exitValue(),
          Files.readString(directory.resolve("output"), StandardCharsets.UTF_8));
    } finally {
      process.destroyForcibly();
    }
  }
}
