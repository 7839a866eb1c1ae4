package life.avai.server.page;

import static org.assertj.core.api.Assertions.assertThat;

import life.avai.testkit.canister.CanisterScript;
import org.junit.jupiter.api.Test;

/** The list of chats, and what can be done with one. */
class ThreadsPageTest extends PageScenario {
  private static void choose(Tab tab, String item) {
    tab.click("#title-menu");
    tab.awaitText("[role=menuitem]", item);
    tab.run(
        "[...document.querySelectorAll('[role=menuitem]')].find(e => e.innerText === "
            + Tab.quoted(item)
            + ").click()");
  }

  @Test
  void thread_isRenamedPinnedArchivedAndDeleted() {
    var person = person();
    Tab tab = open(person);
    say(tab, "Apples");
    awaitReply(tab, "Hello there");
    Tab other = open(person, tab.run("location.href").asString());

    choose(tab, "Rename");
    tab.await("document.activeElement.matches('dialog input')");
    tab.press("Ctrl+a");
    tab.type("Pears & <b>plums</b>");
    tab.press("Enter");
    for (Tab each : new Tab[] {tab, other}) {
      each.awaitText("#title", "Pears & <b>plums</b>");
      each.awaitText(".thread", "Pears & <b>plums</b>");
    }
    choose(tab, "Pin");
    other.awaitText("#threads h2", "Pinned");
    choose(tab, "Archive");
    other.awaitText("#no-threads", "No chats yet.");
    other.click("#archive");
    other.awaitText(".thread", "Pears");
    choose(tab, "Delete");
    tab.click("dialog .danger");
    tab.awaitText("#title", "New chat");
    other.awaitText("#title", "New chat");
    other.awaitText("#no-threads", "Nothing is archived.");
  }

  @Test
  void address_opensItsThread_andBackGoesBack() {
    Tab tab = open();
    say(tab, "Apples");
    awaitReply(tab, "Hello there");
    tab.click("#new");
    say(tab, "Pears");
    awaitReply(tab, "Hello there");
    tab.click("#threads li:nth-child(2) a");
    tab.awaitText(".bubble", "Apples");
    tab.run("history.back()");
    tab.awaitText(".bubble", "Pears");
    tab.run("void (location.hash = '#/t/00000000-0000-7000-8000-000000000000')");
    tab.awaitText("#toasts", "there no more");
    tab.awaitText("#title", "New chat");
  }

  @Test
  void export_isMarkdownOfEverything() {
    CANISTER.script(CanisterScript.answering(request -> "**To** " + request.question()));
    Tab tab = open();
    say(tab, "One");
    awaitReply(tab, "To One");
    say(tab, "Two");
    awaitReply(tab, "To Two");

    tab.run(
        "(made => URL.createObjectURL = blob => { globalThis.saved = blob; return made.call(URL,"
            + " blob); })(URL.createObjectURL)");
    choose(tab, "Export as Markdown");
    tab.await("globalThis.saved");
    String text = tab.run("saved.text()").asString().replaceAll("<sub>.*</sub>\n\n", "");
    assertThat(text)
        .isEqualTo(
            "# One\n\n"
                + "## You\n\n"
                + "One\n\n"
                + "## AVAI\n\n"
                + "**To** One\n\n"
                + "## You\n\n"
                + "Two\n\n"
                + "## AVAI\n\n"
                + "**To** Two\n");
  }

  @Test
  void longThread_isLoadedPageByPage() {
    Tab tab = open();
    say(tab, "The very first");
    awaitReply(tab, "Hello there");
    // Through the page's own client, which is quicker than typing.
    tab.run(
        "import('/avai-client.js').then(async ({AvaiClient}) => { const client = new"
            + " AvaiClient({url: location.origin.replace('http', 'ws') + '/ws', credentials: () =>"
            + " ({session_token: localStorage.getItem('avai.session')})}); client.connect(); const"
            + " thread_id = location.hash.slice(4); for (let i = 0; i < 60; i++) { const done = new"
            + " Promise(r => client.addEventListener('ai_response', r, {once: true})); await"
            + " client.send({thread_id, content: 'Number ' + i}); await done; } client.close();"
            + " })");
    tab.reload();
    awaitReply(tab, "Hello there");
    assertThat(shown(tab)).hasSize(100).doesNotContain("The very first");
    tab.run("document.querySelector('#scroller').scrollTop = 0");
    tab.click("#older");
    tab.awaitText(".bubble", "The very first");
    assertThat(shown(tab)).hasSize(122).startsWith("The very first", "Hello there, friend.");
    assertThat(tab.run("document.querySelector('#scroller').scrollTop").asInt()).isPositive();
  }
}
