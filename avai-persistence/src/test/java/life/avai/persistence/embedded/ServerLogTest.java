package life.avai.persistence.embedded;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ServerLogTest {
  @TempDir private Path directory;

  @Test
  void since_tellsTheLastLinesAfterThePosition() throws Exception {
    Path file = directory.resolve("log");
    ServerLog log = ServerLog.open(file);
    Files.writeString(file, "before\n");
    long position = log.position();
    assertThat(log.since(position)).isEmpty();

    Files.writeString(file, "one\ntwo\n", StandardOpenOption.APPEND);
    assertThat(log.since(position)).isEqualTo("one\ntwo");

    Files.writeString(file, "three\n".repeat(5000), StandardOpenOption.APPEND);
    assertThat(log.since(position).lines()).hasSize(15).containsOnly("three");
  }

  @Test
  void open_putsALongOneAside() throws Exception {
    Path file = directory.resolve("log");
    Files.writeString(file, "x".repeat(5 * 1024 * 1024));

    assertThat(ServerLog.open(file).position()).isZero();
    assertThat(directory.resolve("log.old")).hasSize(5 * 1024 * 1024);
  }
}
