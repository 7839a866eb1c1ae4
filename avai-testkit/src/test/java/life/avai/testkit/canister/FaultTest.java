package life.avai.testkit.canister;

import static life.avai.testkit.canister.Asker.LONG;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.EOFException;
import java.io.IOException;
import java.net.ConnectException;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import javax.net.ssl.SSLHandshakeException;
import life.avai.testkit.json.JsonObject;
import life.avai.testkit.websocket.CloseStatus;
import life.avai.testkit.websocket.Frame;
import life.avai.testkit.websocket.RawWebSocket;
import life.avai.testkit.websocket.UpgradeRefusedException;
import life.avai.testkit.websocket.WebSocketDialer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Every fault as a client sees it that is nothing but a socket. */
class FaultTest {
  /** Long enough to be told that nothing comes; what should not come is not waited for longer. */
  private static final Duration NOTHING = Duration.ofMillis(100);

  private static final Set<Fault> SEEN = EnumSet.noneOf(Fault.class);

  private final FakeCanister canister = FakeCanister.start();

  @AfterEach
  void close() {
    canister.close();
  }

  @AfterAll
  static void everyFault_wasSeen() {
    assertThat(SEEN).containsExactlyInAnyOrder(Fault.values());
  }

  private void arm(Fault fault) {
    fault.arm(canister);
    SEEN.add(fault);
  }

  private Asker asking(Fault fault) throws IOException {
    arm(fault);
    var asker = new Asker(canister.url());
    asker.ask("r1");
    return asker;
  }

  @Test
  void refuse() throws Exception {
    try (var connected = new Asker(canister.url())) {
      canister.awaitConnections(1);
      arm(Fault.REFUSE);
      assertThat(connected.socket.awaitClose(LONG)).isEqualTo(CloseStatus.ABNORMAL);
      assertThatThrownBy(() -> new Asker(canister.url())).isInstanceOf(ConnectException.class);
    }
  }

  @Test
  void hangOnConnect() throws Exception {
    try (var connected = new Asker(canister.url())) {
      canister.awaitConnections(1);
      arm(Fault.HANG_ON_CONNECT);
      assertThat(connected.socket.awaitClose(LONG)).isEqualTo(CloseStatus.ABNORMAL);
    }
    assertThatThrownBy(() -> WebSocketDialer.to(canister.url()).timeout(NOTHING).connect())
        .isInstanceOf(SocketTimeoutException.class);
  }

  @Test
  void tlsFault() throws Exception {
    arm(Fault.TLS_FAULT);
    var tls = WebSocketDialer.to(URI.create(canister.url().toString().replace("ws:", "wss:")));
    assertThatThrownBy(tls::connect)
        .isInstanceOf(SSLHandshakeException.class)
        .hasMessageContaining("handshake_failure");
    assertThatThrownBy(() -> new Asker(canister.url())).isInstanceOf(IOException.class);
  }

  @Test
  void refuseUpgrade() {
    arm(Fault.REFUSE_UPGRADE);
    assertThatThrownBy(() -> new Asker(canister.url()))
        .isInstanceOfSatisfying(
            UpgradeRefusedException.class, e -> assertThat(e.status()).isEqualTo(503));
  }

  @Test
  void stall() throws Exception {
    try (var asker = asking(Fault.STALL)) {
      assertThat(asker.untilPong()).isEmpty();
      assertThat(canister.inFlight()).isEqualTo(1);
    }
  }

  @Test
  void slowFirstToken() throws Exception {
    long start = System.nanoTime();
    try (var asker = asking(Fault.SLOW_FIRST_TOKEN)) {
      assertReply(asker.untilOutcome());
      assertThat(System.nanoTime() - start).isGreaterThanOrEqualTo(Fault.SLOW.toNanos());
    }
  }

  @Test
  void cutInMidFrame() throws Exception {
    try (var asker = asking(Fault.CUT_IN_MID_FRAME)) {
      assertThat(asker.next().string("delta")).isNotEmpty();
      assertThatThrownBy(() -> asker.socket.receive(LONG)).isInstanceOf(EOFException.class);
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"CUT_IN_MID_STREAM", "CLOSE_IN_MID_STREAM"})
  void endInMidStream(Fault fault) throws Exception {
    try (var asker = asking(fault)) {
      assertThat(asker.next().integer("sequence")).isZero();
      assertThat(asker.next().integer("sequence")).isOne();
      assertThat(asker.socket.awaitClose(LONG).code())
          .isEqualTo(fault == Fault.CLOSE_IN_MID_STREAM ? 1011 : 1006);
    }
  }

