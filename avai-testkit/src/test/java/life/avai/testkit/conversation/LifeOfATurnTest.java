package life.avai.testkit.conversation;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import life.avai.domain.assistant.Assistant;
import life.avai.domain.assistant.AssistantRequest;
import life.avai.domain.conversation.ConversationEvent.ReplyStarted;
import life.avai.domain.conversation.ConversationEvent.TurnAnswered;
import life.avai.domain.conversation.ConversationEvent.TurnFailed;
import life.avai.domain.conversation.ConversationEvent.TurnWaits;
import life.avai.domain.conversation.SendMessage;
import life.avai.domain.conversation.TurnSettings;
import life.avai.domain.reply.ReplyStream;
import life.avai.domain.turn.FailureCode;
import life.avai.domain.turn.TurnState;
import life.avai.domain.turn.TurnUsage;
import life.avai.testkit.assistant.HeldReply;
import life.avai.testkit.assistant.Script;
import life.avai.testkit.assistant.ScriptedAssistant;
import life.avai.testkit.contract.Eventually;
import org.junit.jupiter.api.Test;

class LifeOfATurnTest extends ConversationTest {
  private static final String[] ANSWERED = {
    "MessageAdded", "ReplyStarted", "typing", "typing ends", "TurnAnswered"
  };

  @Test
  void aTurn_isToldInOrderAndTypingEndsBeforeTheOutcome() {
    assistant.plays(Script.answer("It ", "is."));

    var receipt = server.accepted(Server.command(owner, thread, "Is it?"));

    assertThat(watch.untilEnded()).containsExactly(ANSWERED);
    var turn = server.turn(receipt.requestId());
    assertThat(turn.state()).isEqualTo(TurnState.COMPLETED);
    assertThat(turn.attempt()).isEqualTo(1);
    assertThat(turn.reply().content()).isEqualTo("It is.");
    assertThat(turn.reply().position()).isEqualTo(2);
  }

  @Test
  void theReply_canBeReadWhileItGrowsAndIsTheOneThatIsKept() {
    HeldReply held = assistant.holds();
    var unused = server.accepted(Server.command(owner, thread, "Is it?"));
    ReplyStream stream = watch.awaited(ReplyStarted.class).stream();

    held.delta("It ");
    assertThat(stream.content()).isEqualTo("It ");
    held.delta("is.");
    assertThat(stream.content()).isEqualTo("It is.");
    held.complete("It is.");

    TurnAnswered answered = watch.awaited(TurnAnswered.class);
    assertThat(answered.attempt()).isEqualTo(1);
    assertThat(answered.message().id()).isEqualTo(stream.messageId());
  }

  @Test
  void aTextThatWasReplaced_getsANewAttemptFromTheStart() {
    assistant.plays(Script.answerInstead("No.", "Ye"));
    var receipt = server.accepted(Server.command(owner, thread, "Is it?"));
    ReplyStream stream = watch.awaited(ReplyStarted.class).stream();

    TurnAnswered answered = watch.awaited(TurnAnswered.class);

    assertThat(answered.attempt()).isEqualTo(2);
    assertThat(answered.message().content()).isEqualTo("No.");
    assertThat(stream.attempt()).isEqualTo(2);
    assertThat(stream.content()).isEqualTo("No.");
    assertThat(server.turn(receipt.requestId()).attempt()).isEqualTo(2);
    assertThat(assistant.requests()).hasSize(1);
  }

  @Test
  void aTextThatCameAtOnce_replacesNothingAndIsTheFirstAttempt() {
    assistant.plays(Script.answerInstead("Yes."));
    var receipt = server.accepted(Server.command(owner, thread, "Is it?"));
    ReplyStream stream = watch.awaited(ReplyStarted.class).stream();

    TurnAnswered answered = watch.awaited(TurnAnswered.class);

    assertThat(answered.attempt()).isEqualTo(1);
    assertThat(stream.content()).isEqualTo("Yes.");
    assertThat(server.turn(receipt.requestId()).attempt()).isEqualTo(1);
  }

  @Test
  void aLostAttempt_isMadeOnceMoreUnderTheNextNumber() {
    assistant.plays(Script.lose(Duration.ZERO, "Ye"), Script.answer("No."));
    var receipt = server.accepted(Server.command(owner, thread, "Is it?"));

    assertThat(watch.untilEnded()).containsExactly(ANSWERED);

    assertThat(assistant.requests()).extracting(AssistantRequest::attempt).containsExactly(1, 2);
    assertThat(server.turn(receipt.requestId()).attempt()).isEqualTo(2);
    assertThat(server.turn(receipt.requestId()).reply().content()).isEqualTo("No.");
  }

