package life.avai.server.page;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import life.avai.server.support.TestServer;
import life.avai.testkit.canister.CanisterScript;
import life.avai.testkit.canister.FakeCanister;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;

/**
 * What people do with the chat page, in a real browser, with a canister that does as it is told.
 * One server, one canister and one browser serve all scenarios; people are new in each.
 */
abstract class PageScenario {
  static final FakeCanister CANISTER = FakeCanister.start();
  private static @Nullable TestServer server;
  private static @Nullable Browser browser;

  private final List<Tab> tabs = new ArrayList<>();

  @BeforeAll
  static void begin() {
    if (browser == null) {
      Browser started = Browser.start();
      Runtime.getRuntime().addShutdownHook(new Thread(started::close));
      server = TestServer.start(CANISTER, Map.of());
      browser = started;
    }
  }

  @BeforeEach
  void answerPlainly() {
    CANISTER.script(CanisterScript.replyWith("Hello there, friend."));
  }

  /** Whatever was done, no script has thrown and nobody else was asked for anything. */
  @AfterEach
  void nothingWentWrong() {
    for (Tab tab : tabs) {
      assertThat(tab.problems()).isEmpty();
      assertThat(tab.requests())
          .isNotEmpty()
          .allMatch(url -> url.matches("(http|ws)://127[.]0[.]0[.]1:.*|blob:.*"));
      tab.close();
    }
  }

  static Browser.Person person() {
    return browser.person();
  }

  static int port() {
    return server.port();
  }

  static String home() {
    return "http://127.0.0.1:" + port() + "/";
  }

  /** The page, connected. */
  Tab open(Browser.Person person, String url) {
    Tab tab = person.open(url);
    tabs.add(tab);
    tab.awaitText("#assistant", "ready");
    return tab;
  }

  Tab open(Browser.Person person) {
    return open(person, home());
  }

  Tab open() {
    return open(person());
  }

  static void say(Tab tab, String text) {
    tab.click("#input");
    tab.type(text);
    tab.press("Enter");
  }

  /** Waits until nothing runs and the last reply has a text in it. */
  static void awaitReply(Tab tab, String text) {
    tab.awaitText("#messages li:last-child .markdown", text);
    tab.await(
        "document.querySelector('#messages li:last-child footer:not(.unseen)') &&"
            + " document.querySelector('#stop').hidden");
  }

  /** What is shown, questions and replies, in order. */
  static List<String> shown(Tab tab) {
    List<String> texts = new ArrayList<>();
    tab.run(
            "[...document.querySelectorAll('.bubble, .markdown')]"
                + ".filter(e => e.checkVisibility() && e.innerText).map(e => e.innerText)")
        .forEach(text -> texts.add(text.asString()));
    return texts;
  }
}
