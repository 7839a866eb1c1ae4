package life.avai.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.Channel;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import life.avai.server.http.ConnectionLimits;
import life.avai.server.http.HostPolicy;
import life.avai.server.http.HttpEdge;
import life.avai.server.http.HttpResources;
import life.avai.server.http.Newcomers;
import life.avai.server.http.OriginPolicy;
import life.avai.server.http.PageConfig;
import life.avai.server.http.TrustedProxies;
import life.avai.server.websocket.Echo;
import life.avai.server.websocket.EdgeLimits;
import life.avai.testkit.json.Json;
import life.avai.testkit.json.JsonObject;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * The Autobahn test suite against our listener, our HTTP edge and our WebSocket pipeline, all with
 * the limits of production; only what becomes of a message is another.
 *
 * <p>Left out are its sections 9 (how fast, with messages beyond our limits) and 12 and 13
 * (compression, which we do not offer).
 */
class ConformanceIT {
  private static final int CASES = 247;
  private static final Path JARS = Path.of("target/autobahn");
  private static final Path REPORT = Path.of("target/autobahntestsuite-reports/index.json");

  private static final Newcomers NEWCOMERS = new Newcomers(1_000, 200, address -> true);

  private static Map<String, Object> results;

  @BeforeAll
  static void run() throws Exception {
    Files.deleteIfExists(REPORT);
    try (Listener listener = new Listener()) {
      Channel socket = listen(listener);
      try {
        int port = ((InetSocketAddress) socket.localAddress()).getPort();
        suite("ws://127.0.0.1:" + port + "/ws");
      } finally {
        socket.close().awaitUninterruptibly();
      }
    }
    results = Json.parseObject(Files.readString(REPORT)).object("avai").fields();
  }

  private static Channel listen(Listener listener) {
    OriginPolicy origins = new OriginPolicy(Set.of());
    HttpEdge.Rules rules =
        new HttpEdge.Rules(
            origins,
            new HostPolicy(true, origins, TrustedProxies.NONE),
            new ConnectionLimits(1_000, 200, true, TrustedProxies.NONE, NEWCOMERS),
            EdgeLimits.DEFAULTS.authTimeout(),
            EdgeLimits.DEFAULTS.slowReaderTimeout());
    HttpResources nothing =
        new HttpResources(
            () -> new HttpResources.Health(true, "ok", Map.of()),
            () -> "",
            null,
            0,
            new PageConfig("test", "allowed", null));
    return listener.listen(
        new Listener.Place("PORT", InetAddress.getLoopbackAddress(), 0),
        null,
        NEWCOMERS,
        () -> new HttpEdge(rules, nothing, Echo.upgrade(EdgeLimits.DEFAULTS), List.of()));
  }

  /** In a class loader of its own: it brings a whole Python. */
  private static void suite(String address) throws Exception {
    try (var jars = Files.list(JARS);
        var loader =
            new URLClassLoader(
                jars.map(ConformanceIT::url).toArray(URL[]::new),
                ClassLoader.getPlatformClassLoader())) {
      Thread.currentThread().setContextClassLoader(loader);
      loader
          .loadClass("me.normanmaurer.maven.autobahntestsuite.AutobahnTestSuite")
          .getMethod(
              "runFuzzingClient", String.class, String.class, Map.class, List.class, List.class)
          .invoke(null, "avai", address, Map.of(), List.of("*"), List.of("9.*", "12.*", "13.*"));
    } finally {
      Thread.currentThread().setContextClassLoader(ConformanceIT.class.getClassLoader());
    }
  }

  private static URL url(Path jar) {
    try {
      return jar.toUri().toURL();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void everyCase_wasRun() {
    assertThat(results).hasSize(CASES);
  }

  /** 6.4 asks that bad UTF-8 is noticed within a frame: we look when the frame is there. */
  @Test
  void everyCase_behavesAndClosesAsTheStandardSays() {
    assertThat(results)
        .allSatisfy((name, value) -> {
          JsonObject result = (JsonObject) value;
          Set<String> right =
              name.startsWith("6.4.")
                  ? Set.of("OK", "INFORMATIONAL", "NON-STRICT")
                  : Set.of("OK", "INFORMATIONAL");
          assertThat(result.string("behavior")).isIn(right);
          assertThat(result.string("behaviorClose")).isIn("OK", "INFORMATIONAL");
        });
  }
}
