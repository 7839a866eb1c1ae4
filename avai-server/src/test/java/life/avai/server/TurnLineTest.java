package life.avai.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import life.avai.server.support.ServerProcess;
import life.avai.server.support.TestDatabase;
import life.avai.testkit.canister.CanisterScript;
import life.avai.testkit.canister.FakeCanister;
import life.avai.testkit.canister.Step;
import life.avai.testkit.client.Acknowledgement;
import life.avai.testkit.client.TestClient;
import life.avai.testkit.json.Json;
import life.avai.testkit.json.JsonObject;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The log of a real server: one line for each turn, with its whole story, in either form. */
@Timeout(180)
class TurnLineTest {
  private static final Pattern TEXT =
      Pattern.compile("(?m)^\\S+ INFO {2}Turns - turn ((?:[a-z_]+=\\S+ ?)+)$");
  private static final Pattern PART = Pattern.compile("([a-z_]+)=(\\S+)");

  @TempDir private Path directory;

  /** The parts of every turn's line, by its request. */
  private static Map<String, Map<String, String>> lines(String format, String output) {
    List<Map<String, String>> lines =
        format.equals("text")
            ? TEXT.matcher(output).results().map(line -> parts(line.group(1))).toList()
            : output
                .lines()
                .filter(line -> line.startsWith("{"))
                .map(Json::parseObject)
                .filter(line -> line.string("logger_name").equals("life.avai.server.Turns"))
                .map(TurnLineTest::parts)
                .toList();
    // Two lines of one turn would be a duplicate key.
    return lines.stream().collect(Collectors.toMap(line -> line.get("request"), line -> line));
  }

  /** Lines are written just after people were told. */
  private static Map<String, Map<String, String>> awaitLines(
      String format, ServerProcess server, int count) {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    Map<String, Map<String, String>> lines;
    do {
      LockSupport.parkNanos(10_000_000);
      lines = lines(format, server.output());
    } while (lines.size() < count && System.nanoTime() < end);
    return lines;
  }

  private static Map<String, String> parts(String text) {
    Map<String, String> parts = new TreeMap<>();
    for (Matcher part = PART.matcher(text); part.find(); ) {
      parts.put(part.group(1), part.group(2));
    }
    return parts;
  }

  private static Map<String, String> parts(JsonObject line) {
    assertThat(line.string("message")).isEqualTo("turn");
    assertThat(line.string("level")).isEqualTo("INFO");
    assertThat(line.has("@timestamp")).isTrue();
    Map<String, String> parts = new TreeMap<>();
    line.fields().keySet().stream()
        .filter(name ->
            name.matches("[a-z_]+")
                && !List.of("message", "level", "logger_name", "thread_name", "level_value")
                    .contains(name))
        .forEach(name -> parts.put(name, String.valueOf(line.get(name))));
    return parts;
  }

  @ParameterizedTest
  @ValueSource(strings = {"text", "json"})
  void everyTurn_hasOneLineWithItsWholeStory(String format) {
    try (FakeCanister canister = FakeCanister.start();
        ServerProcess server =
            ServerProcess.start(
                directory,
                Map.of(
                    "DATABASE_URL", TestDatabase.fresh().variable(),
                    "AVAI_CANISTER_WS_URL", canister.url().toString(),
                    "LOG_FORMAT", format))) {
      canister.awaitConnection();
      Acknowledgement answered;
      JsonObject again;
      Acknowledgement failed;
      Acknowledgement ran;
      Acknowledgement waited;
      String connection;
      try (TestClient client = TestClient.connect(server.address())) {
        connection = client.await("welcome").string("connection_id");
        client.authenticateAnonymously();
        canister.script(
            CanisterScript.playing(
                Step.delta("Hello\n"),
                Step.delta("there"),
                Step.response().with("model_used", "m-1").with("token_count", 7)));
        answered = client.say("new", "my secret");
        client.awaitReply(answered.requestId());
        canister.script(
            CanisterScript.first(CanisterScript.failWith("secret", true, null))
                .then(CanisterScript.replyWith("Hello")));
        again = client.request("regenerate", "thread_id", answered.threadId());
        client.awaitReply(again.string("request_id"));
        canister.script(CanisterScript.failWith("secret", false, null));
        failed = client.say("new", "my secret");
        client.awaitReply(failed.requestId());
        canister.script(CanisterScript.stall());
        ran = client.say("new", "my secret");
        canister.awaitRequests(5);
        waited = client.say(ran.threadId(), "my secret");
        client.request("cancel", "thread_id", ran.threadId());
        client.awaitReply(ran.requestId());
        client.awaitReply(waited.requestId());
      }
      // Before it is told to end: nobody reads what it says after that.
      Map<String, Map<String, String>> lines = awaitLines(format, server, 5);
      server.terminate();
      server.awaitExit();

      assertThat(server.output()).doesNotContain("secret");
      assertThat(lines)
          .as(server.output())
          .containsOnlyKeys(
              answered.requestId(),
              again.string("request_id"),
              failed.requestId(),
              ran.requestId(),
              waited.requestId());
      assertThat(lines.get(answered.requestId()))
          .containsOnlyKeys(
              "request",
              "thread",
              "connection",
              "outcome",
              "attempt",
              "waited_ms",
              "took_ms",
              "first_delta_ms",
              "chars",
              "prompt_tokens",
              "reply_tokens",
              "tokens_counted",
              "model")
          .containsEntry("thread", answered.threadId())
          .containsEntry("connection", connection)
          .containsEntry("outcome", "completed")
          .containsEntry("attempt", "1")
          .containsEntry("chars", "11")
          .containsEntry("reply_tokens", "7")
          .containsEntry("tokens_counted", "true")
          .containsEntry("model", "m-1")
          .allSatisfy((name, value) -> {
            if (name.endsWith("_ms") || name.endsWith("_tokens")) {
              assertThat(value).as(name).matches("\\d+");
            }
          });
      assertThat(lines.get(again.string("request_id")))
          .containsEntry("connection", connection)
          .containsEntry("outcome", "completed")
          .containsEntry("attempt", "2");
      assertThat(lines.get(failed.requestId()))
          .containsEntry("outcome", "canister_error")
          .containsEntry("chars", "0")
          .doesNotContainKeys("first_delta_ms", "model");
      assertThat(lines.get(ran.requestId())).containsEntry("outcome", "cancelled");
      assertThat(lines.get(waited.requestId()))
          .containsOnlyKeys("request", "thread", "outcome", "waited_ms")
          .containsEntry("outcome", "cancelled")
          .containsEntry("thread", ran.threadId());
    }
  }
}
