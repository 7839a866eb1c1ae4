package life.avai.persistence.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EmbeddedPostgresTest {
  @TempDir private Path home;

  private EmbeddedPostgresSettings durable() {
    return EmbeddedPostgresSettings.durable(home)
        .withBinaries(EmbeddedPostgresSettings.forTests(home).binaries());
  }

  @Test
  void start_durable_losesNothingAndIsReachableByUsAlone() throws Exception {
    try (var postgres = EmbeddedPostgres.start(durable().withMaxConnections(17))) {
      assertThat(setting(postgres, "fsync")).isEqualTo("on");
      assertThat(setting(postgres, "full_page_writes")).isEqualTo("on");
      assertThat(setting(postgres, "synchronous_commit")).isEqualTo("on");
      assertThat(setting(postgres, "max_connections")).isEqualTo("17");
      assertThat(setting(postgres, "listen_addresses")).isEqualTo("127.0.0.1");
      assertThat(setting(postgres, "unix_socket_directories")).isEmpty();
      assertThat(Sql.query(postgres, "select rolpassword from pg_authid where rolcanlogin"))
          .startsWith("SCRAM-SHA-256$");
      assertThat(permissions("password")).isEqualTo("rw-------");
      assertThat(permissions("postgres.log")).isEqualTo("rw-------");
      assertThat(permissions("data")).isEqualTo("rwx------");
      assertThatThrownBy(
              () -> DriverManager.getConnection(postgres.jdbcUrl(), postgres.user(), "wrong"))
          .isInstanceOfSatisfying(
              SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo("28P01"));
    }
  }

  private static String setting(EmbeddedPostgres postgres, String name) throws SQLException {
    return Sql.query(postgres, "show " + name);
  }

  private String permissions(String file) throws Exception {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(home.resolve(file)));
  }

  @Test
  void start_forTests_waitsForNoDisk() throws Exception {
    try (var postgres = EmbeddedPostgres.start(EmbeddedPostgresSettings.forTests(home))) {
      assertThat(setting(postgres, "fsync")).isEqualTo("off");
      assertThat(setting(postgres, "synchronous_commit")).isEqualTo("on");
    }
  }

  @Test
  void start_again_findsDataAndPassword() throws Exception {
    String password;
    try (var postgres = EmbeddedPostgres.start(durable())) {
      password = postgres.password();
      Sql.execute(postgres, "create table kept as select 42 as n");
    }
    assertThat(home.resolve("data/postmaster.pid")).doesNotExist();

    try (var postgres = EmbeddedPostgres.start(durable())) {
      assertThat(postgres.password()).isEqualTo(password);
      assertThat(Sql.query(postgres, "select n from kept")).isEqualTo("42");
    }
  }

  @Test
  void start_whenAFirstStartWasCutShort_beginsAnew() throws Exception {
    Path unfinished = Files.createDirectories(home.resolve("data.partial-1/base"));
    Files.writeString(home.resolve("data.partial-1/PG_VERSION"), "18\n");

    try (var postgres = EmbeddedPostgres.start(durable())) {
      assertThat(Sql.query(postgres, "select 1")).isEqualTo("1");
      assertThat(unfinished).doesNotExist();
    }
  }

  @Test
  void start_onATakenPort_takesTheNext() throws Exception {
    Path other = Files.createDirectory(home.resolve("other"));
    try (var first =
        EmbeddedPostgres.start(EmbeddedPostgresSettings.forTests(home.resolve("first")))) {
      var ports = new ArrayDeque<>(List.of(first.port(), freePort()));
      try (var second =
          EmbeddedPostgres.start(
              EmbeddedPostgresSettings.forTests(other), ServerAccount::choose, ports::remove)) {
        assertThat(second.port()).isNotEqualTo(first.port());
        assertThat(ports).isEmpty();
        assertThat(Sql.query(second, "show port")).isEqualTo(Integer.toString(second.port()));
      }
    }
  }

  private static int freePort() throws Exception {
    try (var socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    }
  }

  @Test
  void start_whenPostgresRefuses_tellsWhatItSaidAndGivesTheDirectoryBack() throws Exception {
    EmbeddedPostgres.start(durable()).close();
    Path configuration = home.resolve("data/postgresql.conf");
    String before = Files.readString(configuration);
    Files.writeString(configuration, before + "\nno_such_setting = 1\n");

    assertThatThrownBy(() -> EmbeddedPostgres.start(durable()))
        .isInstanceOf(EmbeddedPostgresException.class)
        .hasMessageContaining("unrecognized configuration parameter \"no_such_setting\"");

    Files.writeString(configuration, before);
    EmbeddedPostgres.start(durable()).close();
  }

  @Test
  void start_whenItIsNotReadyInTime_leavesNothingRunning() throws Exception {
    EmbeddedPostgres.start(durable()).close();
    // A standby that takes no readers is never ready.
    Path standby = Files.createFile(home.resolve("data/standby.signal"));
    Files.writeString(home.resolve("data/postgresql.auto.conf"), "hot_standby = off\n");

    assertThatThrownBy(
            () -> EmbeddedPostgres.start(durable().withStartTimeout(Duration.ofSeconds(1))))
        .isInstanceOf(EmbeddedPostgresException.class)
        .hasMessageContaining("was not ready after PT1S")
        .hasMessageContaining("entering standby mode");

    assertThat(home.resolve("data/postmaster.pid")).doesNotExist();
    Files.delete(standby);
    EmbeddedPostgres.start(durable()).close();
  }

  @Test
  void start_onDataOfAnotherVersion_saysWhatToDo() throws Exception {
    EmbeddedPostgres.start(EmbeddedPostgresSettings.forTests(home)).close();
    Files.writeString(home.resolve("data/PG_VERSION"), "17\n");

    assertThatThrownBy(() -> EmbeddedPostgres.start(durable()))
        .isInstanceOf(EmbeddedPostgresException.class)
        .hasMessageContaining("made by PostgreSQL 17 and the included one is 18")
        .hasMessageContaining("DATABASE_URL");
  }

  @Test
  void start_withoutTheRightPassword_saysWhichFile() throws Exception {
    EmbeddedPostgres.start(EmbeddedPostgresSettings.forTests(home)).close();
    Path password = home.resolve("password");

    Files.writeString(password, "another");
    assertThatThrownBy(() -> EmbeddedPostgres.start(durable()))
        .hasMessageContaining("does not accept the password in " + password.toRealPath());

    Files.delete(password);
    assertThatThrownBy(() -> EmbeddedPostgres.start(durable()))
        .hasMessageContaining("is missing: put " + home.toRealPath().resolve("password"));
  }

  @Test
  void restart_whileRunning_keepsDataAndPort() throws Exception {
    try (var postgres = EmbeddedPostgres.start(durable())) {
      Sql.execute(postgres, "create table kept as select 42 as n");
      String url = postgres.jdbcUrl();

      postgres.restart();

      assertThat(postgres.jdbcUrl()).isEqualTo(url);
      assertThat(Sql.query(postgres, "select n from kept")).isEqualTo("42");
    }
  }

  @Test
  void restart_afterKill_recoversWhatWasCommitted() throws Exception {
    try (var postgres = EmbeddedPostgres.start(durable())) {
      Sql.execute(postgres, "create table kept as select 42 as n");
      try (var open = Sql.connect(postgres)) {
        open.setAutoCommit(false);
        open.createStatement().execute("insert into kept values (43)");

        postgres.kill();

        assertThatThrownBy(open::commit).isInstanceOf(SQLException.class);
      }
      assertThatThrownBy(() -> Sql.query(postgres, "select 1")).isInstanceOf(SQLException.class);

      postgres.restart();

      assertThat(Sql.query(postgres, "select string_agg(n::text, ',') from kept")).isEqualTo("42");
      assertThat(Files.readString(home.resolve("postgres.log")))
          .contains("was not properly shut down");
    }
  }

  @Test
  void restart_afterTheFirstProcessWasKilled_waitsForTheOthers() throws Exception {
    try (var postgres = EmbeddedPostgres.start(durable());
        var session = Sql.connect(postgres);
        var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      Sql.execute(postgres, "create table kept as select 42 as n");
      // A stopped process cannot notice that the first one is gone, and keeps the shared memory.
      ProcessHandle other = ProcessHandle.of(backend(session)).orElseThrow();
      assertThat(ChildProcesses.succeeds(List.of("/bin/sh", "-c", "kill -STOP " + other.pid())))
          .isTrue();
      long first = PostmasterFile.read(home.resolve("data")).orElseThrow().pid();
      ProcessHandle.of(first).orElseThrow().destroyForcibly();

      var restart = threads.submit(postgres::restart);
      awaitInLog("is still in use");
      other.destroyForcibly();
      restart.get();

      assertThat(Sql.query(postgres, "select n from kept")).isEqualTo("42");
    }
  }

  private static long backend(Connection session) throws SQLException {
    try (var rows = session.createStatement().executeQuery("select pg_backend_pid()")) {
      rows.next();
      return rows.getLong(1);
    }
  }

  /** PostgreSQL tells nobody but its log, so this has to look again and again. */
  private void awaitInLog(String words) throws IOException {
    Deadline deadline = Deadline.in(Duration.ofSeconds(20));
    while (!Files.readString(home.resolve("postgres.log")).contains(words)) {
      assertThat(deadline.passed()).as("no \"%s\" in the log", words).isFalse();
      LockSupport.parkNanos(Duration.ofMillis(10).toNanos());
    }
  }

  @Test
  void createDatabase_isEmptyAndApart() throws Exception {
    try (var postgres = EmbeddedPostgres.start(EmbeddedPostgresSettings.forTests(home))) {
      Sql.execute(postgres, "create table elsewhere (n int)");

      String url = postgres.createDatabase("fresh_1");

      try (var connection = DriverManager.getConnection(url, postgres.user(), postgres.password());
          var rows =
              connection
                  .createStatement()
                  .executeQuery("select current_database(), to_regclass('elsewhere')")) {
        rows.next();
        assertThat(rows.getString(1)).isEqualTo("fresh_1");
        assertThat(rows.getString(2)).isNull();
      }
      assertThatThrownBy(() -> postgres.createDatabase("fresh_1"))
          .isInstanceOf(EmbeddedPostgresException.class);
      assertThatIllegalArgumentException().isThrownBy(() -> postgres.createDatabase("a\"; --"));
    }
  }

  @Test
  void close_twice_isOnce_andNothingStartsAfterIt() {
    var postgres = EmbeddedPostgres.start(EmbeddedPostgresSettings.forTests(home));
    postgres.close();
    postgres.close();

    assertThatIllegalStateException().isThrownBy(postgres::restart);
    assertThatIllegalStateException().isThrownBy(postgres::kill);
  }

  @Test
  void log_ofAFailedStatement_holdsNothingThatPeopleWrote() throws Exception {
    try (var postgres = EmbeddedPostgres.start(EmbeddedPostgresSettings.forTests(home))) {
      Sql.execute(postgres, "create table words (word text check (length(word) < 3) unique)");
      assertThatThrownBy(() -> Sql.execute(postgres, "insert into words values ('sesame')"))
          .isInstanceOf(SQLException.class);

      assertThat(Files.readString(home.resolve("postgres.log")))
          .contains("violates check constraint")
          .doesNotContain("sesame");
    }
  }
}
