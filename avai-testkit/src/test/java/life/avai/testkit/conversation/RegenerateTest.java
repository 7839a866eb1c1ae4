package life.avai.testkit.conversation;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;
import life.avai.domain.assistant.Assistant;
import life.avai.domain.conversation.ConversationEvent.TurnAnswered;
import life.avai.domain.conversation.ConversationEvent.TurnWaits;
import life.avai.domain.conversation.ConversationStore.RegenerateOutcome.Regenerating;
import life.avai.domain.conversation.Regenerate;
import life.avai.domain.message.HistoryQuery;
import life.avai.domain.message.Message;
import life.avai.domain.ratelimit.RateLimiter.Decision.Refused;
import life.avai.testkit.assistant.HeldReply;
import life.avai.testkit.assistant.Script;
import life.avai.testkit.assistant.ScriptedAssistant;
import life.avai.testkit.fixture.Fixtures;
import org.junit.jupiter.api.Test;

class RegenerateTest extends ConversationTest {
  private Regenerate.Outcome regenerate() {
    return server.regenerate.handle(owner, thread, null, regenerating -> {});
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

    var outcome = server.regenerate.handle(owner, thread, null, acknowledged::set);

    assertThat(outcome).isEqualTo(new Regenerate.Outcome.Accepted());
    assertThat(acknowledged.get()).isNotNull();
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

    assertThat(regenerate()).isEqualTo(new Regenerate.Outcome.Busy());
  }

  @Test
  void answeringAnew_countsLikeAMessage() {
    answered("bad.");
    var soon = new Refused(Duration.ofSeconds(3));
    try (Server strict = new Server(stores, assistant, Server.SETTINGS, caller -> soon)) {
      assertThat(strict.regenerate.handle(owner, thread, null, regenerating -> {}))
          .isEqualTo(new Regenerate.Outcome.RateLimited(soon.retryAfter()));
    }
    assertThat(assistant.requests()).hasSize(1);
  }

  @Test
  void anEmptyThread_hasNothingToAnswer() {
    assertThat(regenerate()).isEqualTo(new Regenerate.Outcome.NothingToAnswer());
  }

  @Test
  void somebodyElsesThread_isNotThere() {
    var stranger = Fixtures.signedIn(stores.users());

    assertThat(server.regenerate.handle(stranger, thread, null, regenerating -> {}))
        .isEqualTo(new Regenerate.Outcome.ThreadNotFound());
  }

  @Test
  void withoutAnAssistant_theQuestionWaits() {
    answered("bad.");
    assistant.is(ScriptedAssistant.UNAVAILABLE);

    assertThat(regenerate()).isEqualTo(new Regenerate.Outcome.Accepted());
    assertThat(watch.next()).isInstanceOf(TurnWaits.class);

    assistant.is(ScriptedAssistant.AVAILABLE);
    assertThat(watch.awaited(TurnAnswered.class).message().content()).isEqualTo("Understood.");
  }

  @Test
  void onAServerWithoutAModel_itHasFailedFromTheStart() {
    answered("bad.");
    try (Server without = new Server(stores, Assistant.disabled());
        Watch mine = without.watch(thread)) {
      var outcome = without.regenerate.handle(owner, thread, null, regenerating -> {});

      assertThat(outcome).isEqualTo(new Regenerate.Outcome.Accepted());
      assertThat(mine.untilEnded()).containsExactly("TurnFailed");
    }
  }
}
