package life.avai.testkit.conversation;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import life.avai.domain.conversation.ConversationEvent.TurnAnswered;
import life.avai.domain.conversation.ConversationEvent.TurnCancelled;
import life.avai.domain.conversation.ConversationStore;
import life.avai.domain.conversation.WhileBusy;
import life.avai.domain.message.FinishReason;
import life.avai.domain.turn.RequestId;
import life.avai.domain.turn.TurnState;
import life.avai.testkit.assistant.HeldReply;
import life.avai.testkit.assistant.Script;
import life.avai.testkit.assistant.ScriptedAssistant;
import life.avai.testkit.contract.Eventually;
import life.avai.testkit.fixture.Fixtures;
import org.junit.jupiter.api.Test;

class CancellingTurnsTest extends ConversationTest {
  @Test
  void aWaitingTurn_endsAtOnce() {
    assistant.is(ScriptedAssistant.UNAVAILABLE);
    var receipt = server.accepted(Server.command(owner, thread, "Is it?"));

    assertThat(server.cancel.handle(owner.userId(), thread, null).orElseThrow())
        .containsExactly(receipt.requestId());

    assertThat(watch.awaited(TurnCancelled.class).partial()).isNull();
    assistant.is(ScriptedAssistant.AVAILABLE);
    assertThat(server.turn(receipt.requestId()).state()).isEqualTo(TurnState.CANCELLED);
  }

  @Test
  void aRunningTurnWithoutText_leavesNoReply() {
    HeldReply held = assistant.holds();
    var receipt = server.accepted(Server.command(owner, thread, "Is it?"));
    held.awaitAsked();

    assertThat(server.cancel.handle(owner.userId(), thread, null).orElseThrow())
        .containsExactly(receipt.requestId());

    held.awaitStopped();
    assertThat(watch.untilEnded())
        .containsExactly("MessageAdded", "ReplyStarted", "typing", "typing ends", "TurnCancelled");
    assertThat(server.turn(receipt.requestId()).reply()).isNull();
  }

  @Test
  void aRunningTurnWithText_keepsWhatHadArrived() {
    HeldReply held = assistant.holds();
    var receipt = server.accepted(Server.command(owner, thread, "Is it?"));
    held.delta("It de");

    assertThat(server.cancel.handle(owner.userId(), thread, receipt.requestId()).orElseThrow())
        .containsExactly(receipt.requestId());

    var partial = watch.awaited(TurnCancelled.class).partial();
    assertThat(partial.content()).isEqualTo("It de");
    assertThat(partial.finishReason()).isEqualTo(FinishReason.CANCELLED);
    assertThat(server.turn(receipt.requestId()).reply()).isEqualTo(partial);
  }

  @Test
  void aTurnBetweenTwoAttempts_endsToo() {
    assistant.plays(Script.lose(Duration.ofMinutes(1)));
    var receipt = server.accepted(Server.command(owner, thread, "Is it?"));
    Eventually.found(() -> assistant.requests().stream().findFirst());

    assertThat(server.cancel.handle(owner.userId(), thread, null).orElseThrow())
        .containsExactly(receipt.requestId());
    assertThat(assistant.requests()).hasSize(1);
  }

  @Test
  void anEndedTurn_staysAsItIs() {
    var receipt = server.accepted(Server.command(owner, thread, "Is it?"));
    var unused = watch.awaited(TurnAnswered.class);

    assertThat(server.cancel.handle(owner.userId(), thread, receipt.requestId()).orElseThrow())
        .isEmpty();
    assertThat(server.turn(receipt.requestId()).state()).isEqualTo(TurnState.COMPLETED);
  }

  @Test
  void somebodyElsesThread_isNotThere() {
    var stranger = Fixtures.signedIn(stores.users()).userId();

    assertThat(server.cancel.handle(stranger, thread, null)).isEmpty();
  }

  @Test
  void aTurnThatAnotherServerRuns_endsThere() {
    HeldReply held = assistant.holds();
    var receipt = server.accepted(Server.command(owner, thread, "Is it?"));
    held.delta("It de");
    try (Server other = new Server(stores, new ScriptedAssistant()).started()) {
      Watch there = other.watch(thread);

      assertThat(other.cancel.handle(owner.userId(), thread, null).orElseThrow())
          .containsExactly(receipt.requestId());

      assertThat(watch.awaited(TurnCancelled.class).partial().content()).isEqualTo("It de");
      assertThat(there.awaited(TurnCancelled.class).partial().content()).isEqualTo("It de");
    }
  }

  @Test
  void aMessageThatInterrupts_cancelsWhatRunsAndWaitsAndIsAnsweredNext() {
    HeldReply held = assistant.holds();
    assistant.plays(Script.answer("At last."));
    var running = server.accepted(Server.command(owner, thread, "one?"));
    held.awaitAsked();
    var waiting = server.accepted(Server.command(owner, thread, "two?"));

    var next = server.accepted(Server.command(owner, thread, null, null, WhileBusy.INTERRUPT));

    assertThat(watch.awaited(TurnAnswered.class).requestId()).isEqualTo(next.requestId());
    assertThat(server.turn(running.requestId()).state()).isEqualTo(TurnState.CANCELLED);
    assertThat(server.turn(waiting.requestId()).state()).isEqualTo(TurnState.CANCELLED);
  }

  @Test
  void aMessageThatInterrupts_isTakenByAThreadThatIsFull() {
    HeldReply held = assistant.holds();
    assistant.plays(Script.answer("At last."));
    List<RequestId> unfinished = new ArrayList<>();
    unfinished.add(server.accepted(Server.command(owner, thread, "0?")).requestId());
    held.awaitAsked();
    for (int i = 1; i < ConversationStore.MAX_UNFINISHED_PER_THREAD; i++) {
      unfinished.add(server.accepted(Server.command(owner, thread, i + "?")).requestId());
    }

    long newest = unfinished.size();
    var next = server.accepted(Server.command(owner, thread, null, newest, WhileBusy.INTERRUPT));

    assertThat(watch.awaited(TurnAnswered.class).requestId()).isEqualTo(next.requestId());
    assertThat(unfinished)
        .allSatisfy(turn -> assertThat(server.turn(turn).state()).isEqualTo(TurnState.CANCELLED));
  }

  @Test
  void aDeletedThread_stopsItsTurn() {
    HeldReply held = assistant.holds();
    var receipt = server.accepted(Server.command(owner, thread, "Is it?"));
    held.awaitAsked();

    assertThat(server.threads.delete(owner.userId(), thread, null)).isTrue();

    held.awaitStopped();
    assertThat(stores.conversations().turns(List.of(receipt.requestId()))).isEmpty();
  }
}
