package life.avai.server.page;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.concurrent.CompletableFuture;
import life.avai.server.support.TestServer;
import life.avai.testkit.canister.CanisterScript;
import life.avai.testkit.canister.Step;
import life.avai.testkit.fault.FaultProxy;
import org.junit.jupiter.api.Test;

/** Reloading, losing the connection, being offline, and several tabs. */
class BreaksPageTest extends PageScenario {
  private static CanisterScript inTwoParts(
      String one, CompletableFuture<Void> between, String two) {
    return CanisterScript.playing(
        Step.delta(one), Step.await(between), Step.delta(two), Step.response());
  }

  @Test
  void reload_inMidStream_goesOn() {
    CompletableFuture<Void> rest = new CompletableFuture<>();
    CANISTER.script(inTwoParts("One, two, ", rest, "three."));
    Tab tab = open();
    say(tab, "Count");
    tab.awaitText(".markdown", "One, two,");

    tab.reload();
    tab.awaitText(".markdown", "One, two,");
    rest.complete(null);
    awaitReply(tab, "three.");

    assertThat(shown(tab)).containsExactly("Count", "One, two, three.");
  }

  @Test
  void serverWithoutAnAssistant_saysSo_alsoAfterAReload() {
    try (TestServer alone = TestServer.start(Map.of())) {
      Tab tab = person().open("http://127.0.0.1:" + alone.port() + "/");
      tab.awaitText("#assistant", "No assistant");
      say(tab, "Is anybody there?");
      tab.awaitText("#messages", "No assistant is set up on this server.");

      tab.reload();
      tab.awaitText("#messages", "No assistant is set up on this server.");
      assertThat(tab.problems()).isEmpty();
      tab.close();
    }
  }

  @Test
  void lostConnection_inMidStream_isResumedWhereItWas() {
    CompletableFuture<Void> rest = new CompletableFuture<>();
    CANISTER.script(inTwoParts("One, two, ", rest, "three."));
    try (FaultProxy proxy = FaultProxy.to(port())) {
      Tab tab = open(person(), "http://127.0.0.1:" + proxy.port() + "/");
      say(tab, "Count");
      tab.awaitText(".markdown", "One, two,");

      proxy.refuse();
      proxy.reset();
      tab.awaitText("#connection", "No connection. Trying again");
      tab.awaitText(".markdown", "One, two,");
      rest.complete(null);
      proxy.pass();
      tab.click("#retry");
      awaitReply(tab, "three.");

      assertThat(shown(tab)).containsExactly("Count", "One, two, three.");
      assertThat(tab.sent("subscribe").getLast().at("/after_position").asInt()).isOne();
      assertThat(tab.sent("subscribe").getLast().at("/reply/offset").asInt()).isEqualTo(10);
      tab.await("document.querySelector('#connection').hidden");
    }
  }

  @Test
  void noticeOfABreak_isDueOnce_andNotLaterWithEachTry() {
    try (FaultProxy proxy = FaultProxy.to(port())) {
      Tab tab = open(person(), "http://127.0.0.1:" + proxy.port() + "/");
      tab.run(
          """
          window.notices = 0;
          const real = setTimeout;
          window.setTimeout = (call, delay) => {
            if (delay === 800) notices++;
            return real(call, delay);
          };
          """);
      proxy.refuse();
      proxy.reset();
      tab.awaitText("#connection", "No connection");

      assertThat(tab.run("notices").asInt()).isOne();
    }
  }

  @Test
  void messagesWrittenOffline_areSentOnce_inOrder_toOneThread() {
    CANISTER.script(CanisterScript.answering(request -> "To " + request.question()));
    try (FaultProxy proxy = FaultProxy.to(port())) {
      Tab tab = open(person(), "http://127.0.0.1:" + proxy.port() + "/");
      proxy.refuse();
      proxy.reset();
      tab.awaitText("#connection", "No connection");

      say(tab, "first");
      say(tab, "second");
      tab.awaitText(".note", "Kept here until there is a connection");
      assertThat(tab.text("#assistant")).isEmpty();
      proxy.pass();
      tab.click("#retry");
      awaitReply(tab, "To second");

      assertThat(shown(tab)).containsExactly("first", "To first", "second", "To second");
      assertThat(tab.run("document.querySelectorAll('.thread').length").asInt()).isOne();
      tab.reload();
      awaitReply(tab, "To second");
      assertThat(shown(tab)).containsExactly("first", "To first", "second", "To second");
    }
  }

