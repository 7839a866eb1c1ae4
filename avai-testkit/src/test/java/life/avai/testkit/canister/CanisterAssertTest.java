package life.avai.testkit.canister;

import static life.avai.testkit.canister.CanisterAssert.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import life.avai.testkit.json.JsonObject;
import life.avai.testkit.websocket.Frame;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class CanisterAssertTest {
  private final FakeCanister canister = FakeCanister.start(CanisterScript.stall());

  @AfterEach
  void close() {
    canister.close();
  }

  @Test
  void everythingThatCame_canBeAsserted() throws Exception {
    try (var asker = new Asker(canister.url())) {
      asker.ask("r1");
      asker.send(Asker.process("r2", "Is it safe?").with("attempt", 2).with("user_id", "user_1"));
      canister.awaitRequests(2);
      asker.socket.send(Frame.ping(new byte[0]));
      asker.send(JsonObject.of("type", "cancel", "request_id", "r1"));
      asker.untilPong();
      canister.awaitCancel("r1");

      assertThat(canister)
          .hasReceived(2)
          .hasReceivedQuestions("Hi", "Is it safe?")
          .hasReceivedProperRequestsOnly()
          .hasReceived(0, request -> request.hasRequestId("r1").hasUserId(null).hasAttempt(1))
          .hasReceived(
              1,
              request ->
                  request
                      .hasUserId("user_1")
                      .hasAttempt(2)
                      .hasQuestion("Is it safe?")
                      .hasConversation("Is it safe?")
                      .hasConversationId("thread-1")
                      .hasTimeLeft(Duration.ofMinutes(1)))
          .hasCancelled("r1")
          .hasHandledAtOnce(2)
          .hasHandledAtOnceAtMost(2)
          .hasReceivedPings(1)
          .hasReceivedWebSocketPings(1)
          .wasDialled(1)
          .wasDialledWithHeader("authorization", "Bearer secret");
    }
    canister.awaitIdle();
    assertThat(canister).isIdle();
  }

  @Test
  void whatDidNotCome_fails() throws Exception {
    try (var asker = new Asker(canister.url())) {
      asker.ask("r1");
      asker.ask("r2");
      canister.awaitRequests(2);
      fails(() -> assertThat(canister).hasReceived(1));
      fails(() -> assertThat(canister).hasReceivedQuestions("Hi"));
      fails(() -> assertThat(canister).hasReceived(2, request -> {}));
      fails(() -> assertThat(canister).hasReceived(0, request -> request.hasAttempt(2)));
      fails(() -> assertThat(canister).hasReceived(0, request -> request.hasUserId("somebody")));
      fails(() -> assertThat(canister).hasReceived(0, request -> request.hasField("odd", null)));
      fails(
          () -> assertThat(canister).hasReceived(0, request -> request.hasConversation("Hi", "?")));
      fails(() -> assertThat(canister).hasCancelled("r1"));
      fails(() -> assertThat(canister).hasHandledAtOnce(1));
      fails(() -> assertThat(canister).hasHandledAtOnceAtMost(1));
      fails(() -> assertThat(canister).isIdle());
      fails(() -> assertThat(canister).hasReceivedPings(1));
      fails(() -> assertThat(canister).hasReceivedWebSocketPings(1));
      fails(() -> assertThat(canister).wasDialled(2));
      fails(() -> assertThat(canister).wasDialledWithHeader("Authorization", "Bearer other"));
    }
  }

  @Test
  void aRequestThatIsNotAsTheProtocolSays_isNotProper() throws Exception {
    try (var asker = new Asker(canister.url())) {
      var proper = Asker.process("r1", "Hi");
      for (var wrong :
          new JsonObject[] {
            proper.without("user_id"),
            proper.with("stream", false),
            proper.with("attempt", 0),
            proper.with("messages", List.of()),
            proper.with("context_metadata", JsonObject.of("message_count", 7)),
            proper.with("deadline_ms", "soon"),
          }) {
        asker.send(wrong);
        var request = canister.awaitRequest();
        fails(() -> assertThat(request).isProper());
      }
      asker.send(proper);
      assertThat(canister.awaitRequest()).isProper();
      asker.send(JsonObject.of("type", "hello"));
      asker.untilPong();
      fails(() -> assertThat(canister).hasReceivedNothingOdd());
    }
  }

  private static void fails(ThrowingCallable assertion) {
    assertThatThrownBy(assertion).isInstanceOf(AssertionError.class);
  }
}
