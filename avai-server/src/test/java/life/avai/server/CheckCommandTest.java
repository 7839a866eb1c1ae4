package life.avai.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Map;
import life.avai.persistence.PostgresSettings;
import life.avai.persistence.PostgresStores;
import life.avai.persistence.TestPostgres;
import life.avai.persistence.embedded.EmbeddedPostgres;
import life.avai.persistence.embedded.EmbeddedPostgresSettings;
import life.avai.server.support.TestServer;
import life.avai.testkit.canister.CanisterScript;
import life.avai.testkit.canister.FakeCanister;
import life.avai.testkit.client.Acknowledgement;
import life.avai.testkit.client.TestClient;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code avai check}, as an operator calls it. */
class CheckCommandTest {
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  private int check(Map<String, String> variables) {
    out.reset();
    err.reset();
    return new CheckCommand(
            new PrintStream(out, true, StandardCharsets.UTF_8),
            new PrintStream(err, true, StandardCharsets.UTF_8))
        .run(variables);
  }

  private String out() {
    return out.toString(StandardCharsets.UTF_8);
  }

  private String err() {
    return err.toString(StandardCharsets.UTF_8);
  }

  @Test
  void liveServer_isSound_andAChangedRowIsTold() throws SQLException {
    String url = TestPostgres.freshDatabaseUrl();
    try (FakeCanister canister = FakeCanister.start(CanisterScript.replyWith("It looks safe."));
        TestServer server = TestServer.start(canister, Map.of("DATABASE_URL", url));
        TestClient client = server.anonymous()) {
      Acknowledgement sent = client.say("new", "Is this confidential?");
      assertThat(client.awaitReply(sent.requestId()).content()).isEqualTo("It looks safe.");
      String id = client.request("regenerate", "thread_id", sent.threadId()).string("request_id");
      assertThat(client.awaitReply(id).content()).isEqualTo("It looks safe.");

      assertThat(check(Map.of("DATABASE_URL", url))).isEqualTo(CheckCommand.SOUND);
      assertThat(out()).isEqualTo("Nothing is wrong: 1 threads, 3 messages, 2 turns\n");

      try (Connection connection =
              DriverManager.getConnection(
                  "jdbc:postgresql://" + url.substring(url.indexOf('@') + 1),
                  TestPostgres.server().user(),
                  TestPostgres.server().password());
          Statement statement = connection.createStatement()) {
        statement.execute("update threads set message_count = 17");
      }
      assertThat(check(Map.of("DATABASE_URL", url))).isEqualTo(CheckCommand.WRONG);
      assertThat(out())
          .contains("COUNTERS: thread " + sent.threadId() + ": message_count 17")
          .doesNotContain("confidential");
    }
  }

  @Test
  void databaseThatIsAway_isNotChecked() {
    int status = check(Map.of("DATABASE_URL", "postgresql://a:verysecret@127.0.0.1:1/none"));
    assertThat(status).isEqualTo(CheckCommand.NOT_CHECKED);
    assertThat(err()).contains("cannot be read").doesNotContain("verysecret");
    assertThat(out()).isEmpty();
  }

  @Test
  void databaseWithoutTables_isNotChecked_andTheLineIsShort() {
    int status = check(Map.of("DATABASE_URL", TestPostgres.freshDatabaseUrl()));
    assertThat(status).isEqualTo(CheckCommand.NOT_CHECKED);
    assertThat(err()).contains("has no tables of AVAI").doesNotContain("select").hasLineCount(1);
  }

  @Test
  void settingThatCannotBeUsed_isToldAsServeTellsIt() {
    assertThat(check(Map.of("DATABASE_URL", "nonsense"))).isEqualTo(CheckCommand.NOT_CHECKED);
    assertThat(err()).contains("DATABASE_URL");
  }

  @Test
  void embeddedDatabase_isCheckedBesideItsServerAndAlone(@TempDir Path data) throws Exception {
    // As root PostgreSQL may run as another user, who must get to its files.
    Files.setPosixFilePermissions(data, PosixFilePermissions.fromString("rwxr-xr-x"));
    Map<String, String> variables = Map.of("AVAI_DATA_DIR", data.toString());
    assertThat(check(variables)).isEqualTo(CheckCommand.NOT_CHECKED);
    assertThat(err()).contains("there is no database in");
    assertThat(data).isEmptyDirectory();

    Path home = data.toAbsolutePath().resolve("postgres");
    try (EmbeddedPostgres server = EmbeddedPostgres.start(EmbeddedPostgresSettings.forTests(home));
        PostgresStores stores =
            new PostgresStores(
                PostgresSettings.of(server.jdbcUrl(), server.user(), server.password()))) {
      stores.migrate();
      assertThat(check(variables)).as("%s", err()).isEqualTo(CheckCommand.SOUND);
    }
    assertThat(check(variables)).as("%s", err()).isEqualTo(CheckCommand.SOUND);
  }
}
