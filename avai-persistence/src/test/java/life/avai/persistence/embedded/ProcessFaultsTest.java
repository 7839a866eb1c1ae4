package life.avai.persistence.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.ProcessBuilder.Redirect;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What becomes of the server when processes are killed, and when two want one directory. */
class ProcessFaultsTest {
  @TempDir private Path home;
  private Process program;

  private EmbeddedPostgresSettings settings() {
    return EmbeddedPostgresSettings.durable(home)
        .withBinaries(EmbeddedPostgresSettings.forTests(home).binaries());
  }

  /** Starts the other program and returns the first line that it prints. */
  private String run() throws IOException {
    program =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                HoldPostgres.class.getName(),
                home.toString())
            .redirectError(Redirect.INHERIT)
            .start();
    BufferedReader output = program.inputReader();
    return output.readLine();
  }

  @AfterEach
  void endProgram() throws InterruptedException {
    if (program != null) {
      program.destroyForcibly().waitFor();
    }
  }

  private ProcessHandle server() throws IOException {
    long pid = PostmasterFile.read(home.toRealPath().resolve("data")).orElseThrow().pid();
    return ProcessHandle.of(pid).orElseThrow();
  }

  /** The shells that watch over the server on our directory, and what they run. */
  private List<ProcessHandle> watchdogs() throws IOException {
    String data = home.toRealPath().resolve("data").toString();
    return ProcessHandle.allProcesses()
        .filter(process ->
            process
                .info()
                .commandLine()
                .filter(line -> line.contains("avai-postgres-watchdog") && line.contains(data))
                .isPresent())
        .toList();
  }

  @Test
  void aKilledProgram_takesItsServerDownCleanly() throws Exception {
    assertThat(run()).isEqualTo("READY");
    ProcessHandle server = server();

    program.destroyForcibly().waitFor();

    server.onExit().get(20, TimeUnit.SECONDS);
    try (var postgres = EmbeddedPostgres.start(settings())) {
      assertThat(Sql.query(postgres, "select n from kept")).isEqualTo("42");
    }
    assertThat(Files.readString(home.resolve("postgres.log")))
        .contains("received fast shutdown request")
        .doesNotContain("was not properly shut down");
  }

  @Test
  void aKilledProgramWithItsWatchdog_leavesAServerThatTheNextStartStops() throws Exception {
    assertThat(run()).isEqualTo("READY");
    ProcessHandle server = server();
    assertThat(watchdogs()).hasSize(1);
    watchdogs().getFirst().destroyForcibly();
    program.destroyForcibly().waitFor();
    assertThat(server.isAlive()).isTrue();

    try (var postgres = EmbeddedPostgres.start(settings())) {
      assertThat(server.isAlive()).isFalse();
      assertThat(Sql.query(postgres, "select n from kept")).isEqualTo("42");
    }
  }

  @Test
  void aProgramThatEndsWell_leavesNeitherServerNorWatchdog() throws Exception {
    assertThat(run()).isEqualTo("READY");
    ProcessHandle server = server();
    ProcessHandle watchdog = watchdogs().getFirst();

    program.getOutputStream().close();

    assertThat(program.waitFor(20, TimeUnit.SECONDS)).isTrue();
    assertThat(server.isAlive()).isFalse();
    watchdog.onExit().get(20, TimeUnit.SECONDS);
  }

  @Test
  void aSecondProgramOrStart_isRefusedAndTheFirstKeepsItsRight() throws Exception {
    try (var postgres = EmbeddedPostgres.start(settings())) {
      assertThatThrownBy(() -> EmbeddedPostgres.start(settings()))
          .isInstanceOf(EmbeddedPostgresException.class)
          .hasMessageContaining("in use by this process");

      // On POSIX a careless refusal would have dropped the lock of the first.
      assertThat(run())
          .startsWith("the database directory " + home.toRealPath())
          .contains("in use by process " + ProcessHandle.current().pid());
      assertThat(Sql.query(postgres, "select 1")).isEqualTo("1");
    }
  }

  @Test
  void aLeftProcessNumber_thatIsSomebodyElsesNow_stopsNobody() throws Exception {
    EmbeddedPostgres.start(settings()).close();
    Process stranger = new ProcessBuilder("cat").start();
    try {
      Files.writeString(
          home.resolve("data/postmaster.pid"), stranger.pid() + "\n" + home + "\n1\n1\n\n\n");

      try (var postgres = EmbeddedPostgres.start(settings())) {
        assertThat(Sql.query(postgres, "select 1")).isEqualTo("1");
        assertThat(stranger.isAlive()).isTrue();
      }
    } finally {
      stranger.destroyForcibly();
    }
  }

  @Test
  void asRoot_whereNamespacesAreForbidden_theServerIsNobody() throws Exception {
    assumeTrue(CurrentUser.uid() == CurrentUser.ROOT, "needs to be root");
    assumeTrue(
        ChildProcesses.succeeds(ServerAccount.nobody().command(List.of("true"))), "needs setpriv");
    assertThatThrownBy(() -> startAs(ServerAccount.nobody()))
        .isInstanceOf(EmbeddedPostgresException.class)
        .hasMessageContaining("who cannot enter " + home.toRealPath());
    Files.setPosixFilePermissions(home, PosixFilePermissions.fromString("rwxr-xr-x"));

    try (var postgres = startAs(ServerAccount.nobody())) {
      assertThat(FileTree.owner(home.resolve("data/PG_VERSION"))).isEqualTo(65534);
      Sql.execute(postgres, "create table kept as select 42 as n");
    }
    assumeTrue(
        ChildProcesses.succeeds(ServerAccount.namespace().command(List.of("true"))),
        "needs unshare");
    try (var postgres = startAs(ServerAccount.namespace())) {
      assertThat(Sql.query(postgres, "select n from kept")).isEqualTo("42");
    }
  }

  private EmbeddedPostgres startAs(ServerAccount account) {
    return EmbeddedPostgres.start(settings(), () -> account, ProcessFaultsTest::freePort);
  }

  private static int freePort() {
    try (var socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
