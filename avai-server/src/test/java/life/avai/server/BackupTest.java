package life.avai.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import life.avai.server.support.TestDatabase;
import life.avai.server.support.TestServer;
import life.avai.testkit.canister.CanisterScript;
import life.avai.testkit.canister.FakeCanister;
import life.avai.testkit.client.TestClient;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * docs/operations/backup.md, with PostgreSQL's own tools and a server of their version; skipped
 * where those are not installed.
 */
class BackupTest {
  private static final List<String> TOOLS =
      List.of("initdb", "pg_ctl", "pg_dump", "pg_restore", "createdb");

  @TempDir private Path directory;

  private static Optional<Path> tools() throws IOException {
    List<Path> places = new ArrayList<>();
    Path debian = Path.of("/usr/lib/postgresql");
    if (Files.isDirectory(debian)) {
      try (Stream<Path> versions = Files.list(debian)) {
        versions.map(version -> version.resolve("bin")).forEach(places::add);
      }
    }
    Stream.of(System.getenv("PATH").split(":")).map(Path::of).forEach(places::add);
    return places.stream()
        .filter(place -> TOOLS.stream().allMatch(tool -> Files.isExecutable(place.resolve(tool))))
        .findFirst();
  }

  private void run(String... command) throws IOException, InterruptedException {
    Path output = directory.resolve("output");
    Process process =
        new ProcessBuilder(command)
            .directory(directory.toFile())
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    int status = process.waitFor();
    assertThat(status).as("%s: %s", List.of(command), Files.readString(output)).isZero();
  }

  /** PostgreSQL does not run as root. */
  private void runAsSomebody(String... command) throws IOException, InterruptedException {
    List<String> whole = new ArrayList<>();
    if (System.getProperty("user.name").equals("root")) {
      whole.addAll(List.of("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"));
    }
    whole.addAll(List.of(command));
    run(whole.toArray(String[]::new));
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  @Test
  void dumpThatIsRestored_isSound_andConversationsGoOn() throws Exception {
    Optional<Path> found = tools();
    assumeTrue(found.isPresent(), "no PostgreSQL with its tools is installed");
    Path tools = found.orElseThrow();
    Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxrwxrwx"));
    String data = directory.resolve("data").toString();
    int port = freePort();
    String address = "postgresql://postgres@127.0.0.1:" + port + "/";
    runAsSomebody(
        tools + "/initdb", "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF-8", "--no-sync");
    runAsSomebody(
        tools + "/pg_ctl",
        "-D",
        data,
        "-w",
        "-l",
        directory.resolve("log").toString(),
        "-o",
        "-p " + port + " -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c fsync=off",
        "start");
    try {
      run(tools + "/createdb", "--maintenance-db=" + address + "postgres", "before");
      String dump = directory.resolve("avai.dump").toString();
      String session = conversation(address + "before", tools, dump);

      run(tools + "/createdb", "--maintenance-db=" + address + "postgres", "after");
      run(
          (tools
                  + "/pg_restore --no-owner --no-privileges --exit-on-error --clean --if-exists"
                  + " --dbname="
                  + address
                  + "after "
                  + dump)
              .split(" "));
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      PrintStream print = new PrintStream(out, true, StandardCharsets.UTF_8);
      assertThat(new CheckCommand(print, print).run(Map.of("DATABASE_URL", address + "after")))
          .as("%s", out)
          .isEqualTo(CheckCommand.SOUND);
      goesOn(address + "after", session);
      TestDatabase after =
          new TestDatabase("jdbc:" + address.replace("postgres@", "") + "after", "postgres", "");
      assertThat(
              after.one(
                  "select bool_and(relrowsecurity) from pg_class where relname in"
                      + " ('users', 'threads', 'messages', 'turns')"))
          .isEqualTo("t");
    } finally {
      runAsSomebody(tools + "/pg_ctl", "-D", data, "-m", "immediate", "stop");
    }
  }

  /** One turn is done and another runs when the dump is made. */
  private String conversation(String url, Path tools, String dump) throws Exception {
    try (FakeCanister canister = FakeCanister.start(CanisterScript.replyWith("Kept."));
        TestServer server = TestServer.start(canister, Map.of("DATABASE_URL", url));
        TestClient client = server.anonymous()) {
      var done = client.say("new", "Keep this.");
      assertThat(client.awaitReply(done.requestId()).content()).isEqualTo("Kept.");
      canister.script(CanisterScript.stall());
      var running = client.say(done.threadId(), "And this.");
      var asked = canister.awaitRequests(2);
      run(
          (tools
                  + "/pg_dump --format=custom --schema=public --no-owner --no-privileges --file="
                  + dump
                  + " "
                  + url)
              .split(" "));
      return client.frames("auth_success").getFirst().string("session_token");
    }
  }

  private static void goesOn(String url, String session) {
    try (FakeCanister canister = FakeCanister.start(CanisterScript.replyWith("Restored."));
        TestServer server = TestServer.start(canister, Map.of("DATABASE_URL", url));
        TestClient client = server.connect()) {
      assertThat(client.request("authenticate", "session_token", session).type())
          .isEqualTo("auth_success");
      var threads = client.request("get_threads").objects("threads");
      assertThat(threads).hasSize(1);
      String thread = threads.getFirst().string("id");
      var subscribed = client.request("subscribe", "thread_id", thread);
      TestDatabase database =
          new TestDatabase("jdbc:" + url.replace("postgres@", ""), "postgres", "");
      database.await("select count(*) from messages where content = 'Restored.'", "1");
    }
  }
}
