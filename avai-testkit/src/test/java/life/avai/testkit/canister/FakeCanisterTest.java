package life.avai.testkit.canister;

import static life.avai.testkit.canister.Asker.LONG;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.ConnectException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import life.avai.testkit.json.JsonObject;
import life.avai.testkit.websocket.CloseStatus;
import life.avai.testkit.websocket.Frame;
import life.avai.testkit.websocket.UpgradeRefusedException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class FakeCanisterTest {
  private final FakeCanister canister = FakeCanister.start();

  @AfterEach
  void close() {
    canister.close();
  }

  @Test
  void byDefault_repeatsTheQuestion() throws Exception {
    try (var asker = new Asker(canister.url())) {
      asker.ask("r1");

      var frames = asker.untilOutcome();
      var text = new StringBuilder();
      for (int i = 0; i < frames.size() - 1; i++) {
        assertThat(frames.get(i).integer("sequence")).isEqualTo(i);
        assertThat(frames.get(i).integer("attempt")).isEqualTo(1);
        text.append(frames.get(i).string("delta"));
      }
      var response = frames.getLast();
      assertThat(response.string("response")).isEqualTo("You said: Hi").isEqualTo(text.toString());
      assertThat(response.string("conversation_id")).isEqualTo("thread-1");
      assertThat(response.string("request_id")).isEqualTo("r1");
    }
  }

  @Test
  void received_isATypedView() throws Exception {
    try (var asker = new Asker(canister.url())) {
      asker.ask("r1");

      var request = canister.awaitRequest();
      assertThat(request.requestId()).isEqualTo("r1");
      assertThat(request.conversationId()).isEqualTo("thread-1");
      assertThat(request.userId()).isNull();
      assertThat(request.systemPrompt()).isEqualTo("Be careful.");
      assertThat(request.messages())
          .containsExactly(new ProcessRequest.Message("user", "Hi", "2026-01-01T00:00:00.000Z"));
      assertThat(request.contextMetadata().integer("message_count")).isEqualTo(1);
      assertThat(request.attempt()).isEqualTo(1);
      assertThat(request.stream()).isTrue();
      assertThat(request.deadlineMs()).isEqualTo(600_000);
      assertThat(request.connection()).isEqualTo(1);
      assertThat(request.handshake().header("authorization")).isEqualTo("Bearer secret");
      assertThat(request.json()).isEqualTo(Asker.process("r1", "Hi"));
      assertThat(canister.received()).containsExactly(request);
    }
  }

  @Test
  void cancel_stopsTheScript() throws Exception {
    var gate = new CompletableFuture<Void>();
    canister.script(CanisterScript.playing(Step.delta("a"), Step.await(gate), Step.delta("b")));
    try (var asker = new Asker(canister.url())) {
      asker.ask("r1");
      assertThat(asker.next().string("delta")).isEqualTo("a");
      asker.send(JsonObject.of("type", "cancel", "request_id", "r1"));
      canister.awaitCancel("r1");
      gate.complete(null);

      assertThat(asker.untilPong()).isEmpty();
      assertThat(canister.cancels()).containsExactly("r1");
      assertThat(canister.inFlight()).isZero();

      canister.play(canister.awaitRequest(), Step.delta("late"));
      assertThat(asker.next().integer("sequence")).isEqualTo(1);
    }
  }

  @Test
  void cancel_whenIgnored_goesOn() throws Exception {
    canister.switches().obeyCancel(false);
    var gate = new CompletableFuture<Void>();
    canister.script(CanisterScript.playing(Step.await(gate), Step.response("done")));
    try (var asker = new Asker(canister.url())) {
      asker.ask("r1");
      asker.send(JsonObject.of("type", "cancel", "request_id", "r1"));
      canister.awaitCancel("r1");
      gate.complete(null);
      assertThat(asker.next().string("response")).isEqualTo("done");
    }
  }

  @Test
  void play_goesOnWithTheReply() throws Exception {
    canister.script(CanisterScript.stall());
    try (var asker = new Asker(canister.url())) {
      asker.ask("r1");
      var request = canister.awaitRequest();
      canister.play(request, Step.delta("one "));
      canister.play(request, Step.delta("two"), Step.response());

      var frames = asker.untilOutcome();
      assertThat(frames.get(1).integer("sequence")).isEqualTo(1);
      assertThat(frames.getLast().string("response")).isEqualTo("one two");
      canister.awaitIdle();
    }
  }

  @Test
  void pings_areAnsweredUnlessToldNotTo() throws Exception {
    try (var asker = new Asker(canister.url())) {
      assertThat(asker.untilPong()).isEmpty();
      asker.socket.send(Frame.ping(new byte[] {1}));
      assertThat(asker.socket.receive(LONG).payload()).containsExactly(1);

      canister.switches().answerPings(false).answerWebSocketPings(false);
      asker.socket.send(Frame.ping(new byte[] {2}));
      asker.send(JsonObject.of("type", "ping"));
      canister.awaitPings(2);
      asker.ask("r1");
      assertThat(asker.next().type()).isEqualTo("response_delta");
    }
  }

  @Test
  void echoAttempt_whenOff_leavesTheFieldOut() throws Exception {
    canister.switches().echoAttempt(false);
    try (var asker = new Asker(canister.url())) {
      asker.ask("r1");
      assertThat(asker.untilOutcome()).noneMatch(frame -> frame.has("attempt"));
    }
  }

  @Test
  void broadcast_reachesEveryConnection() throws Exception {
    try (var one = new Asker(canister.url());
        var two = new Asker(canister.url())) {
      canister.awaitConnections(2);
      canister.broadcast("{\"type\":\"surprise\"}");
      assertThat(one.next().type()).isEqualTo("surprise");
      assertThat(two.next().type()).isEqualTo("surprise");
    }
    canister.awaitConnections(0);
    assertThat(canister.totalConnections()).isEqualTo(2);
  }

  @Test
  void maxInFlight_countsWhatIsUnanswered() throws Exception {
    canister.script(CanisterScript.stall());
    try (var asker = new Asker(canister.url())) {
      asker.ask("r1");
      asker.ask("r2");
      var requests = canister.awaitRequests(2);
      canister.play(requests.get(0), Step.response("one"));
      asker.next();
      asker.ask("r3");
      canister.awaitRequests(3);
      assertThat(canister.inFlight()).isEqualTo(2);
      assertThat(canister.maxInFlight()).isEqualTo(2);
    }
    canister.awaitIdle();
  }

  @Test
  void stopAndRestart_keepTheAddress() throws Exception {
    try (var asker = new Asker(canister.url())) {
      canister.awaitConnection();
      canister.stop();
      assertThat(asker.socket.awaitClose(LONG)).isEqualTo(CloseStatus.ABNORMAL);
      assertThatThrownBy(() -> new Asker(canister.url())).isInstanceOf(ConnectException.class);
      canister.restart();
    }
    try (var asker = new Asker(canister.url())) {
      asker.ask("r1");
      assertThat(canister.awaitRequest().connection()).isEqualTo(2);
    }
  }

  @Test
  void closeConnections_sendsTheCode() throws Exception {
    try (var asker = new Asker(canister.url())) {
      canister.awaitConnections(1);
      canister.closeConnections(1012);
      assertThat(asker.socket.awaitClose(LONG).code()).isEqualTo(1012);
      canister.awaitConnections(0);
    }
  }

  @Test
  void upgrades_areRefusedAsTold() throws Exception {
    canister.switches().requireToken("other");
    assertThatThrownBy(() -> new Asker(canister.url()))
        .isInstanceOfSatisfying(
            UpgradeRefusedException.class, e -> assertThat(e.status()).isEqualTo(401));
    canister.switches().requireToken("secret").answerUpgradeWith(503);
    assertThatThrownBy(() -> new Asker(canister.url())).hasMessageContaining("503");
    canister.switches().answerUpgradeWith(101);
    new Asker(canister.url()).close();
  }

  @Test
  void oddFrames_areRemembered() throws Exception {
    try (var asker = new Asker(canister.url())) {
      asker.socket.sendText("not JSON");
      asker.socket.sendText("{\"type\":\"hello\"}");
      asker.socket.send(Frame.binary(new byte[1]));
      asker.send(JsonObject.of("type", "process"));
      asker.untilPong();
      assertThat(canister.unexpected()).hasSize(4);
      assertThat(canister.unexpected().get(1)).isEqualTo("{\"type\":\"hello\"}");
      assertThat(canister.totalRequests()).isZero();
    }
  }

  @Test
  void scriptThatThrows_isToldToTheAsker() throws Exception {
    canister.script(request -> {
      throw new IllegalStateException("broken script");
    });
    try (var asker = new Asker(canister.url())) {
      asker.ask("r1");
      assertThat(asker.next().string("error_message")).contains("broken script");
    }
  }

  @Test
  void remember_keepsOnlyTheLatest() throws Exception {
    try (var small = FakeCanister.builder().remember(1).start();
        var asker = new Asker(small.url())) {
      asker.ask("r1");
      asker.ask("r2");
      small.awaitRequests(2);
      assertThat(small.received()).extracting(ProcessRequest::requestId).containsExactly("r2");
      assertThat(small.totalRequests()).isEqualTo(2);
    }
  }

  @Test
  void await_inVain_saysWhatThereWas() throws Exception {
    canister.timeout(Duration.ofMillis(20));
    try (var asker = new Asker(canister.url())) {
      asker.untilPong();
      assertThatThrownBy(canister::awaitRequest)
          .isInstanceOf(AssertionError.class)
          .hasMessageContaining("Not within 20 ms: a process frame")
          .hasMessageContaining("1 pings");
      assertThatThrownBy(() -> asker.socket.receive(Duration.ofMillis(10)))
          .isInstanceOf(SocketTimeoutException.class);
    }
  }
}
