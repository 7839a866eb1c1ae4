package life.avai.server.page;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import life.avai.testkit.canister.CanisterScript;
import life.avai.testkit.canister.Step;
import org.junit.jupiter.api.Test;

/** Asking, reading, stopping, asking again. */
class ConversationPageTest extends PageScenario {
  @Test
  void reply_isShownAsItComes_thenWithWhatIsKnownOfIt() {
    CompletableFuture<Void> rest = new CompletableFuture<>();
    CANISTER.script(
        CanisterScript.playing(
            Step.progress("Reading the code", 10),
            Step.delta("## Found\n\nIt is **un"),
            Step.await(rest),
            Step.delta("safe**.\n\n```java\nint i = 1;\n```\n"),
            Step.response()
                .with("model_used", "sec-7b")
                .with("processing_time_ms", 1240)
                .with("confidence_score", 0.87)));
    Tab tab = open();

    say(tab, "Is this safe?\nint i = 1;");
    tab.awaitText(".markdown h2", "Found");
    tab.awaitText(".markdown", "un");
    assertThat(tab.run("document.querySelector('.answer').ariaBusy").asString()).isEqualTo("true");
    rest.complete(null);
    awaitReply(tab, "int i = 1;");

    assertThat(tab.text(".markdown strong")).isEqualTo("unsafe");
    assertThat(tab.text(".meta")).isEqualTo("sec-7b · 1.2 s · 87 % sure");
    assertThat(tab.run("document.querySelectorAll('.code .hljs-number').length").asInt()).isOne();
    assertThat(tab.text(".bubble")).isEqualTo("Is this safe?\nint i = 1;");
    tab.await(
        "document.querySelector('.thread[aria-current]')?.innerText.startsWith('Is this safe?')");
    tab.awaitText("#announcer", "AVAI: ## Found");
  }

  @Test
  void thinking_isToldWithTheTimeThatItTakes() {
    CompletableFuture<Void> rest = new CompletableFuture<>();
    CANISTER.script(
        CanisterScript.playing(
            Step.progress("Reading the code", 10), Step.await(rest), Step.response("Done.")));
    Tab tab = open();

    say(tab, "Take your time");
    tab.awaitText(".thinking", "Reading the code · 1 s");
    rest.complete(null);
    awaitReply(tab, "Done.");
  }

  @Test
  void stop_keepsWhatHadCome() {
    CANISTER.script(
        CanisterScript.playing(Step.delta("Only this"), Step.await(new CompletableFuture<>())));
    Tab tab = open();

    say(tab, "Go on");
    tab.awaitText(".markdown", "Only this");
    tab.press("Escape");
    tab.awaitText(".meta", "stopped");

    assertThat(shown(tab)).containsExactly("Go on", "Only this");
    tab.reload();
    tab.awaitText(".meta", "stopped");
    tab.awaitText(".markdown", "Only this");
    assertThat(shown(tab)).containsExactly("Go on", "Only this");
  }

  @Test
  void stop_beforeAnyText_isExplained_andCanBeUndone() {
    CANISTER.script(
        CanisterScript.first(CanisterScript.stall()).then(CanisterScript.replyWith("Here it is.")));
    Tab tab = open();

    say(tab, "Go on");
    tab.click("#stop");
    tab.awaitText(".notice", "Stopped before any text had come.");
    tab.click(".notice button");
    awaitReply(tab, "Here it is.");
  }

  @Test
  void answerAgain_putsAnotherReplyInThePlaceOfTheFirst() {
    CANISTER.script(
        CanisterScript.first(CanisterScript.replyWith("The first answer."))
            .then(CanisterScript.replyWith("Another answer.")));
    Tab tab = open();

    say(tab, "Well?");
    awaitReply(tab, "The first answer.");
    tab.click("button[aria-label='Answer again']");
    awaitReply(tab, "Another answer.");

    assertThat(shown(tab)).containsExactly("Well?", "Another answer.");
    tab.reload();
    awaitReply(tab, "Another answer.");
    assertThat(shown(tab)).containsExactly("Well?", "Another answer.");
  }

  @Test
  void failure_isExplained_andMayBeTriedAgain() {
    CANISTER.script(
        CanisterScript.first(CanisterScript.failWith("no luck", false, null))
            .then(CanisterScript.replyWith("Better now.")));
    Tab tab = open();

    say(tab, "Well?");
    tab.awaitText(".notice", "The assistant could not answer this. Your message is kept.");
    tab.click(".notice button");
    awaitReply(tab, "Better now.");
    assertThat(shown(tab)).containsExactly("Well?", "Better now.");
  }