  @Test
  void resetInMidStream() throws Exception {
    try (var asker = asking(Fault.RESET_IN_MID_STREAM)) {
      assertThatThrownBy(asker::untilOutcome)
          .isInstanceOf(IOException.class)
          .isNotInstanceOf(EOFException.class);
    }
  }

  @Test
  void halfOpen() throws Exception {
    try (var asker = asking(Fault.HALF_OPEN)) {
      assertThat(asker.next().integer("sequence")).isZero();
      assertThat(asker.next().integer("sequence")).isOne();
      asker.send(JsonObject.of("type", "ping"));
      asker.socket.send(Frame.ping(new byte[0]));
      assertSilence(asker.socket);
      canister.dropConnections();
      assertThat(asker.socket.awaitClose(LONG)).isEqualTo(CloseStatus.ABNORMAL);
    }
  }

  @Test
  void duplicate() throws Exception {
    try (var asker = asking(Fault.DUPLICATE)) {
      assertThat(sequences(asker.untilOutcome())).containsExactly(0L, 0L, 1L, 1L, 2L, 2L, 3L, 3L);
    }
  }

  @Test
  void reorder() throws Exception {
    try (var asker = asking(Fault.REORDER)) {
      assertThat(sequences(asker.untilOutcome())).containsExactly(0L, 2L, 1L, 3L);
    }
  }

  @Test
  void gap() throws Exception {
    try (var asker = asking(Fault.GAP)) {
      assertThat(sequences(asker.untilOutcome())).containsExactly(0L, 2L, 3L);
    }
  }

  @Test
  void wrongId() throws Exception {
    try (var asker = asking(Fault.WRONG_ID)) {
      assertThat(asker.untilOutcome()).noneMatch(frame -> frame.string("request_id").equals("r1"));
      assertThat(asker.untilPong()).isEmpty();
      assertThat(canister.inFlight()).isEqualTo(1);
    }
  }

  @Test
  void late() throws Exception {
    try (var asker = asking(Fault.LATE)) {
      assertReply(asker.untilOutcome());
      assertThat(asker.untilOutcome().getLast().string("response")).isEqualTo("Something else.");
    }
  }

  @Test
  void garbage() throws Exception {
    try (var asker = asking(Fault.GARBAGE)) {
      var messages = new ArrayList<Frame>();
      while (messages.isEmpty() || messages.getLast().opcode() != Frame.BINARY) {
        messages.add(asker.socket.receiveMessage());
      }
      assertThat(messages).hasSize(8);
      assertThat(messages.get(1).text()).isEqualTo("{\"type\":\"response_delta\",\"request_id\":");
    }
  }

  @Test
  void huge() throws Exception {
    try (var asker = asking(Fault.HUGE)) {
      assertThat(asker.next().string("delta")).hasSize(Fault.HUGE_CHARS);
      assertThat(asker.next().string("response")).hasSize(Fault.HUGE_CHARS);
    }
  }

  @Test
  void badNumbers() throws Exception {
    try (var asker = asking(Fault.BAD_NUMBERS)) {
      assertThat(asker.next().number("percentage")).isEqualTo(1e300);
      var frames = asker.untilOutcome();
      assertReply(frames);
      assertThat(frames.getLast().number("confidence_score")).isEqualTo(7);
    }
  }

  @Test
  void empty() throws Exception {
    try (var asker = asking(Fault.EMPTY)) {
      assertThat(asker.next().string("response")).isEmpty();
    }
  }

  @Test
  void error() throws Exception {
    try (var asker = asking(Fault.ERROR)) {
      assertThat(asker.next().bool("retryable")).isTrue();
    }
  }

  @Test
  void floodOfDeltas() throws Exception {
    try (var asker = asking(Fault.FLOOD_OF_DELTAS)) {
      assertThat(asker.untilOutcome()).hasSize(Fault.FLOOD + 1);
    }
  }

