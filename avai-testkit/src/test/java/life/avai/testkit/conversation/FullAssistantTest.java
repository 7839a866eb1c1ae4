package life.avai.testkit.conversation;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import life.avai.domain.assistant.Assistant;
import life.avai.domain.assistant.AssistantReply;
import life.avai.domain.assistant.AssistantRequest;
import life.avai.domain.assistant.AssistantStatus;
import life.avai.domain.assistant.AssistantStatus.State;
import life.avai.domain.assistant.ReplySink;
import life.avai.domain.conversation.ConversationEvent.TurnFailed;
import life.avai.domain.conversation.ConversationEvent.TurnWaits;
import life.avai.domain.conversation.TurnSettings;
import life.avai.domain.thread.ThreadId;
import life.avai.domain.turn.FailureCode;
import life.avai.domain.turn.TurnState;
import life.avai.testkit.assistant.HeldReply;
import life.avai.testkit.contract.Eventually;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** An assistant that is there and has no room. */
@Timeout(60)
class FullAssistantTest extends ConversationTest {
  private static final AssistantStatus FULL = new AssistantStatus(State.AVAILABLE, 1, 1, 0);
  private static final AssistantStatus ROOM_FOR_ONE = new AssistantStatus(State.AVAILABLE, 1, 1, 1);

  @Test
  void aMessage_waitsAndItsUserIsToldThatEverybodyIsBusy() {
    assistant.is(FULL);

    var receipt = server.accepted(Server.command(owner, thread, "Is it?"));

    assertThat(watch.awaited(TurnWaits.class).reason()).contains("busy");
    assertThat(server.turn(receipt.requestId()).state()).isEqualTo(TurnState.WAITING);
  }

  @Test
  void thePlaceThatIsFreed_goesToWhoeverHasWaitedLongestInWhateverThread() {
    AtomicBoolean busy = new AtomicBoolean();
    Assistant oneAtATime =
        new Assistant() {
          @Override
          public AssistantReply reply(AssistantRequest request, ReplySink sink)
              throws InterruptedException {
            busy.set(true);
            try {
              return assistant.reply(request, sink);
            } finally {
              busy.set(false);
            }
          }

          @Override
          public AssistantStatus status() {
            return busy.get() ? FULL : ROOM_FOR_ONE;
          }

          @Override
          public void onStatusChange(Runnable callback) {}
        };
    server.close();
    try (Server patient = new Server(stores, oneAtATime).started()) {
      HeldReply held = assistant.holds();
      patient.accepted(Server.command(owner, thread, "One?"));
      held.awaitAsked();
      var longest = patient.accepted(Server.command(owner, newThread(), "Two?"));
      var next = patient.accepted(Server.command(owner, thread, "Three?"));

      held.complete("Yes.");

      patient.awaitState(longest.requestId(), TurnState.COMPLETED);
      patient.awaitState(next.requestId(), TurnState.COMPLETED);
      assertThat(assistant.requests())
          .extracting(AssistantRequest::requestId)
          .endsWith(longest.requestId(), next.requestId());
    }
  }

  @Test
  void aLineThatIsTooLong_isNotJoined() {
    TurnSettings settings =
        new TurnSettings(Duration.ofMinutes(1), Duration.ofSeconds(2), 3, Duration.ofMinutes(1));
    try (Server brief = new Server(stores, assistant, settings, Server.UNLIMITED).started()) {
      // One a minute is the pace that is known, so the second that waits is too many.
      var answered = brief.accepted(Server.command(owner, thread, "Is it?"));
      brief.awaitState(answered.requestId(), TurnState.COMPLETED);
      assistant.is(FULL);
      ThreadId crowded = newThread();
      try (Watch told = brief.watch(crowded)) {
        var refused =
            Eventually.found(() -> {
              var receipt = brief.accepted(Server.command(owner, crowded, "And now?"));
              return Optional.of(brief.turn(receipt.requestId()))
                  .filter(turn -> turn.state() == TurnState.FAILED);
            });

        assertThat(refused.failure()).isEqualTo(FailureCode.OVERLOADED);
        TurnFailed failed = told.awaited(TurnFailed.class);
        assertThat(failed.code()).isEqualTo(FailureCode.OVERLOADED);
        assertThat(failed.retryAfter()).isPositive();
      }
    }
  }
}
