package life.avai.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.HotSpotDiagnosticMXBean;
import com.sun.management.HotSpotDiagnosticMXBean.ThreadDumpFormat;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import life.avai.server.support.TestServer;
import life.avai.testkit.client.TestClient;
import life.avai.testkit.identity.FakeIssuer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A server that was closed in a process that goes on, as where it is embedded. */
class ClosedServerTest {
  /** What fetches the keys of the identity provider. */
  private static final String KEYS = "\"clerk-keys\"";

  @TempDir private Path directory;
  private int dumps;

  @Test
  void threadThatFetchesKeys_endsWithItsServer() throws IOException {
    long before = threads();
    try (FakeIssuer issuer = FakeIssuer.start()) {
      try (TestServer server =
              TestServer.start(
                  Map.of(
                      "CLERK_ISSUER",
                      issuer.issuer(),
                      "CLERK_JWKS_URL",
                      issuer.jwksUrl().toString()));
          TestClient client = server.connect()) {
        var unused = client.authenticate(issuer.token("user_1").sign());
        assertThat(threads()).isEqualTo(before + 1);
      }
      // It is told to end, and does so by itself.
      long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
      while (threads() > before && System.nanoTime() < end) {
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
      }
      assertThat(threads()).isEqualTo(before);
    }
  }

  /** Virtual threads are in no list but this one. */
  private long threads() throws IOException {
    Path dump = directory.resolve("threads" + dumps++);
    ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class)
        .dumpThreads(dump.toString(), ThreadDumpFormat.TEXT_PLAIN);
    return Files.readString(dump).lines().filter(line -> line.contains(KEYS)).count();
  }
}