  @Test
  void whatATurnCost_isKeptWhenItWasAnswered() {
    assistant.plays(Script.lose(Duration.ZERO, "A lost beginning"), Script.answer("No."));
    var receipt = server.accepted(Server.command(owner, thread, "Is it?"));
    watch.awaited(TurnAnswered.class);

    TurnUsage usage = server.turn(receipt.requestId()).usage();

    int prompt = assistant.requests().getFirst().estimatedTokens();
    assertThat(usage.model()).isEqualTo("scripted");
    assertThat(usage.promptTokens()).isEqualTo(2 * prompt);
    assertThat(usage.counted()).isTrue();
    // The model's own count of the reply, and an estimate of what was lost.
    assertThat(usage.replyTokens()).isGreaterThan(3);
    assertThat(usage.firstDelta()).isLessThanOrEqualTo(usage.took());
  }

  @Test
  void whatATurnCost_isKeptWhenItFailedOrWasCancelled() {
    assistant.plays(Script.fail(FailureCode.TIMEOUT, "It is not "));
    var failed = server.accepted(Server.command(owner, thread, "Is it?"));
    watch.awaited(TurnFailed.class);
    HeldReply held = assistant.holds();
    var cancelled = server.accepted(Server.command(owner, thread, "Is it now?"));
    held.delta("It is not ");
    server.cancel.handle(owner.userId(), thread, null).orElseThrow();

    for (var receipt : List.of(failed, cancelled)) {
      TurnUsage usage = server.turn(receipt.requestId()).usage();
      assertThat(usage.model()).isNull();
      assertThat(usage.promptTokens()).isPositive();
      assertThat(usage.replyTokens()).isPositive();
      assertThat(usage.counted()).isFalse();
      assertThat(usage.firstDelta()).isNotNull();
    }
  }

  @Test
  void attemptsLostAsOftenAsAllowed_failTheTurnAndNothingIsKept() {
    Script lost = Script.lose(Duration.ZERO, "Ye");
    assistant.plays(lost, lost, lost, Script.answer("too late"));
    var receipt = server.accepted(Server.command(owner, thread, "Is it?"));

    TurnFailed failed = watch.awaited(TurnFailed.class);

    assertThat(failed.code()).isEqualTo(FailureCode.CANISTER_ERROR);
    assertThat(assistant.requests()).hasSize(Server.SETTINGS.attempts());
    assertThat(server.turn(receipt.requestId()).reply()).isNull();
  }

  @Test
  void anAttemptThatCouldBeginOnlyAfterTheDeadline_isNotMade() {
    Duration timeout = Duration.ofMillis(200);
    TurnSettings hasty = new TurnSettings(Duration.ofMinutes(5), Duration.ofSeconds(2), 3, timeout);
    assistant.plays(Script.lose(Duration.ofSeconds(20)), Script.answer("too late"));
    try (Server impatient = new Server(stores, assistant, hasty, Server.UNLIMITED).started();
        Watch there = impatient.watch(thread)) {
      var unused = impatient.accepted(Server.command(owner, thread, "Is it?"));

      assertThat(there.awaited(TurnFailed.class).code()).isEqualTo(FailureCode.TIMEOUT);
      assertThat(assistant.requests()).hasSize(1);
    }
  }

  @Test
  void aFailure_isToldAfterTypingHasEnded() {
    assistant.plays(Script.fail(FailureCode.TIMEOUT, "Ye"));
    var receipt = server.accepted(Server.command(owner, thread, "Is it?"));

    assertThat(watch.untilEnded())
        .containsExactly("MessageAdded", "ReplyStarted", "typing", "typing ends", "TurnFailed");
    assertThat(server.turn(receipt.requestId()).failure()).isEqualTo(FailureCode.TIMEOUT);
    assertThat(server.turn(receipt.requestId()).reply()).isNull();
  }

  @Test
  void anAssistantThatThrows_failsTheTurnAsOurFault() {
    assistant.plays((request, sink) -> {
      throw new IllegalStateException("planted");
    });
    var unused = server.accepted(Server.command(owner, thread, "Is it?"));

    assertThat(watch.untilEnded()).containsSubsequence("typing", "typing ends", "TurnFailed");
    assertThat(server.turn(unused.requestId()).failure()).isEqualTo(FailureCode.INTERNAL);
  }

  @Test
  void aTurnThatNobodyCouldBeAsked_isGivenBackAndRunsLater() {
    assistant.plays(Script.refuse(Duration.ZERO), Script.answer("Yes."));
    var receipt = server.accepted(Server.command(owner, thread, "Is it?"));

    assertThat(Watch.names(watch.until(TurnWaits.class)))
        .containsExactly(
            "MessageAdded", "ReplyStarted", "typing", "typing ends", "ReplyAbandoned", "TurnWaits");
    assertThat(watch.untilEnded())
        .containsExactly("ReplyStarted", "typing", "typing ends", "TurnAnswered");
    assertThat(server.turn(receipt.requestId()).attempt()).isEqualTo(2);
  }

