package life.avai.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import life.avai.server.support.ServerProcess;
import life.avai.server.support.TestDatabase;
import org.junit.jupiter.api.Test;
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

  @ParameterizedTest
  @CsvSource({"order, '42601, a word of SQL'", "theirs, '42P07, somebody else has a table users'"})
  void schemaThatCannotBeOurs_endsTheProgram_inOneLine(String schema, String why) {
    TestDatabase database = TestDatabase.fresh();
    database.run("create schema theirs create table users (id integer)");

    Run run =
        serve(Map.of("PORT", "0", "DATABASE_URL", database.variable(), "AVAI_DB_SCHEMA", schema));

    assertThat(run.status()).as(why).isEqualTo(1);
    assertThat(run.output().lines().toList().getLast())
        .startsWith("avai: AVAI_DB_SCHEMA: expected ")
        .contains("ERROR: ");
  }

  @Test
  void databaseThatRefusesThePassword_isTriedForEver_andTheLogSaysWhy() {
    TestDatabase database = TestDatabase.fresh();
    String wrong = database.url() + "?user=" + database.user() + "&password=verysecret";
    try (ServerProcess server = ServerProcess.start(directory, Map.of("DATABASE_URL", wrong))) {
      assertThat(server.output())
          .contains("it refuses the user, the password", "28P01")
          .doesNotContain("verysecret");
    }
  }

  @Test
  void addressOfIpv6_isToldAsUrlsWriteIt() throws IOException {
    assumeThat(NetworkInterface.getByInetAddress(InetAddress.getByName("::1"))).isNotNull();
    Map<String, String> variables =
        Map.of("AVAI_HOST", "::1", "DATABASE_URL", TestDatabase.fresh().variable());
    try (ServerProcess server = ServerProcess.start(directory, variables)) {
      assertThat(server.output())
          .contains("AVAI is ready at http://[::1]:" + server.port() + "/")
          .contains("listening on [::1]:" + server.port() + " version=")
          .doesNotContain("listening on [::1]:0")
          .doesNotContainPattern("(?m) $");
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
