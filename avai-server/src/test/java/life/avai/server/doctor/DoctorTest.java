package life.avai.server.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import life.avai.persistence.PostgresSettings;
import life.avai.persistence.PostgresStores;
import life.avai.server.support.TestDatabase;
import life.avai.testkit.canister.FakeCanister;
import life.avai.testkit.identity.FakeIssuer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code avai doctor}, on settings that are right and on many that are not. */
class DoctorTest {
  private static final TestDatabase DATABASE = TestDatabase.fresh();

  @TempDir private Path directory;
  private final Map<String, String> variables = new HashMap<>();
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();

  @BeforeEach
  void whatIsRight() {
    variables.put("PORT", "0");
    variables.put("DATABASE_URL", DATABASE.variable());
  }

  private int run(InstantSource clock) {
    out.reset();
    return new Doctor(new PrintStream(out, true, StandardCharsets.UTF_8), clock).run(variables);
  }

  private int run() {
    return run(Clock.systemUTC());
  }

  private String said() {
    return out.toString(StandardCharsets.UTF_8);
  }

  /** One thing is wrong, and it is this one; the line behind it says what to do. */
  private void assertWrong(String subject, String text, String remedy) {
    assertThat(run()).as(said()).isEqualTo(1);
    List<String> lines = said().lines().toList();
    String wrong =
        lines.stream().filter(line -> line.startsWith("wrong")).findFirst().orElseThrow();
    assertThat(wrong).matches("wrong +" + subject + " +.*").contains(text);
    assertThat(lines.get(lines.indexOf(wrong) + 1)).contains("-> ").contains(remedy);
    assertThat(lines.getLast()).isEqualTo("1 thing is wrong.");
    assertThat(said()).doesNotContain("hush");
  }

  @Test
  void everythingThatIsRight_isTold() {
    try (FakeIssuer issuer = FakeIssuer.start();
        FakeCanister canister = FakeCanister.start()) {
      variables.put("CLERK_ISSUER", issuer.issuer());
      variables.put("AVAI_CANISTER_WS_URL", canister.url().toString());
      variables.put("AVAI_CANISTER_TOKEN", "hush");
      variables.put("AVAI_ALLOWED_ORIGINS", "https://app.example");
      assertThat(run()).as(said()).isZero();
      assertThat(said())
          .contains("Nothing is wrong.")
          .containsPattern("ok +database +PostgreSQL 1\\d")
          .containsPattern("ok +pool ")
          .containsPattern("ok +clock +the database's clock")
          .containsPattern("ok +canister +ws://127.0.0.1:\\d+.* accepts")
          .containsPattern("ok +sign-in +1 of the keys")
          .containsPattern("ok +origins +https://app.example")
          .doesNotContain("hush", DATABASE.password(), "pooler");
    }
  }

  @Test
  void settingThatCannotBeUsed() {
    variables.put("PORT", "hush");
    assertWrong("settings", "PORT: expected a whole number", "docs/operations.md");
  }

  @Test
  void portThatIsTaken() throws IOException {
    try (ServerSocket other = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      variables.put("AVAI_HOST", "127.0.0.1");
      variables.put("PORT", Integer.toString(other.getLocalPort()));
      assertWrong("port", "cannot be listened on", "set another");
    }
  }

  @Test
  void collectorOfTraces_isMissedByNobodyElse() throws IOException {
    String variable = "OTEL_EXPORTER_OTLP_ENDPOINT";
    try (ServerSocket collector = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      variables.put(variable, "http://u:hush@127.0.0.1:" + collector.getLocalPort());
      assertThat(run()).as(said()).isZero();
      assertThat(said())
          .containsPattern("ok +traces +something listens at http://127")
          .doesNotContain("hush");
    }
    variables.put(variable, "http://u:hush@127.0.0.1:1");
    assertThat(run()).as(said()).isZero();
    assertThat(said())
        .containsPattern("note +traces +nobody is at http://127.0.0.1:1: ")
        .contains("or correct " + variable)
        .doesNotContain("hush");
  }

  @Test
  void databaseThatIsAway() {
    variables.put("DATABASE_URL", "postgresql://somebody:hush@127.0.0.1:1/none?sslmode=disable");
    assertWrong("database", "127.0.0.1:1/none cannot be reached", "is it running");
    assertThat(said()).doesNotContain("somebody");
  }

  @Test
  void passwordThatIsRefused() {
    variables.put("DATABASE_URL", DATABASE.url() + "?user=" + DATABASE.user() + "&password=hush");
    assertWrong("database", "refuses the user or the password", "DATABASE_URL");
  }

  @Test
  void databaseThatIsNotThere() {
    variables.put("DATABASE_URL", DATABASE.variable().replaceFirst("/test_\\d+", "/nothing_here"));
    assertWrong("database", "is no database there", "create it");
  }

  @Test
  void schemaOfANewerProgram() throws SQLException {
    TestDatabase newer = TestDatabase.fresh();
    try (PostgresStores stores =
        new PostgresStores(PostgresSettings.of(newer.url(), newer.user(), newer.password()))) {
      stores.migrate();
    }
    execute(
        newer,
        """
        insert into flyway_schema_history
          select 1000, '999', 'future', 'SQL', 'V999__future.sql', 1, 'x', now(), 1, true\
        """);
    variables.put("DATABASE_URL", newer.variable());
    assertWrong("schema", "newer AVAI (version 999)", "start that version");
  }

