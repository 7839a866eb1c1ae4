package life.avai.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import life.avai.server.support.TestServer;
import life.avai.testkit.canister.CanisterScript;
import life.avai.testkit.canister.FakeCanister;
import life.avai.testkit.canister.Step;
import life.avai.testkit.client.Acknowledgement;
import life.avai.testkit.client.TestClient;
import life.avai.testkit.json.JsonObject;
import life.avai.testkit.websocket.WebSocketDialer;
import org.junit.jupiter.api.Test;

/** A device that stops reading. */
class SlowReaderTest {
  /** More than the kernel's buffers on the way take. */
  private static final String LONG = "0123456789abcdef".repeat(500_000);

  @Test
  void deviceThatStopsReading_isClosedAndEndsWithTheSameTextWhenItIsBack() {
    CompletableFuture<Void> gate = new CompletableFuture<>();
    try (FakeCanister canister =
            FakeCanister.start(
                CanisterScript.playing(
                    Step.delta("begun "),
                    Step.await(gate),
                    Step.deltas(LONG, 50_000, Duration.ZERO),
                    Step.response()));
        TestServer server =
            TestServer.start(
                canister,
                Map.of(
                    "AVAI_SLOW_READER_TIMEOUT", "500ms",
                    "AVAI_MAX_REPLY_CHARS", "10000000",
                    "AVAI_ANONYMOUS", "allowed"));
        TestClient quick = server.connect();
        TestClient slow =
            TestClient.connect(WebSocketDialer.to(server.address()).receiveBuffer(4_096))) {
      String session = quick.authenticateAnonymously().string("session_token");
      slow.request("authenticate", "session_token", session);
      Acknowledgement sent = quick.say("new", "tell me much");
      slow.request("subscribe", "thread_id", sent.threadId());
      slow.await("caught_up");
      slow.pauseReading();
      gate.complete(null);

      // Nobody else notices.
      quick.timeout(Duration.ofSeconds(60));
      assertThat(quick.awaitReply(sent.requestId()).content()).isEqualTo("begun " + LONG);
      // What had been written before is still to be read, and no more than that.
      server.awaitSockets(1);
      slow.resumeReading();
      assertThat(slow.awaitClose().code()).isIn(4008, 1006);
      assertThat(slow.frames("ai_response")).isEmpty();

      try (TestClient back = server.connect().timeout(Duration.ofSeconds(60))) {
        back.request("authenticate", "session_token", session);
        back.request("subscribe", "thread_id", sent.threadId(), "after_position", 1);
        JsonObject missed = back.await("thread_history");
        assertThat(missed.objects("messages").getFirst().string("content"))
            .isEqualTo("begun " + LONG);
      }
    }
  }
}