  @Test
  void messageWhoseAcknowledgementWasLost_isSentAgainUnderTheSameId() {
    try (FaultProxy proxy = FaultProxy.to(port())) {
      Tab tab = open(person(), "http://127.0.0.1:" + proxy.port() + "/");
      say(tab, "first");
      awaitReply(tab, "Hello there");

      proxy.hold(life.avai.testkit.fault.Direction.BACK);
      say(tab, "second");
      tab.await("document.querySelectorAll('.pending').length === 1");
      CANISTER.awaitRequests(CANISTER.received().size());
      proxy.awaitHeld(life.avai.testkit.fault.Direction.BACK);
      proxy.reset();
      proxy.pass();
      tab.await("document.querySelectorAll('.pending').length === 0");
      awaitReply(tab, "Hello there");

      assertThat(shown(tab)).hasSize(4);
      var sent = tab.sent("send_message");
      assertThat(sent.getLast().get("client_message_id"))
          .isEqualTo(sent.get(1).get("client_message_id"));
      tab.reload();
      awaitReply(tab, "Hello there");
      assertThat(shown(tab)).hasSize(4);
    }
  }

  @Test
  void unsentMessage_survivesAReload() {
    try (FaultProxy proxy = FaultProxy.to(port())) {
      var person = person();
      String url = "http://127.0.0.1:" + proxy.port() + "/";
      Tab tab = open(person, url);
      proxy.refuse();
      proxy.reset();
      tab.awaitText("#connection", "No connection");
      say(tab, "Do not lose me");
      tab.await("localStorage.length > 1");
      tab.close();

      proxy.pass();
      Tab later = open(person, url);
      awaitReply(later, "Hello there");
      assertThat(shown(later)).containsExactly("Do not lose me", "Hello there, friend.");
    }
  }

  @Test
  void tabs_areInStep() {
    CompletableFuture<Void> rest = new CompletableFuture<>();
    CANISTER.script(inTwoParts("One, two, ", rest, "three."));
    var person = person();
    Tab one = open(person);
    say(one, "Count");
    one.awaitText(".markdown", "One, two,");
    Tab two = open(person, one.run("location.href").asString());

    two.awaitText(".markdown", "One, two,");
    rest.complete(null);
    awaitReply(one, "three.");
    awaitReply(two, "three.");
    CANISTER.script(CanisterScript.replyWith("Yes."));
    say(two, "And on?");
    awaitReply(one, "Yes.");

    assertThat(shown(one))
        .isEqualTo(shown(two))
        .containsExactly("Count", "One, two, three.", "And on?", "Yes.");
    one.click("#new");
    say(one, "Something else");
    awaitReply(one, "Yes.");
    two.awaitText(".thread", "Something else");
  }

  @Test
  void draft_isKeptForEachThread() {
    Tab tab = open();
    say(tab, "One");
    awaitReply(tab, "Hello there");
    tab.type("unfinished");
    tab.click("#new");
    tab.await("document.querySelector('#input').value === ''");
    tab.type("something new");
    tab.reload();
    tab.await("document.querySelector('#input').value === 'something new'");
    tab.click(".thread");
    tab.await("document.querySelector('#input').value === 'unfinished'");
  }

  @Test
  void assistantThatIsAway_isExplained_andTheMessageIsAnsweredLater() {
    Tab tab = open();
    CANISTER.stop();
    try {
      tab.awaitText("#assistant", "away");
      say(tab, "Anybody there?");
      String away = "The assistant is away. Your message is kept and will be answered";
      tab.awaitText(".notice", away);
      tab.reload();
      tab.awaitText(".notice", away);
      assertThat(tab.run("document.querySelector('.notice button')").isNull()).isTrue();
    } finally {
      CANISTER.restart();
    }
    awaitReply(tab, "Hello there");
  }
}
