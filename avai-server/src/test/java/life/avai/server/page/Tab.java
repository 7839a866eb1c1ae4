package life.avai.server.page;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import tools.jackson.databind.JsonNode;

/** A tab of the browser, and what a person does and sees in it. */
final class Tab {
  private static final long PATIENCE =
      TimeUnit.SECONDS.toNanos(Integer.getInteger("avai.browser.patience", 30));

  private final Browser browser;
  private final String target;
  private final String session;
  private boolean isClosed;
  private final List<String> requests = new CopyOnWriteArrayList<>();
  private final List<String> sent = new CopyOnWriteArrayList<>();
  private final List<String> problems = new CopyOnWriteArrayList<>();

  Tab(Browser browser, String target, String session) {
    this.browser = browser;
    this.target = target;
    this.session = session;
  }

  void start() {
    for (String domain : List.of("Page", "Runtime", "Network", "Log")) {
      call(domain + ".enable");
    }
  }

  JsonNode call(String method, Object... parameters) {
    return browser.call(session, method, parameters);
  }

  void received(String event, JsonNode fields) {
    switch (event) {
      case "Network.requestWillBeSent" -> requests.add(fields.get("request").get("url").asString());
      case "Network.webSocketCreated" -> requests.add(fields.get("url").asString());
      case "Network.webSocketFrameSent" ->
          sent.add(fields.get("response").get("payloadData").asString());
      case "Runtime.exceptionThrown" -> problems.add(fields.get("exceptionDetails").toString());
      case "Page.javascriptDialogOpening" -> {
        problems.add("dialog: " + fields.get("message").asString());
        Thread unused =
            Thread.ofVirtual().start(() -> call("Page.handleJavaScriptDialog", "accept", true));
      }
      case "Log.entryAdded" -> {
        JsonNode entry = fields.get("entry");
        // A server that is away is part of the tests, and told by the browser as an error.
        if (entry.get("level").asString().equals("error")
            && !entry.get("source").asString().equals("network")) {
          problems.add(entry.get("text").asString());
        }
      }
      default -> {}
    }
  }

  /** Every address that the tab has asked, sockets among them. */
  List<String> requests() {
    return List.copyOf(requests);
  }

  /** Every frame of a type that the tab has sent. */
  List<JsonNode> sent(String type) {
    return sent.stream()
        .map(Browser.JSON::readTree)
        .filter(frame -> frame.get("type").asString().equals(type))
        .toList();
  }

  /** Scripts that threw, dialogs that opened, and what the content security policy refused. */
  List<String> problems() {
    return List.copyOf(problems);
  }

  /** What went wrong so far was meant to, and so were requests that were refused. */
  void expectProblems() {
    problems.clear();
    requests.removeIf(url -> url.contains("evil.example"));
  }

  void go(String url) {
    call("Page.navigate", "url", url);
    await("location.href.startsWith(" + quoted(url) + ") && document.readyState === 'complete'");
  }

  void reload() {
    run("globalThis.isOld = true");
    call("Page.reload");
    await("!globalThis.isOld && document.readyState === 'complete'");
  }

  void close() {
    if (isClosed) {
      return;
    }
    isClosed = true;
    browser.call(null, "Target.closeTarget", "targetId", target);
  }

  /** The value of an expression, awaited. */
  JsonNode run(String expression) {
    JsonNode answer =
        call(
            "Runtime.evaluate",
            "expression",
            expression,
            "awaitPromise",
            true,
            "returnByValue",
            true);
    assertThat(answer.get("exceptionDetails")).as(expression).isNull();
    JsonNode value = answer.get("result").get("value");
    return value == null ? Browser.JSON.nullNode() : value;
  }

  String text(String selector) {
    return run("document.querySelector(" + quoted(selector) + ")?.innerText ?? ''").asString();
  }

