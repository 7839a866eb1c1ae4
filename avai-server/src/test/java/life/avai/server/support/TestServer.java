package life.avai.server.support;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import life.avai.persistence.TestPostgres;
import life.avai.server.AvaiServer;
import life.avai.server.settings.Environment;
import life.avai.testkit.canister.FakeCanister;
import life.avai.testkit.client.TestClient;
import life.avai.testkit.json.Json;
import life.avai.testkit.json.JsonObject;

/** A whole server over a real database, in this process. */
public final class TestServer implements AutoCloseable {
  private final AvaiServer server;

  private TestServer(AvaiServer server) {
    this.server = server;
  }

  /** A server over an empty database, with some more variables. */
  public static TestServer start(Map<String, String> more) {
    Map<String, String> variables = new HashMap<>();
    variables.put("PORT", "0");
    variables.put("AVAI_HOST", "127.0.0.1");
    variables.put("AVAI_SHUTDOWN_GRACE", "1s");
    variables.put("AVAI_RATE_LIMIT_MESSAGES_PER_MINUTE", "100000");
    variables.putAll(more);
    variables.computeIfAbsent("DATABASE_URL", name -> TestPostgres.freshDatabaseUrl());
    return new TestServer(AvaiServer.start(Environment.read(variables)));
  }

  /** The same with a canister, returned when it is connected. */
  public static TestServer start(FakeCanister canister, Map<String, String> more) {
    Map<String, String> variables = new HashMap<>(more);
    variables.put("AVAI_CANISTER_WS_URL", canister.url().toString());
    TestServer server = start(variables);
    try (TestClient client = server.connect()) {
      client.send("get_ai_status");
      client.await("a canister", frame -> "available".equals(frame.optionalString("state")));
    }
    return server;
  }

  /** As at a SIGHUP. */
  public void reloadCertificate() {
    server.reloadCertificate();
  }

  public int port() {
    return server.port();
  }

  public URI address() {
    return URI.create("ws://127.0.0.1:" + server.port() + "/ws");
  }

  /** A socket of nobody's; its welcome is not waited for. */
  public TestClient connect() {
    return TestClient.connect(address());
  }

  /** A socket of somebody new. */
  public TestClient anonymous() {
    TestClient client = connect();
    var unused = client.authenticateAnonymously();
    return client;
  }

  /** The answer to a GET. */
  public HttpResponse<String> get(String path) {
    try (HttpClient http = HttpClient.newHttpClient()) {
      return http.send(
          HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + path)).build(),
          HttpResponse.BodyHandlers.ofString());
    } catch (IOException | InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  /** Asks until the server has so many open sockets. */
  public void awaitSockets(int count) {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
    String health;
    do {
      health = get("/health").body();
      JsonObject checks = Json.parseObject(health).object("checks");
      if (checks.object("sessions").integer("open") == count) {
        return;
      }
    } while (System.nanoTime() < end);
    throw new AssertionError("expected " + count + " sockets: " + health);
  }

  @Override
  public void close() {
    server.close();
  }
}
