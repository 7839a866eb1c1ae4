package life.avai.server.page;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * A Chromium, driven by its own DevTools protocol: unlike WebDriver it tells of every request,
 * every violation of the content security policy and every script that throws, and it needs no
 * driver.
 */
final class Browser implements AutoCloseable {
  static final JsonMapper JSON = new JsonMapper();

  private static final List<Path> PLACES =
      List.of(
          Path.of("/usr/bin/chromium"),
          Path.of("/usr/bin/chromium-browser"),
          Path.of("/usr/bin/google-chrome"),
          Path.of("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"));
  private static final List<String> FLAGS =
      List.of(
          "--headless=new",
          "--no-sandbox",
          "--disable-gpu",
          "--disable-quic",
          "--no-first-run",
          "--disable-background-networking",
          "--disable-component-update",
          "--disable-sync",
          "--disable-dev-shm-usage",
          "--disable-extensions",
          "--window-size=1280,900",
          // Tabs that are not in front run like those that are.
          "--disable-background-timer-throttling",
          "--disable-backgrounding-occluded-windows",
          "--disable-renderer-backgrounding",
          "--remote-debugging-port=0");

  private final Process process;
  private final Path profile;
  private final HttpClient http = HttpClient.newHttpClient();
  private final WebSocket socket;
  private final AtomicInteger lastId = new AtomicInteger();
  private final Map<Integer, CompletableFuture<JsonNode>> calls = new ConcurrentHashMap<>();
  private final Map<String, Tab> tabs = new ConcurrentHashMap<>();

  private Browser(Path program, List<String> more) throws IOException {
    profile = Files.createTempDirectory("avai-browser");
    List<String> command = new ArrayList<>(List.of(program.toString()));
    command.addAll(FLAGS);
    command.addAll(more);
    command.add("--user-data-dir=" + profile);
    process =
        new ProcessBuilder(command)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .redirectErrorStream(false)
            .start();
    URI address = address();
    socket = http.newWebSocketBuilder().buildAsync(address, new Listener()).join();
  }

  /** A browser, or the end of the test: skipped where there is none, unless there must be one. */
  static Browser start(String... more) {
    Optional<Path> program = PLACES.stream().filter(Files::isExecutable).findFirst();
    if (!Boolean.getBoolean("avai.browser.required")) {
      assumeTrue(program.isPresent(), "no Chromium is installed: the page is not tested");
    }
    try {
      return new Browser(program.orElseThrow(), List.of(more));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** It tells its address as the last thing that it says at its start. */
  private URI address() throws IOException {
    var errors = process.errorReader();
    String said = "";
    for (String line = errors.readLine(); line != null; line = errors.readLine()) {
      if (line.startsWith("DevTools listening on ")) {
        Thread unused = Thread.ofVirtual().start(() -> drain(errors));
        return URI.create(line.substring("DevTools listening on ".length()));
      }
      said = line;
    }
    throw new IOException("the browser did not start: " + said);
  }

  /** A browser that nobody listens to would stop when its pipe is full. */
  private static void drain(Reader errors) {
    try {
      errors.transferTo(Writer.nullWriter());
    } catch (IOException e) {
      // It has ended.
    }
  }

  /** Somebody who was never here: with storage and cookies of their own. */
  Person person() {
    return new Person(call(null, "Target.createBrowserContext").get("browserContextId").asString());
  }

  /** One user of this browser, with any number of tabs. */
  final class Person {
    private final String context;

    private Person(String context) {
      this.context = context;
    }

    /** A new tab, in a window of its own so that it is painted. */
    Tab open(String url) {
      String target =
          call(
                  null,
                  "Target.createTarget",
                  "url",
                  "about:blank",
                  "browserContextId",
                  context,
                  "newWindow",
                  true)
              .get("targetId")
              .asString();
      String session =
          call(null, "Target.attachToTarget", "targetId", target, "flatten", true)
              .get("sessionId")
              .asString();
      Tab tab = new Tab(Browser.this, target, session);
      tabs.put(session, tab);
      tab.start();
      tab.go(url);
      return tab;
    }
  }

  /** Calls a method of the protocol and waits for its result. */
  JsonNode call(String session, String method, Object... parameters) {
    int id = lastId.incrementAndGet();
    ObjectNode request = JSON.createObjectNode().put("id", id).put("method", method);
    if (session != null) {
      request.put("sessionId", session);
    }
    ObjectNode given = request.putObject("params");
    for (int i = 0; i < parameters.length; i += 2) {
      given.set((String) parameters[i], JSON.valueToTree(parameters[i + 1]));
    }
    CompletableFuture<JsonNode> answer = new CompletableFuture<>();
    calls.put(id, answer);
    synchronized (this) {
      socket.sendText(request.toString(), true).join();
    }
    try {
      return answer.get(60, TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      throw new AssertionError(method + ": " + e.getCause().getMessage(), e);
    } catch (InterruptedException | TimeoutException e) {
      throw new AssertionError(method + ": no answer", e);
    }
  }

  private void received(JsonNode message) {
    JsonNode id = message.get("id");
    if (id == null) {
      JsonNode session = message.get("sessionId");
      Tab tab = session == null ? null : tabs.get(session.asString());
      if (tab != null) {
        tab.received(message.get("method").asString(), message.get("params"));
      }
      return;
    }
    CompletableFuture<JsonNode> answer = calls.remove(id.asInt());
    if (message.has("error")) {
      answer.completeExceptionally(new IllegalStateException(message.get("error").toString()));
    } else {
      answer.complete(message.get("result"));
    }
  }

  private final class Listener implements WebSocket.Listener {
    private final StringBuilder text = new StringBuilder();

    @Override
    public CompletionStage<?> onText(WebSocket webSocket, CharSequence part, boolean last) {
      text.append(part);
      if (last) {
        received(JSON.readTree(text.toString()));
        text.setLength(0);
      }
      webSocket.request(1);
      return null;
    }
  }

  @Override
  public void close() {
    try {
      socket.abort();
      http.shutdownNow();
      process.descendants().forEach(ProcessHandle::destroy);
      process.destroy();
      if (!process.waitFor(10, TimeUnit.SECONDS)) {
        process.destroyForcibly().waitFor();
      }
      deleteProfile();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void deleteProfile() {
    try (Stream<Path> files = Files.walk(profile)) {
      files.sorted(Comparator.reverseOrder()).forEach(file -> file.toFile().delete());
    } catch (IOException | UncheckedIOException e) {
      // A child that is still ending may have removed something first.
      profile.toFile().deleteOnExit();
    }
  }
}
