package life.avai.testkit.conversation;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import life.avai.domain.conversation.ConversationEvent.ReplyAbandoned;
import life.avai.domain.conversation.ConversationEvent.ReplyStarted;
import life.avai.domain.conversation.ConversationEvent.TurnAnswered;
import life.avai.domain.conversation.ConversationEvent.TurnEnded;
import life.avai.domain.conversation.ConversationEvent.UserTyping;
import life.avai.domain.conversation.TurnOutcomes;
import life.avai.domain.conversation.TurnSettings;
import life.avai.domain.reply.ReplyStream;
import life.avai.domain.turn.TurnState;
import life.avai.testkit.assistant.HeldReply;
import life.avai.testkit.assistant.Script;
import life.avai.testkit.assistant.ScriptedAssistant;
import life.avai.testkit.fixture.Fixtures;
import org.junit.jupiter.api.Test;

/** What becomes of turns when servers come, die, go and overlap. */
class SeveralServersTest extends ConversationTest {
  private static final TurnSettings BRIEF_LEASE =
      new TurnSettings(Duration.ofMinutes(5), Duration.ofMillis(100), 3, Duration.ofMinutes(1));

  @Test
  void aTurnOfADeadServer_isTakenOverUnderTheNextAttempt() {
    assistant.plays(Script.answer("Yes."));
    var draft =
        Fixtures.draft(owner.userId(), thread)
            .runNow(Fixtures.lease(Duration.ofMillis(50)))
            .build();
    var saved = stores.conversations().save(draft);
    assertThat(saved).isNotNull();

    assertThat(watch.untilEnded())
        .containsExactly("ReplyStarted", "typing", "typing ends", "TurnAnswered");
    assertThat(assistant.requests().getFirst().attempt()).isEqualTo(2);
    assertThat(server.turn(draft.requestId()).attempt()).isEqualTo(2);
  }

  @Test
  void aServerWhoseTurnWasTakenOver_writesAndTellsNothingMore() {
    ScriptedAssistant slow = new ScriptedAssistant();
    HeldReply held = slow.holds();
    assistant.plays(Script.answer("The other's."));
    // Not started: it never renews its leases.
    try (Server stalled = new Server(stores, slow, BRIEF_LEASE, Server.UNLIMITED)) {
      Watch there = stalled.watch(thread);
      var receipt = stalled.accepted(Server.command(owner, thread, "Is it?"));
      held.delta("Mi");

      assertThat(watch.awaited(TurnAnswered.class).message().content()).isEqualTo("The other's.");
      held.complete("Mine.");

      assertThat(Watch.names(there.until(ReplyAbandoned.class)))
          .containsExactly(
              "MessageAdded", "ReplyStarted", "typing", "typing ends", "ReplyAbandoned");
      assertThat(server.turn(receipt.requestId()).reply().content()).isEqualTo("The other's.");
      // It learns the outcome from the store, as anybody.
      stalled.turns.start();
      assertThat(there.awaited(TurnAnswered.class).message().content()).isEqualTo("The other's.");
    }
  }

  @Test
  void aServerWhoseTurnWasTakenOver_showsNoTextUnderTheOthersNumber() {
    ScriptedAssistant slow = new ScriptedAssistant();
    HeldReply held = slow.holds();
    assistant.plays(Script.answer("The other's."));
    try (Server stalled = new Server(stores, slow, BRIEF_LEASE, Server.UNLIMITED)) {
      Watch there = stalled.watch(thread);
      var unused = stalled.accepted(Server.command(owner, thread, "Is it?"));
      ReplyStream stream = there.awaited(ReplyStarted.class).stream();
      held.delta("Mi");
      assertThat(watch.awaited(TurnAnswered.class).attempt()).isEqualTo(2);

      held.complete("Not what it had begun to say.");

      var abandoned = there.awaited(ReplyAbandoned.class);
      assertThat(abandoned.requestId()).isEqualTo(stream.requestId());
      assertThat(stream.attempt()).isEqualTo(1);
      assertThat(stream.content()).isEqualTo("Mi");
    }
  }

  @Test
  void aServerThatShutsDown_handsItsTurnsOver() {
    ScriptedAssistant slow = new ScriptedAssistant();
    HeldReply held = slow.holds();
    Server leaving = new Server(stores, slow).started();
    var receipt = leaving.accepted(Server.command(owner, thread, "Is it?"));
    held.awaitAsked();
    assistant.plays(Script.answer("The other's."));

    leaving.close();

    held.awaitStopped();
    TurnAnswered answered = watch.awaited(TurnAnswered.class);
    assertThat(answered.requestId()).isEqualTo(receipt.requestId());
    assertThat(answered.attempt()).isEqualTo(2);
    assertThat(leaving.turns.runningTurns()).isZero();
  }

  @Test
  void aServerThatShutsDown_letsTurnsFinishWithinTheGrace() throws Exception {
    ScriptedAssistant slow = new ScriptedAssistant();
    HeldReply held = slow.holds();
    Server leaving = new Server(stores, slow).started();
    var receipt = leaving.accepted(Server.command(owner, thread, "Is it?"));
    held.awaitAsked();

    CompletableFuture<Void> closed =
        CompletableFuture.runAsync(() -> leaving.turns.close(Duration.ofSeconds(10)));
    held.complete("In time.");

    closed.get(10, TimeUnit.SECONDS);
    assertThat(leaving.turn(receipt.requestId()).state()).isEqualTo(TurnState.COMPLETED);
    assertThat(leaving.turn(receipt.requestId()).attempt()).isEqualTo(1);
  }

  @Test
  void anOutcomeThatIsLearnedTwice_isToldOnce() {
    var receipt = server.accepted(Server.command(owner, thread, "Is it?"));
    TurnAnswered first = watch.awaited(TurnAnswered.class);
    TurnEnded again = TurnOutcomes.event(server.turn(receipt.requestId()));
    assertThat(again).isEqualTo(first);

    server.events.publish(again);
    server.events.publish(new UserTyping(thread, true, null));

    assertThat(watch.next()).isInstanceOf(UserTyping.class);
  }
}
