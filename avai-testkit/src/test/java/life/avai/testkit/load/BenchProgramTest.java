package life.avai.testkit.load;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import life.avai.testkit.json.Json;
import life.avai.testkit.json.JsonObject;
import life.avai.testkit.websocket.Frame;
import life.avai.testkit.websocket.RawWebSocket;
import life.avai.testkit.websocket.WebSocketServer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The load counts what a server does wrong, and nothing that it does right. */
class BenchProgramTest {
  private static final String FIRST = "The first half, \"quoted\" \u00e9\ud83d\ude00\n";
  private static final String SECOND = "and the second.";

  @TempDir private Path out;

  /** What a server can get wrong with one turn in ten. */
  private enum Defect {
    NONE(),
    NO_OUTCOME("P4", "P14"),
    TWO_OUTCOMES("P4"),
    OUTCOME_NOT_STORED("P6"),
    GAP("P11"),
    REPEATED_DELTA("P11"),
    DELTA_AFTER_OUTCOME("P11"),
    OTHER_TEXT_THAN_DELTAS("P11"),
    TWO_ANSWERS("P14");

    final List<String> properties;

    Defect(String... properties) {
      this.properties = List.of(properties);
    }
  }

  @ParameterizedTest
  @EnumSource
  void eachDefect_isCountedUnderItsProperty(Defect defect) throws IOException {
    try (var server = WebSocketServer.start(socket -> new Faulty(socket, defect).serve())) {
      int status = run("turn", "--url", server.uri("/ws").toString());

      JsonObject violations =
          Json.parseObject(Files.readString(out.resolve("report.json"))).object("violations");
      List<String> seen =
          violations.fields().keySet().stream()
              .filter(property -> violations.integer(property) > 0)
              .toList();
      assertThat(seen).containsExactlyInAnyOrderElementsOf(defect.properties);
      assertThat(status).isEqualTo(defect == Defect.NONE ? 0 : 1);
    }
  }

  @Test
  void report_hasFiguresOfEveryRound() throws IOException {
    try (var server = WebSocketServer.start(socket -> new Faulty(socket, Defect.NONE).serve())) {
      int unused =
          run("turn", "--url", server.uri("/ws").toString(), "--rounds", "2", "--clients", "1,3");
    }

    JsonObject report = Json.parseObject(Files.readString(out.resolve("report.json")));
    assertThat(report.objects("samples"))
        .extracting(sample -> sample.integer("at"))
        .containsExactly(1L, 3L, 1L, 3L);
    assertThat(report.objects("samples"))
        .allSatisfy(sample -> {
          assertThat(sample.number("per_second")).isPositive();
          assertThat(sample.number("first_delta_p99_ms"))
              .isPositive()
              .isLessThanOrEqualTo(sample.number("answered_max_ms"));
        });
    assertThat(Files.readString(out.resolve("chart.svg"))).startsWith("<svg").contains("turn, 3");
  }

  @Test
  void openLoop_countsTheWaitOfThoseBehindASlowOne() throws IOException {
    // One answer takes half a second; whoever was due meanwhile waited too.
    try (var server = WebSocketServer.start(socket -> new Faulty(socket, Defect.NONE).slowly())) {
      int unused =
          run("open", "--url", server.uri("/ws").toString(), "--rate", "100", "--threads", "1");
    }

    JsonObject report = Json.parseObject(Files.readString(out.resolve("report.json")));
    JsonObject ack =
        report.objects("samples").stream()
            .filter(sample -> sample.string("what").equals("ack at rate"))
            .findFirst()
            .orElseThrow();
    assertThat(ack.number("ack_p50_ms")).isGreaterThan(50);
  }

  @Test
  void wrongArguments_areToldWithStatus2() {
    assertThat(run("dance")).isEqualTo(2);
    assertThat(run("ack", "--seconds")).isEqualTo(2);
    assertThat(run("ack", "--rounds", "many")).isEqualTo(2);
    assertThat(run("ack", "--colour", "red")).isEqualTo(2);
  }

