package life.avai.testkit.identity;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.concurrent.TimeUnit.NANOSECONDS;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import life.avai.testkit.internal.ListeningPort;
import org.jspecify.annotations.Nullable;

/** Serves a key set over HTTP, or what the test wants in its place; and tokens. */
final class KeyServer implements AutoCloseable {
  private static final Executor VIRTUAL =
      task -> Thread.ofVirtual().name("fake-issuer").start(task);

  private final InetAddress host;
  private final ListeningPort port; // holds the number while the server is away
  private final Supplier<String> keys;
  private final UnaryOperator<String> tokens; // from a query
  private final List<String> requests = new CopyOnWriteArrayList<>();
  private volatile Answer answer = Answer.KEYS;
  private @Nullable HttpServer server; // guarded by this

  /**
   * What a request gets.
   *
   * @param status the HTTP status
   * @param body the body; null for the keys
   * @param delay the time before it is sent
   */
  record Answer(int status, @Nullable String body, Duration delay) {
    static final Answer KEYS = new Answer(200, null, Duration.ZERO);
  }

  private KeyServer(
      InetAddress host, int port, Supplier<String> keys, UnaryOperator<String> tokens) {
    this.host = host;
    this.port = ListeningPort.open(host, port);
    this.keys = keys;
    this.tokens = tokens;
  }

  static KeyServer start(
      InetAddress host, int port, Supplier<String> keys, UnaryOperator<String> tokens) {
    var server = new KeyServer(host, port, keys, tokens);
    server.port.refuse();
    server.accept();
    return server;
  }

  String address() {
    return "http://" + host.getHostAddress() + ":" + port.number();
  }

  List<String> requests() {
    return List.copyOf(requests);
  }

  void behave(Answer next) {
    answer = next;
  }

  synchronized void accept() {
    if (server != null) {
      return;
    }
    port.close();
    try {
      server = HttpServer.create(new InetSocketAddress(host, port.number()), 0);
      server.createContext("/.well-known/jwks.json", this::serve);
      server.createContext("/v1/jwks", this::serve);
      server.createContext("/token", this::sign);
      server.setExecutor(VIRTUAL);
      server.start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  synchronized void refuse() {
    if (server != null) {
      server.stop(0);
      server = null;
      port.hold();
    }
  }

  @Override
  public synchronized void close() {
    if (server != null) {
      server.stop(0);
      server = null;
    }
    port.close();
  }

  private void serve(HttpExchange exchange) throws IOException {
    String authorization = exchange.getRequestHeaders().getFirst("Authorization");
    requests.add(authorization == null ? "" : authorization);
    Answer now = answer;
    if (now.delay().isZero()) {
      send(exchange, now);
    } else {
      var later = CompletableFuture.delayedExecutor(now.delay().toNanos(), NANOSECONDS, VIRTUAL);
      later.execute(() -> send(exchange, now));
    }
  }

  private void sign(HttpExchange exchange) {
    String query = exchange.getRequestURI().getRawQuery();
    try {
      send(exchange, 200, "text/plain", tokens.apply(query == null ? "" : query));
    } catch (IllegalArgumentException e) {
      send(exchange, 400, "text/plain", e.getMessage() + "\n");
    }
  }

  private void send(HttpExchange exchange, Answer now) {
    send(exchange, now.status(), "application/json", now.body() == null ? keys.get() : now.body());
  }

  private static void send(HttpExchange exchange, int status, String type, String text) {
    byte[] body = text.getBytes(UTF_8);
    try (exchange) {
      exchange.getResponseHeaders().add("Content-Type", type);
      exchange.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
      exchange.getResponseBody().write(body);
    } catch (IOException e) {
      // The one who asked did not wait for it.
    }
  }
}
