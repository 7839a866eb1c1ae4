package life.avai.testkit.conversation;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.atomic.AtomicReference;
import life.avai.domain.assistant.Assistant;
import life.avai.domain.conversation.ConversationEvent.TurnAnswered;
import life.avai.domain.conversation.ConversationEvent.TurnWaits;
import life.avai.domain.conversation.ConversationStore.RegenerateOutcome;
import life.avai.domain.conversation.ConversationStore.RegenerateOutcome.Regenerating;
import life.avai.domain.message.HistoryQuery;
import life.avai.domain.message.Message;
import life.avai.testkit.assistant.HeldReply;
import life.avai.testkit.assistant.Script;
import life.avai.testkit.assistant.ScriptedAssistant;
import life.avai.testkit.fixture.Fixtures;
import org.junit.jupiter.api.Test;

class RegenerateTest extends ConversationTest {
  private RegenerateOutcome regenerate() {
    return server.regenerate.handle(owner.userId(), thread, regenerating -> {});
  }

  private void answered(String reply) {
    assistant.plays(Script.answer(reply));
    var receipt = server.accepted(Server.command(owner, thread, "Is it?"));
    assertThat(watch.awaited(TurnAnswered.class).requestId()).isEqualTo(receipt.requestId());
  }

  @Test
  void theLastQuestion_isAnsweredAnewAndItsReplyLeftOut() {
    answered("bad.");
    assistant.plays(Script.answer("good."));
    AtomicReference<Regenerating> acknowledged = new AtomicReference<>();

    var outcome = server.regenerate.handle(owner.userId(), thread, acknowledged::set);

    assertThat(outcome).isEqualTo(acknowledged.get());
    assertThat(watch.untilEnded())
        .containsExactly("ReplyStarted", "typing", "typing ends", "TurnAnswered");
    assertThat(assistant.requests().getLast().messages())
        .extracting(message -> message.content())
        .containsExactly("Is it?");
    assertThat(
            stores
                .messages()
                .history(
                    owner.userId(),
                    thread,
                    new HistoryQuery(new HistoryQuery.From.Latest(), 10, false))
                .orElseThrow()
                .messages())
        .extracting(Message::content)
        .containsExactly("Is it?", "good.");
  }

  @Test
  void aThreadInWhichATurnRuns_isBusy() {
    HeldReply held = assistant.holds();
    var unused = server.accepted(Server.command(owner, thread, "Is it?"));
    held.awaitAsked();

    assertThat(regenerate()).isEqualTo(new RegenerateOutcome.Busy());
  }

  @Test
  void anEmptyThread_hasNothingToAnswer() {
    assertThat(regenerate()).isEqualTo(new RegenerateOutcome.NothingToAnswer());
  }

  @Test
  void somebodyElsesThread_isNotThere() {
    var stranger = Fixtures.signedIn(stores.users()).userId();

    assertThat(server.regenerate.handle(stranger, thread, regenerating -> {}))
        .isEqualTo(new RegenerateOutcome.ThreadNotFound());
  }

  @Test
  void withoutAnAssistant_theQuestionWaits() {
    answered("bad.");
    assistant.is(ScriptedAssistant.UNAVAILABLE);

    assertThat(regenerate()).isInstanceOf(Regenerating.class);
    assertThat(watch.next()).isInstanceOf(TurnWaits.class);

    assistant.is(ScriptedAssistant.AVAILABLE);
    assertThat(watch.awaited(TurnAnswered.class).message().content()).isEqualTo("Understood.");
  }

  @Test
  void onAServerWithoutAModel_itHasFailedFromTheStart() {
    answered("bad.");
    try (Server without = new Server(stores, Assistant.disabled());
        Watch mine = without.watch(thread)) {
      var outcome = without.regenerate.handle(owner.userId(), thread, regenerating -> {});

      assertThat(outcome).isInstanceOf(Regenerating.class);
      assertThat(mine.untilEnded()).containsExactly("TurnFailed");
    }
  }
}
