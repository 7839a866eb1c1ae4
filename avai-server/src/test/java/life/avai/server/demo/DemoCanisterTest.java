package life.avai.server.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;
import life.avai.testkit.client.TestClient;
import life.avai.testkit.json.JsonObject;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class DemoCanisterTest {
  private final DemoCanister quick = DemoCanister.start("127.0.0.1", 0, Duration.ofMillis(1));

  @AfterEach
  void stop() {
    quick.close();
  }

  @Test
  void process_streamsDeltasThatMakeTheResponse() {
    try (TestClient server = TestClient.connect(quick.url())) {
      process(server, "r1", "String q = \"SELECT * FROM users WHERE id=\" + id;");
      JsonObject response = server.await("response");

      List<JsonObject> deltas = server.frames("response_delta");
      assertThat(deltas).hasSizeGreaterThan(5);
      for (int i = 0; i < deltas.size(); i++) {
        assertThat(deltas.get(i).integer("sequence")).isEqualTo(i);
        assertThat(deltas.get(i).string("request_id")).isEqualTo("r1");
      }
      assertThat(deltas.stream().map(delta -> delta.string("delta")).collect(Collectors.joining()))
          .isEqualTo(response.string("response"))
          .contains("SQL built by concatenation", "fixed rules and no AI");
      assertThat(response.string("request_id")).isEqualTo("r1");
      assertThat(response.string("conversation_id")).isEqualTo("c1");
      assertThat(response.string("model_used")).isEqualTo("avai-demo-rules");
      assertThat(response.has("confidence_score") && response.get("confidence_score") == null)
          .isTrue();
    }
  }

  @Test
  void cancel_endsTheReplyAndNoOther() {
    try (DemoCanister slow = DemoCanister.start("127.0.0.1", 0, Duration.ofMinutes(1));
        TestClient server = TestClient.connect(slow.url())) {
      process(server, "r1", "eval(x)");
      server.await("response_delta");
      server.send("cancel", "request_id", "r1");
      server.send("process", "request_id", "r2", "messages", List.of());

      assertThat(server.await("error").string("request_id")).isEqualTo("r2");
      server.send("ping");
      server.await("pong");
      assertThat(server.frames("response_delta")).hasSize(1);
    }
    try (TestClient server = TestClient.connect(quick.url())) {
      process(server, "r3", "eval(x)");
      process(server, "r4", "eval(x)");
      server.send("cancel", "request_id", "r3");

      assertThat(server.await("response").string("request_id")).isEqualTo("r4");
      assertThat(server.frames("response")).hasSize(1);
    }
  }

  @Test
  void ping_isAnswered_andWhatIsNoFrameIsPassedOver() {
    try (TestClient server = TestClient.connect(quick.url())) {
      server.sendText("no json");
      server.sendText("[1]");
      server.send("unknown");
      server.send("ping", "timestamp", 1);

      assertThat(server.await("pong").type()).isEqualTo("pong");
    }
  }

  @Test
  void portThatIsTaken_isToldByItsAddress_andNothingRunsOn() {
    int taken = quick.url().getPort();
    assertThatThrownBy(() -> DemoCanister.start("127.0.0.1", taken, Duration.ZERO))
        .isInstanceOf(UncheckedIOException.class)
        .hasMessage("cannot listen at 127.0.0.1:" + taken);
    assertThatThrownBy(() -> DemoCanister.start("nobody.invalid", 0, Duration.ZERO))
        .isInstanceOf(UncheckedIOException.class)
        .hasMessage("cannot listen at nobody.invalid:0");
  }

  private static void process(TestClient server, String id, String content) {
    server.send(
        JsonObject.of("type", "process", "request_id", id, "conversation_id", "c1")
            .with("messages", List.of(JsonObject.of("role", "user", "content", content))));
  }
}