  @Test
  void floodOfUnknownIds() throws Exception {
    try (var asker = asking(Fault.FLOOD_OF_UNKNOWN_IDS)) {
      var frames = asker.untilOutcome();
      assertThat(frames.subList(0, Fault.FLOOD))
          .noneMatch(frame -> frame.string("request_id").equals("r1"));
      assertReply(frames.subList(Fault.FLOOD, frames.size()));
    }
  }

  @Test
  void draining() throws Exception {
    canister.script(CanisterScript.stall());
    try (var asker = new Asker(canister.url())) {
      asker.ask("r1");
      var underWay = canister.awaitRequest();
      arm(Fault.DRAINING);
      assertThat(asker.next()).isEqualTo(JsonObject.of("type", "draining"));
      asker.ask("r2");
      assertThat(asker.next().string("error_message")).isEqualTo("draining");
      canister.play(underWay, Step.response("finished"));
      assertThat(asker.next().string("response")).isEqualTo("finished");
      try (var later = new Asker(canister.url())) {
        assertThat(later.next().type()).isEqualTo("draining");
      }
    }
  }

  @Test
  void cancelIgnored() throws Exception {
    try (var asker = asking(Fault.CANCEL_IGNORED)) {
      asker.send(JsonObject.of("type", "cancel", "request_id", "r1"));
      canister.awaitCancel("r1");
      assertThat(asker.untilOutcome().getLast().string("response")).startsWith(Fault.REPLY);
    }
  }

  @Test
  void stopsReading() throws Exception {
    var gate = new CompletableFuture<Void>();
    canister.script(CanisterScript.playing(Step.await(gate), Step.response("heard before")));
    try (var asker = new Asker(canister.url())) {
      asker.ask("r1");
      canister.awaitRequests(1);
      arm(Fault.STOPS_READING);
      asker.ask("r2");
      asker.socket.send(Frame.ping(new byte[0]));
      gate.complete(null);
      assertThat(asker.next().string("request_id")).isEqualTo("r1");
      assertSilence(asker.socket);

      canister.switches().read(true);
      assertThat(asker.next().string("request_id")).isEqualTo("r2");
    }
  }

  @Test
  void notAnsweringPings() throws Exception {
    try (var asker = new Asker(canister.url())) {
      arm(Fault.NOT_ANSWERING_PINGS);
      asker.send(JsonObject.of("type", "ping"));
      asker.socket.send(Frame.ping(new byte[0]));
      asker.ask("r1");
      assertThat(asker.socket.receive(LONG).opcode()).isEqualTo(Frame.TEXT);
      assertThat(asker.untilOutcome().getLast().string("response")).isEqualTo("You said: Hi");
    }
  }

  @ParameterizedTest
  @EnumSource
  void heal_makesTheCanisterWell(Fault fault) throws Exception {
    fault.arm(canister);
    canister.heal();
    try (var asker = new Asker(canister.url())) {
      asker.ask("r1");
      assertThat(asker.untilOutcome().getLast().string("response")).isEqualTo("You said: Hi");
    }
  }

  @ParameterizedTest
  @EnumSource
  void everyFault_canBeFoundByItsName(Fault fault) {
    assertThat(Fault.of(fault.label())).isEqualTo(fault);
    assertThat(fault.description()).isNotBlank();
  }

  @Test
  void unknownName_isRefusedWithAllOthers() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Fault.of("flat-tyre"))
        .withMessageStartingWith("fault: flat-tyre (expected: one of refuse, hang-on-connect,");
  }

  private static void assertReply(List<JsonObject> frames) {
    assertThat(sequences(frames)).containsExactly(0L, 1L, 2L, 3L);
    assertThat(frames.getLast().string("response")).isEqualTo(Fault.REPLY);
  }

  private static void assertSilence(RawWebSocket socket) {
    assertThatThrownBy(() -> socket.receive(NOTHING)).isInstanceOf(SocketTimeoutException.class);
  }

  private static List<Long> sequences(List<JsonObject> frames) {
    return frames.stream()
        .filter(frame -> frame.type().equals("response_delta"))
        .map(frame -> frame.integer("sequence"))
        .toList();
  }
}
