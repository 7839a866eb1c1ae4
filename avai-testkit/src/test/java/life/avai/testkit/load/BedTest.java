package life.avai.testkit.load;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

class BedTest {
  private static final int PATIENCE_SECONDS = 60;

  @TempDir private Path directory;

  @Test
  @EnabledOnOs({OS.LINUX, OS.MAC})
  void signalWhileItMeasures_endsItsProgramsAndLeavesNoFile() throws Exception {
    Path temporary = Files.createDirectory(directory.resolve("temporary"));
    try (var server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      server.setSoTimeout((int) TimeUnit.SECONDS.toMillis(PATIENCE_SECONDS));
      Process bench = bench(temporary, launcher(server.getLocalPort()));
      try {
        // It has a server, and begins to measure.
        Socket unused = server.accept();
        long launched = Long.parseLong(Files.readString(directory.resolve("pid")).strip());

        bench.destroy();

        assertThat(bench.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();
        assertThat(ProcessHandle.of(launched)).isNotPresent();
        assertThat(temporary).isEmptyDirectory();
      } finally {
        bench.destroyForcibly();
      }
    }
  }

  /**
   * What looks like a server with a database of its own, and writes into it until its last moment.
   */
  private Path launcher(int port) throws IOException {
    Path script =
        Files.writeString(
            directory.resolve("launcher"),
            """
            #!/bin/sh
            mkdir -p "$AVAI_DATA_DIR/postgres/data"
            cd "$AVAI_DATA_DIR/postgres"
            echo secret >password
            printf '%%s\\n' $$ data 0 5432 >data/postmaster.pid
            echo $$ >'%s/pid'
            trap 'kill $!; echo last words >data/log; exit 143' TERM
            echo 'AVAI is ready at http://127.0.0.1:%d/'
            sleep 600 >/dev/null 2>&1 &
            wait
            """
                .formatted(directory, port));
    assertThat(script.toFile().setExecutable(true)).isTrue();
    return script;
  }

  private Process bench(Path temporary, Path launcher) throws IOException {
    List<String> command =
        Child.java(
            List.of("-Djava.io.tmpdir=" + temporary, "-Davai.launcher=" + launcher),
            BenchProgram.class,
            "ack",
            "--pgbench",
            "none",
            "--out",
            directory.resolve("out").toString());
    return new ProcessBuilder(command)
        .redirectErrorStream(true)
        .redirectOutput(directory.resolve("printed").toFile())
        .start();
  }
}