  @Test
  void userWhoMayNotMigrate() throws SQLException {
    TestDatabase guarded = TestDatabase.fresh();
    execute(guarded, "create role guest_of_doctor login password 'hush-hush'");
    try {
      execute(guarded, "revoke all on schema public from public");
      variables.put("DATABASE_URL", guarded.url() + "?user=guest_of_doctor&password=hush-hush");
      assertWrong("schema", "which this user may not do", "grant create");
    } finally {
      execute(guarded, "drop role guest_of_doctor");
    }
  }

  @Test
  void poolThatTheDatabaseCannotServe() {
    variables.put("AVAI_DB_POOL_SIZE", "900");
    assertWrong("pool", "AVAI_DB_POOL_SIZE is 900", "max_connections");
  }

  @Test
  void pooler_isMissedWhereItWasPromised() {
    variables.put("DATABASE_URL", DATABASE.variable() + "&prepareThreshold=0");
    assertThat(run()).as(said()).isZero();
    assertThat(said()).containsPattern("note +pooler +.*none was noticed");
  }

  @Test
  void clockThatIsWrong() {
    assertThat(run(InstantSource.offset(Clock.systemUTC(), Duration.ofMinutes(2))))
        .as(said())
        .isEqualTo(1);
    assertThat(said())
        .containsPattern("wrong +clock +the database's clock is 1\\d{5} ms from ours");
  }

  @Test
  void directoryThatCannotBeWritten() throws IOException {
    variables.remove("DATABASE_URL");
    Path file = Files.writeString(directory.resolve("file"), "no directory");
    variables.put("AVAI_DATA_DIR", file.resolve("data").toString());
    assertWrong("data", "cannot be written to", "AVAI_DATA_DIR");
  }

  @Test
  void directoryThatIsNotThereYet_isNotMade() {
    variables.remove("DATABASE_URL");
    variables.put("AVAI_DATA_DIR", directory.resolve("data").toString());
    int status = run();
    assertThat(said()).contains("none yet; serve makes it").containsPattern("disk +\\d+ MiB");
    assertThat(directory).isEmptyDirectory();
    assertThat(status).as(said()).isIn(0, 1);
  }

  @Test
  void canisterThatIsAway() {
    variables.put("AVAI_CANISTER_WS_URL", "ws://127.0.0.1:1/?key=hush");
    assertWrong("canister", "ws://127.0.0.1:1 refuses connections", "is it running");
  }

  @Test
  void canisterThatWantsAToken() {
    try (FakeCanister canister = FakeCanister.start()) {
      canister.switches().requireToken("secret-of-the-canister");
      variables.put("AVAI_CANISTER_WS_URL", canister.url().toString());
      assertWrong("canister", "does not let us in (status 401)", "set AVAI_CANISTER_TOKEN");
      variables.put("AVAI_CANISTER_TOKEN", "hush");
      assertWrong("canister", "does not let us in", "correct AVAI_CANISTER_TOKEN");
      variables.put("AVAI_CANISTER_TOKEN", "secret-of-the-canister");
      assertThat(run()).as(said()).isZero();
    }
  }

  @Test
  void canisterThatSpeaksNoTls() {
    try (FakeCanister canister = FakeCanister.start()) {
      variables.put("AVAI_CANISTER_WS_URL", canister.url().toString().replaceFirst("^ws:", "wss:"));
      assertWrong("canister", "", "ws://");
    }
  }

  @Test
  void keysThatCannotBeHad() {
    variables.put("CLERK_ISSUER", "http://127.0.0.1:1");
    assertWrong("sign-in", "cannot be had", "CLERK_JWT_KEY");
  }

  @Test
  void addressWithoutKeys() {
    try (FakeIssuer issuer = FakeIssuer.start()) {
      variables.put("CLERK_JWKS_URL", issuer.issuer() + "/nothing/here");
      assertWrong("sign-in", "(status 404)", "CLERK_JWKS_URL");
    }
  }

  @Test
  void keyThatIsNone() {
    variables.put("CLERK_JWT_KEY", "-----BEGIN PUBLIC KEY-----hush-----END PUBLIC KEY-----");
    assertWrong("sign-in", "is no RSA public key", "dashboard");
  }

  @Test
  void originsThatCannotSignIn_areNoted() {
    try (FakeIssuer issuer = FakeIssuer.start()) {
      variables.put("CLERK_JWT_KEY", issuer.publicKeyPem());
      variables.put("AVAI_ALLOWED_ORIGINS", "https://a.example,https://b.example");
      variables.put("CLERK_AUTHORIZED_PARTIES", "https://a.example");
      assertThat(run()).as(said()).isZero();
      assertThat(said()).containsPattern("note +sign-in +not every origin");
    }
  }

  private static void execute(TestDatabase database, String statement) throws SQLException {
    try (Connection connection = database.dataSource().getConnection();
        Statement running = connection.createStatement()) {
      running.execute(statement);
    }
  }
}