  private int run(String... arguments) {
    var all = new ArrayList<>(List.of(arguments));
    if (arguments.length > 2) {
      all.addAll(List.of("--seconds", "0.4", "--out", out.toString()));
      if (!all.contains("--rounds")) {
        all.addAll(List.of("--rounds", "1"));
      }
      if (!all.contains("--clients")) {
        all.addAll(List.of("--clients", "2"));
      }
    }
    return BenchProgram.run(all, new PrintStream(new ByteArrayOutputStream()));
  }

  /** A server with a defect, as far as the load needs one. */
  private static final class Faulty {
    private final RawWebSocket socket;
    private final Defect defect;
    private final String thread = UUID.randomUUID().toString();
    private long turns;

    Faulty(RawWebSocket socket, Defect defect) {
      this.socket = socket;
      this.defect = defect;
    }

    void serve() throws IOException {
      while (true) {
        Frame message = socket.receiveMessage();
        if (message.opcode() == Frame.CLOSE) {
          return;
        }
        answer(Json.parseObject(message.text()));
      }
    }

    void slowly() throws IOException {
      while (true) {
        Frame message = socket.receiveMessage();
        JsonObject frame = Json.parseObject(message.text());
        if (frame.type().equals("send_message") && turns % 20 == 19) {
          long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(500);
          while (System.nanoTime() < end) {
            LockSupport.parkNanos(end - System.nanoTime());
          }
        }
        answer(frame);
      }
    }

    private void answer(JsonObject frame) throws IOException {
      long id = frame.integer("id");
      switch (frame.type()) {
        case "authenticate" -> send("auth_success", "in_reply_to", id, "session_token", "secret");
        case "ping" -> send("pong", "in_reply_to", id);
        case "get_history" -> history(id);
        default -> turn(id);
      }
    }

    private void turn(long id) throws IOException {
      String request = new UUID(0, ++turns).toString();
      boolean wrong = turns % 10 == 9;
      send(
          "message_sent",
          "in_reply_to",
          id,
          "request_id",
          request,
          "message_id",
          new UUID(1, turns).toString(),
          "thread_id",
          thread);
      if (wrong && defect == Defect.TWO_ANSWERS) {
        send("error", "code", "INTERNAL", "in_reply_to", id);
      }
      delta(request, 0, FIRST);
      if (wrong && defect == Defect.REPEATED_DELTA) {
        delta(request, 0, FIRST);
      }
      delta(request, wrong && defect == Defect.GAP ? FIRST.length() + 1 : FIRST.length(), SECOND);
      // Unanswered, a client that waits for its answer would wait for ever: it fails instead.
      if (wrong && defect == Defect.NO_OUTCOME) {
        socket.cut();
        return;
      }
      outcome(request, wrong && defect == Defect.OTHER_TEXT_THAN_DELTAS ? "other" : "");
      if (wrong && defect == Defect.TWO_OUTCOMES) {
        send("ai_cancelled", "request_id", request);
      }
      if (wrong && defect == Defect.DELTA_AFTER_OUTCOME) {
        delta(request, (FIRST + SECOND).length(), "more");
      }
    }

    private void outcome(String request, String more) throws IOException {
      send(
          "ai_response",
          "request_id",
          request,
          "position",
          2 * turns,
          "content",
          FIRST + SECOND + more);
    }

    private void delta(String request, int offset, String text) throws IOException {
      send(
          "ai_response_delta",
          "request_id",
          request,
          "attempt",
          1,
          "offset",
          offset,
          "delta",
          text);
    }

    private void history(long id) throws IOException {
      var messages = new ArrayList<JsonObject>();
      for (long turn = Math.max(1, turns - 200); turn <= turns; turn++) {
        String text =
            turn % 10 == 9 && defect == Defect.OUTCOME_NOT_STORED
                ? "other"
                : turn % 10 == 9 && defect == Defect.OTHER_TEXT_THAN_DELTAS
                    ? FIRST + SECOND + "other"
                    : FIRST + SECOND;
        messages.add(JsonObject.of("position", 2 * turn, "content", text));
      }
      send("thread_history", "in_reply_to", id, "thread_id", thread, "messages", messages);
    }

    private void send(String type, Object... fields) throws IOException {
      JsonObject frame = JsonObject.of("type", type);
      for (int i = 0; i < fields.length; i += 2) {
        frame = frame.with((String) fields[i], fields[i + 1]);
      }
      socket.sendText(Json.write(frame));
    }
  }
}