  @Test
  void failure_isStillOneAfterAReload_andMayBeTriedAgain() {
    CANISTER.script(
        CanisterScript.first(CanisterScript.failWith("no luck", false, null))
            .then(CanisterScript.replyWith("Better now.")));
    Tab tab = open();
    say(tab, "Well?");
    tab.awaitText(".notice", "The assistant could not answer this.");

    tab.reload();
    tab.awaitText(".notice", "This was not answered.");
    tab.click(".notice button");
    awaitReply(tab, "Better now.");
  }

  @Test
  void questionsThatWait_getTheirRepliesBeneathThem() {
    CompletableFuture<Void> first = new CompletableFuture<>();
    CANISTER.script(request ->
        request.question().equals("One")
            ? CanisterScript.playing(
                    Step.delta("To "), Step.await(first), Step.delta("one"), Step.response())
                .stepsFor(request)
            : CanisterScript.replyWith("To two").stepsFor(request));
    Tab tab = open();

    say(tab, "One");
    tab.awaitText(".markdown", "To");
    say(tab, "Two");
    tab.await("document.querySelectorAll('.question').length === 2");
    first.complete(null);
    awaitReply(tab, "To two");

    assertThat(shown(tab)).containsExactly("One", "To one", "Two", "To two");
    tab.reload();
    awaitReply(tab, "To two");
    assertThat(shown(tab)).containsExactly("One", "To one", "Two", "To two");
  }

  @Test
  void growingReply_leavesAloneWhatIsComplete_andWhereTheReaderIs() {
    CompletableFuture<Void> more = new CompletableFuture<>();
    String paragraph = "A paragraph that is complete.\n\n";
    CANISTER.script(
        CanisterScript.playing(
            Step.deltas(paragraph.repeat(80), 50, Duration.ZERO),
            Step.await(more),
            Step.deltas(paragraph.repeat(40) + "The end.", 50, Duration.ZERO),
            Step.response()));
    Tab tab = open();

    say(tab, "A long one");
    tab.await("document.querySelectorAll('.markdown p').length === 80");
    // Who reads the newest is taken along; who reads something else is left there.
    assertThat(fromTheEnd(tab)).isLessThan(2);
    tab.run("document.querySelector('.markdown p').isTheSame = true");
    tab.run("document.querySelector('#scroller').scrollTop = 200");
    tab.await("!document.querySelector('#latest').hidden");
    more.complete(null);
    awaitReply(tab, "The end.");

    assertThat(tab.run("document.querySelector('.markdown p').isTheSame").asBoolean()).isTrue();
    assertThat(tab.run("document.querySelector('#scroller').scrollTop").asInt()).isEqualTo(200);
    tab.click("#latest");
    assertThat(fromTheEnd(tab)).isLessThan(2);
    assertThat(tab.run("document.querySelectorAll('.markdown p').length").asInt()).isEqualTo(121);
  }

  private static double fromTheEnd(Tab tab) {
    return tab.run(
            "(s => s.scrollHeight - s.scrollTop -"
                + " s.clientHeight)(document.querySelector('#scroller'))")
        .asDouble();
  }

  @Test
  void code_isCopiedAsItIs() {
    CANISTER.script(CanisterScript.replyWith("```html\n<b a=\"1\">&amp;</b>\n```"));
    Tab tab = open();
    say(tab, "Show me");
    awaitReply(tab, "<b a=");

    tab.run(
        "navigator.clipboard.writeText = text => { globalThis.copied = text; return"
            + " Promise.resolve(); }");
    tab.click(".copy");
    tab.awaitText(".copy", "Copied");
    assertThat(tab.run("copied").asString()).isEqualTo("<b a=\"1\">&amp;</b>");
  }

  @Test
  void codeInAQuestion_isShownAsCode_andTheRestAsItIs() {
    Tab tab = open();
    tab.click("#input");
    tab.type("Is **this** safe?\n```java\nint i = 1;\n```\nOr ```that");
    tab.press("Enter");
    awaitReply(tab, "Hello there");

    assertThat(tab.text(".bubble .code code")).isEqualTo("int i = 1;");
    assertThat(tab.run("document.querySelector('.bubble .code code span') !== null").asBoolean())
        .isTrue();
    assertThat(
            tab.run(
                    "[...document.querySelector('.bubble').childNodes]"
                        + ".filter(node => node.nodeType === 3).map(node => node.data).join('|')")
                .asString())
        .isEqualTo("Is **this** safe?|Or ```that");
  }
}
