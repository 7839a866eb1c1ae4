package life.avai.testkit.conformance;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import life.avai.testkit.conformance.Verdict.Outcome;
import life.avai.testkit.json.Json;
import life.avai.testkit.json.JsonException;
import life.avai.testkit.json.JsonObject;
import life.avai.testkit.websocket.Frame;
import life.avai.testkit.websocket.RawWebSocket;
import life.avai.testkit.websocket.WebSocketServer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A server with mistakes is found out. That a good one passes is a test of the server's. */
class ConformanceProgramTest {
  private static final String ID = "0198c0de-0000-7000-8000-000000000001";

  private final WebSocketServer server = WebSocketServer.start(ConformanceProgramTest::serve);
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  @AfterEach
  void close() {
    server.close();
  }

  /** Says welcome and pong as it should, and takes everything for good that it does not know. */
  private static void serve(RawWebSocket socket) throws IOException {
    socket.sendText(
        """
        {"type":"welcome","message":"Hello","connection_id":"%s","server_version":"1",\
        "protocol_version":1,"heartbeat_seconds":30,\
        "limits":{"max_content_chars":10,"max_frame_bytes":5000}}\
        """
            .formatted(ID));
    for (Frame m = socket.receiveMessage(); m.opcode() == Frame.TEXT; m = socket.receiveMessage()) {
      JsonObject answer = JsonObject.of("type", "ok");
      try {
        JsonObject json = Json.parseObject(m.text());
        answer = answer(json);
        if (json.has("id")) {
          answer = answer.with("in_reply_to", json.get("id"));
        }
      } catch (JsonException | IllegalArgumentException e) {
        // Taken for good.
      }
      socket.sendText(answer.toString());
    }
  }

  private static JsonObject answer(JsonObject json) {
    return switch (json.type()) {
      case "ping" -> JsonObject.of("type", "pong", "timestamp", "2026-01-31T12:00:00.000Z");
      case "authenticate" ->
          JsonObject.of(
              "type", "auth_success",
              "session_token", "s",
              "user", JsonObject.of("id", ID, "is_anonymous", true));
      case "send_message" ->
          JsonObject.of(
              "type",
              "message_sent",
              "message_id",
              ID,
              "thread_id",
              ID,
              "request_id",
              ID,
              "saved_at",
              "yesterday",
              "position",
              7);
      case "get_history" ->
          JsonObject.of(
              "type", "thread_history", "messages", List.of(), "total", 0, "has_more", false);
      default -> JsonObject.of("type", "ok");
    };
  }

  @Test
  void serverWithMistakes_failsWhereItIsWrong_andHoldsWhereItIsRight() {
    var conformance = new Conformance(server.uri("/ws"), null, Duration.ofMillis(300));
    Map<String, Outcome> outcomes =
        Conformance.statements().stream()
            .filter(statement -> statement.topic().matches("opening|strictness|send_message"))
            .map(conformance::check)
            .collect(Collectors.toMap(verdict -> verdict.statement().says(), Verdict::outcome));

    assertThat(outcomes)
        .containsEntry("The server speaks first, and says welcome.", Outcome.HOLDS)
        .containsEntry("A session_token goes on as the same user.", Outcome.HOLDS)
        .containsEntry(
            "Before authentication only authenticate, ping and get_ai_status are heard.",
            Outcome.FAILS)
        .containsEntry(
            "A type that is not known is UNKNOWN_TYPE, and the socket stays open.", Outcome.FAILS)
        .containsEntry("Text is kept byte for byte.", Outcome.FAILS)
        .containsEntry(
            "A repeat of a client_message_id keeps nothing new, and gets the first"
                + " acknowledgement.",
            Outcome.FAILS)
        .containsEntry("What is acknowledged outlives the server's death.", Outcome.SKIPPED);
  }

  @Test
  void program_tellsVerdictsAndReasons_andExitsWithOne() {
    assertThat(run("--url", server.uri("/ws").toString(), "--timeout", "1", "--only", "opening"))
        .isEqualTo(1);
    assertThat(out.toString(UTF_8))
        .contains("  ok   opening: The server speaks first, and says welcome.")
        .contains("  FAIL opening: authenticate with nothing beside it")
        .contains("  skip opening: When a token ends")
        .containsPattern("\\d+ hold, \\d+ fail, \\d+ skipped");
  }

  @Test
  void program_withNothingWrong_exitsWithZero() {
    assertThat(run("--url", server.uri("/ws").toString(), "--only", "says welcome")).isZero();
  }

  @Test
  void program_withoutAServer_failsEverything() {
    String url = server.uri("/ws").toString();
    server.close();
    assertThat(run("--url", url, "--timeout", "1", "--only", "says welcome")).isEqualTo(1);
    assertThat(out.toString(UTF_8)).contains("FAIL");
  }

  @Test
  void wrongOption_isToldWithTheUsage() {
    assertThat(run("--url", "http://x")).isEqualTo(2);
    assertThat(run("--colour", "blue")).isEqualTo(2);
    assertThat(run("--timeout")).isEqualTo(2);
    assertThat(run("--timeout", "0")).isEqualTo(2);
    assertThat(err.toString(UTF_8)).contains("usage: avai conformance").contains("--colour");
  }

  private int run(String... arguments) {
    return ConformanceProgram.run(
        List.of(arguments), new PrintStream(out, true, UTF_8), new PrintStream(err, true, UTF_8));
  }
}