  /** Looks until an expression is true. */
  void await(String expression) {
    long end = System.nanoTime() + PATIENCE;
    String look =
        "new Promise(found => { const end = Date.now() + 2000; const look = () => {"
            + " let is = false; try { is = Boolean("
            + expression
            + "); } catch { is = false; }"
            + " if (is || Date.now() > end) found(is); else setTimeout(look, 20); }; look(); })";
    while (System.nanoTime() < end) {
      JsonNode answer;
      try {
        answer =
            call(
                "Runtime.evaluate",
                "expression",
                look,
                "awaitPromise",
                true,
                "returnByValue",
                true);
      } catch (AssertionError e) {
        continue; // The page that was asked is not there any more.
      }
      JsonNode value = answer.get("result").get("value");
      if (value != null && value.asBoolean()) {
        return;
      }
    }
    throw new AssertionError("not true in time: " + expression + "\n" + text("body") + problems);
  }

  /** Looks until a place has a text in it. */
  void awaitText(String selector, String text) {
    await(
        "[...document.querySelectorAll("
            + quoted(selector)
            + ")].some(e => e.checkVisibility({visibilityProperty: true})"
            + " && e.innerText.includes("
            + quoted(text)
            + "))");
  }

  void click(String selector) {
    await("document.querySelector(" + quoted(selector) + ")?.checkVisibility()");
    JsonNode at =
        run(
            "(() => { const e = document.querySelector("
                + quoted(selector)
                + "); e.scrollIntoView({block: 'nearest'}); const r = e.getBoundingClientRect();"
                + " return {x: r.x + r.width / 2, y: r.y + r.height / 2}; })()");
    for (String type : List.of("mousePressed", "mouseReleased")) {
      call(
          "Input.dispatchMouseEvent",
          "type",
          type,
          "x",
          at.get("x").asDouble(),
          "y",
          at.get("y").asDouble(),
          "button",
          "left",
          "clickCount",
          1);
    }
  }

  /** Writes where the focus is. */
  void type(String text) {
    call("Input.insertText", "text", text);
  }

  private static final Map<String, Integer> KEYS =
      Map.ofEntries(
          Map.entry("Enter", 13),
          Map.entry("Escape", 27),
          Map.entry("Tab", 9),
          Map.entry("ArrowDown", 40),
          Map.entry("ArrowUp", 38),
          Map.entry("Home", 36),
          Map.entry("k", 75),
          Map.entry("o", 79),
          Map.entry("a", 65),
          Map.entry("?", 191));

  /** Presses a key, with {@code Alt+}, {@code Ctrl+} and {@code Shift+} before its name. */
  void press(String keys) {
    String key = keys.replaceFirst(".*\\+", "");
    int modifiers =
        (keys.contains("Alt+") ? 1 : 0)
            + (keys.contains("Ctrl+") ? 2 : 0)
            + (keys.contains("Shift+") ? 8 : 0);
    String text = key.equals("Enter") ? "\r" : key.length() == 1 && modifiers == 0 ? key : "";
    for (String type : List.of(text.isEmpty() ? "rawKeyDown" : "keyDown", "keyUp")) {
      call(
          "Input.dispatchKeyEvent",
          "type",
          type,
          "key",
          key,
          "code",
          key.length() == 1 && Character.isLetter(key.charAt(0))
              ? "Key" + key.toUpperCase(java.util.Locale.ROOT)
              : key,
          "windowsVirtualKeyCode",
          KEYS.get(key),
          "modifiers",
          modifiers,
          "text",
          type.equals("keyDown") ? text : "");
    }
  }

  void size(int width, int height) {
    call(
        "Emulation.setDeviceMetricsOverride",
        "width",
        width,
        "height",
        height,
        "deviceScaleFactor",
        1,
        "mobile",
        width < 600);
  }

  void dark(boolean dark) {
    call(
        "Emulation.setEmulatedMedia",
        "features",
        List.of(Map.of("name", "prefers-color-scheme", "value", dark ? "dark" : "light")));
  }

  void screenshot(Path file) {
    String image = call("Page.captureScreenshot", "format", "png").get("data").asString();
    try {
      Files.write(file, Base64.getDecoder().decode(image));
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  static String quoted(String text) {
    return Browser.JSON.writeValueAsString(text);
  }
}