  @Test
  void aTurnThatIsClaimedWhileItIsGivenBack_isToldInOrderAllTheSame() throws Exception {
    AtomicBoolean done = new AtomicBoolean();
    Thread claimer =
        Thread.ofVirtual()
            .start(() -> {
              while (!done.get()) {
                server.turns.claimSoon();
                Thread.yield();
              }
            });
    try {
      for (int i = 0; i < 200; i++) {
        assistant.plays(Script.refuse(Duration.ZERO), Script.answer("Yes."));
        var unused = server.accepted(Server.command(owner, thread, "Is it?"));

        assertThat(watch.untilEnded())
            .containsExactly(
                "MessageAdded",
                "ReplyStarted",
                "typing",
                "typing ends",
                "ReplyAbandoned",
                "TurnWaits",
                "ReplyStarted",
                "typing",
                "typing ends",
                "TurnAnswered");
      }
    } finally {
      done.set(true);
      claimer.join();
    }
    // The last outcome is told before its worker is done.
    var none =
        Eventually.found(
            () -> Optional.of(server.turns.runningTurns()).filter(running -> running == 0));
    assertThat(none).isZero();
  }

  @Test
  void aTurnThatIsClaimedBeforeItsMessageIsTold_beginsAfterIt() {
    assistant.is(ScriptedAssistant.UNAVAILABLE);
    var outcome =
        server.send.handle(
            Server.command(owner, thread, "Is it?"),
            accepted -> {
              assistant.is(ScriptedAssistant.AVAILABLE);
              server.awaitState(accepted.receipt().requestId(), TurnState.RUNNING);
            });

    assertThat(outcome).isInstanceOf(SendMessage.Outcome.Accepted.class);
    assertThat(watch.untilEnded())
        .containsExactly(
            "MessageAdded", "TurnWaits", "ReplyStarted", "typing", "typing ends", "TurnAnswered");
  }

  @Test
  void aTurnWithoutAnAssistant_waitsUntilOneIsBack() {
    assistant.is(ScriptedAssistant.UNAVAILABLE);
    var receipt = server.accepted(Server.command(owner, thread, "Is it?"));
    assertThat(Watch.names(watch.until(TurnWaits.class)))
        .containsExactly("MessageAdded", "TurnWaits");
    assertThat(server.turn(receipt.requestId()).state()).isEqualTo(TurnState.WAITING);

    assistant.is(ScriptedAssistant.AVAILABLE);

    assertThat(watch.untilEnded())
        .containsExactly("ReplyStarted", "typing", "typing ends", "TurnAnswered");
  }

  @Test
  void aTurnWhoseTimeIsOver_expires() {
    assistant.is(ScriptedAssistant.UNAVAILABLE);
    TurnSettings hasty =
        new TurnSettings(Duration.ofMillis(50), Duration.ofMillis(200), 3, Duration.ofMinutes(1));
    try (Server impatient = new Server(stores, assistant, hasty, Server.UNLIMITED).started();
        Watch mine = impatient.watch(thread)) {
      var receipt = impatient.accepted(Server.command(owner, thread, "Is it?"));

      assertThat(mine.untilEnded()).containsExactly("MessageAdded", "TurnWaits", "TurnFailed");
      assertThat(impatient.turn(receipt.requestId()).state()).isEqualTo(TurnState.EXPIRED);
    }
  }

  @Test
  void aTurnOfAServerWithoutAModel_hasFailedFromTheStart() {
    try (Server without = new Server(stores, Assistant.disabled());
        Watch mine = without.watch(thread)) {
      var receipt = without.accepted(Server.command(owner, thread, "Is it?"));

      assertThat(mine.untilEnded()).containsExactly("MessageAdded", "TurnFailed");
      assertThat(without.turn(receipt.requestId()).failure()).isEqualTo(FailureCode.AI_DISABLED);
    }
  }

  @Test
  void turnsOfAThread_runOneAfterAnotherAndKnowWhatWasSaidBefore() {
    HeldReply first = assistant.holds();
    assistant.plays(Script.answer("two."));
    var one = server.accepted(Server.command(owner, thread, "one?"));
    var two = server.accepted(Server.command(owner, thread, "two?"));
    assertThat(first.awaitAsked().requestId()).isEqualTo(one.requestId());
    assertThat(server.turn(two.requestId()).state()).isEqualTo(TurnState.WAITING);

    first.complete("one.");

    assertThat(watch.awaited(TurnAnswered.class).requestId()).isEqualTo(one.requestId());
    assertThat(watch.awaited(TurnAnswered.class).requestId()).isEqualTo(two.requestId());
    assertThat(assistant.requests().getLast().messages())
        .extracting(AssistantRequest.ContextMessage::content)
        .isEqualTo(List.of("one?", "one.", "two?"));
  }

  @Test
  void aTurn_goesOnWhenNobodyWatches() {
    watch.close();
    HeldReply held = assistant.holds();
    var receipt = server.accepted(Server.command(owner, thread, "Is it?"));
    held.awaitAsked();
    held.delta("Ye");

    try (Watch late = server.watch(thread)) {
      held.complete("Yes.");
      assertThat(late.awaited(TurnAnswered.class).requestId()).isEqualTo(receipt.requestId());
    }
  }
}
