package life.avai.server.page;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import life.avai.testkit.canister.CanisterScript;
import org.junit.jupiter.api.Test;

/** For people who use no mouse, do not see, read from the right, or hold a phone. */
class AccessiblePageTest extends PageScenario {
  private static final String RICH =
      """
      ## A heading

      A [link](https://example.com/) and `code`.

      | a | b |
      |---|--:|
      | a_long_word_without_any_place_to_break_it_that_goes_on_and_on_and_on_and_on_and_on | 2 |

      ```java
      String aVeryLongLine = "that is longer than any phone is wide, by far, and must not make the page any wider";
      // A comment
      ```

      - [x] one
      - https://example.com/a/very/long/address/without/any/place/to/break/it/that/goes/on/and/on/and/on

      > quoted
      """;

  private static String axe() throws IOException {
    try (InputStream in =
        AccessiblePageTest.class.getResourceAsStream(
            "/META-INF/resources/webjars/axe-core/4.6.3/axe.min.js")) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  private static void assertAccessible(Tab tab, String where) {
    for (boolean dark : new boolean[] {false, true}) {
      tab.dark(dark);
      String findings =
          tab.run(
                  "axe.run(document, {resultTypes: ['violations']}).then(found =>"
                      + " found.violations.filter(v => ['serious',"
                      + " 'critical'].includes(v.impact)).map(v => v.id + ': ' + v.nodes.map(n =>"
                      + " n.html + ' ' + n.failureSummary).join(' | ')))")
              .toString();
      assertThat(findings).as("%s, %s", where, dark ? "dark" : "light").isEqualTo("[]");
    }
    tab.dark(false);
  }

  @Test
  void page_hasNoSeriousFindingOfAxe() throws IOException {
    CANISTER.script(
        CanisterScript.first(CanisterScript.replyWith(RICH))
            .then(CanisterScript.failWith("no", false, null)));
    Tab tab = open();
    tab.run(axe());
    assertAccessible(tab, "empty");
    say(tab, "Show me everything");
    awaitReply(tab, "quoted");
    say(tab, "And fail");
    tab.awaitText(".notice", "could not answer");
    assertAccessible(tab, "conversation");
    tab.click("#title-menu");
    tab.await("document.querySelector('.menu').matches(':popover-open')");
    assertAccessible(tab, "menu");
    tab.press("Escape");
    tab.click("#help");
    tab.await("document.querySelector('#shortcuts').open");
    assertAccessible(tab, "dialog");
  }

  @Test
  void phone_showsEverythingWithinItsWidth() {
    CANISTER.script(CanisterScript.replyWith(RICH));
    Tab tab = open();
    tab.size(390, 844);
    say(tab, "a_long_word_without_any_place_to_break_it_that_goes_on_and_on_and_on_and_on_and_on");
    awaitReply(tab, "quoted");
    for (String part :
        new String[] {"document.documentElement", "document.querySelector('#scroller')"}) {
      assertThat(tab.run(part + ".scrollWidth - " + part + ".clientWidth").asInt())
          .as(part)
          .isZero();
    }
    assertThat(tab.run("document.querySelector('#sidebar').inert").asBoolean()).isTrue();
    tab.click("#open-sidebar");
    tab.awaitText(".thread", "a_long_word");
    tab.press("Escape");
    tab.await(
        "document.querySelector('#sidebar').inert && document.activeElement.id === 'open-sidebar'");
  }

  @Test
  void keyboardAlone_isEnough() {
    Tab tab = open();
    tab.await("document.activeElement.id === 'input'");
    for (String text : new String[] {"apples", "pears"}) {
      tab.press("Ctrl+Shift+o");
      tab.type(text);
      tab.press("Enter");
      awaitReply(tab, "Hello there");
    }
    tab.press("Alt+ArrowDown");
    tab.awaitText("#title", "apples");
    tab.press("Ctrl+k");
    tab.type("pea");
    tab.await("document.querySelectorAll('.thread').length === 1");
    tab.press("Tab");
    focused(tab, "a.thread");
    tab.press("Enter");
    tab.awaitText("#title", "pears");
    tab.press("Tab");
    focused(tab, ".thread-menu");
    tab.press("Enter");
    focused(tab, "[role=menuitem]");
    tab.press("ArrowUp");
    tab.awaitText("[role=menuitem]:focus", "Delete");
    tab.press("Enter");
    tab.await("document.querySelector('dialog[open]')?.contains(document.activeElement)");
    tab.press("Escape");
    tab.await("!document.querySelector('dialog[open]')");
    tab.awaitText("#title", "pears");
    tab.click(".thread-menu");
    tab.press("ArrowUp");
    tab.press("Enter");
    tab.await("document.querySelector('dialog[open]')");
    tab.press("Tab");
    tab.press("Enter");
    tab.awaitText("#title", "New chat");
    tab.awaitText("#no-threads", "No chat has such a title.");
  }

  /** Where the focus is can be seen. */
  private static void focused(Tab tab, String selector) {
    tab.await(
        "document.activeElement.matches('"
            + selector
            + "') && document.activeElement.matches(':focus-visible')"
            + " && getComputedStyle(document.activeElement).outlineStyle !== 'none'");
  }

  @Test
  void rightToLeft_isReadFromTheRight() {
    CANISTER.script(CanisterScript.replyWith("שלום\n\n1. אחד\n2. שניים\n\nHello"));
    Tab tab = open();
    say(tab, "שלום");
    awaitReply(tab, "Hello");
    assertThat(
            tab.run(
                    "[...document.querySelectorAll('.bubble, .markdown > *, #title')].map(e =>"
                        + " getComputedStyle(e).direction).join()")
                .asString())
        .isEqualTo("rtl,rtl,rtl,rtl,ltr");
  }
}
