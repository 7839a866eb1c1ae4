package life.avai.server;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Comparator;
import java.util.Map;
import java.util.stream.Stream;
import life.avai.server.chat.ChatClient;
import life.avai.server.demo.DemoCanister;
import life.avai.server.settings.Environment;

/**
 * A short life with everything in it: a start, a conversation, an end. The launcher's {@code aot}
 * has the JVM look on, and keeps what it has learnt of the classes for the next start.
 */
final class Rehearsal {
  private Rehearsal() {}

  /** Returns 0 when all went as it should. */
  static int run() {
    try {
      Path home = Files.createTempDirectory("avai-rehearsal");
      try {
        // As root PostgreSQL runs as another user, who must get to its files.
        Files.setPosixFilePermissions(home, PosixFilePermissions.fromString("rwxr-xr-x"));
        return live(home);
      } finally {
        delete(home);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static int live(Path home) {
    try (DemoCanister canister = DemoCanister.start("127.0.0.1", 0, Duration.ZERO);
        AvaiServer server =
            AvaiServer.start(
                Environment.read(
                    Map.of(
                        "PORT",
                        "0",
                        "AVAI_HOST",
                        "127.0.0.1",
                        "AVAI_DATA_DIR",
                        home.toString(),
                        "AVAI_CANISTER_WS_URL",
                        canister.url().toString())))) {
      return ChatClient.run(
          URI.create("ws://127.0.0.1:" + server.port() + "/ws"),
          null,
          new ByteArrayInputStream("Review: eval(input)\n".getBytes(UTF_8)),
          true,
          new PrintStream(OutputStream.nullOutputStream(), false, UTF_8));
    }
  }

  private static void delete(Path home) throws IOException {
    try (Stream<Path> files = Files.walk(home)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    }
  }
}
