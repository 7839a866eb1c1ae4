package life.avai.server.tracing;

import static org.assertj.core.api.Assertions.assertThat;

import io.opentelemetry.proto.trace.v1.Span.SpanKind;
import io.opentelemetry.proto.trace.v1.Status.StatusCode;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import life.avai.server.support.TestDatabase;
import life.avai.server.support.TestServer;
import life.avai.server.tracing.Collector.Seen;
import life.avai.testkit.canister.CanisterScript;
import life.avai.testkit.canister.FakeCanister;
import life.avai.testkit.canister.ProcessRequest;
import life.avai.testkit.canister.Step;
import life.avai.testkit.client.Acknowledgement;
import life.avai.testkit.client.TestClient;
import life.avai.testkit.json.JsonObject;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Every turn is one trace, whatever becomes of it, and holds nothing that anybody wrote. */
class TracingTest {
  /** Stands in all that is said, here and in what fails. */
  private static final String PLANTED = "planted-secret";

  private static Collector collector;
  private static FakeCanister canister;
  private static TestServer server;

  @BeforeAll
  static void start() {
    collector = new Collector();
    canister = FakeCanister.start();
    server = TestServer.start(canister, tracing());
  }

  @AfterAll
  static void stop() {
    server.close();
    canister.close();
    collector.close();
    assertThat(collector.everything()).contains("send_message").doesNotContain(PLANTED);
  }

  private static Map<String, String> tracing() {
    return Map.of(
        "OTEL_EXPORTER_OTLP_ENDPOINT",
        collector.endpoint(),
        "OTEL_EXPORTER_OTLP_HEADERS",
        "Authorization=Bearer%20" + PLANTED,
        "OTEL_BSP_SCHEDULE_DELAY",
        "20");
  }

  private static Acknowledgement say(TestClient client, String thread) {
    return client.say(thread, PLANTED + " is my password");
  }

  private static Seen one(List<Seen> trace, String name) {
    List<Seen> found = trace.stream().filter(span -> span.name().equals(name)).toList();
    assertThat(found).as("%s in %s", name, names(trace)).hasSize(1);
    return found.getFirst();
  }

  private static List<String> names(List<Seen> trace) {
    return trace.stream().map(Seen::name).sorted().toList();
  }

  /** Every span but the first is a part of the first. */
  private static Seen whole(List<Seen> trace) {
    Seen whole = one(trace, "turn");
    assertThat(whole.parent()).isEmpty();
    assertThat(trace)
        .filteredOn(span -> span != whole)
        .allSatisfy(part -> assertThat(part.parent()).isEqualTo(whole.id()));
    assertThat(whole.span().getEndTimeUnixNano())
        .isGreaterThanOrEqualTo(whole.span().getStartTimeUnixNano());
    return whole;
  }

  @Test
  void answeredTurn_isOneTraceFromTheSocketThroughTheStoreToTheCanister() {
    canister.script(
        CanisterScript.playing(
            Step.delta(PLANTED),
            Step.delta("!"),
            Step.response().with("model_used", "m-1").with("token_count", 7)));
    try (TestClient client = server.anonymous()) {
      String connection = client.await("welcome").string("connection_id");
      Acknowledgement sent = say(client, "new");
      client.awaitReply(sent.requestId());

      List<Seen> trace = collector.awaitTrace(sent.requestId());
      assertThat(names(trace)).containsExactly("chat", "finish", "save", "send_message", "turn");
      Seen whole = whole(trace);
      assertThat(whole.span().getKind()).isEqualTo(SpanKind.SPAN_KIND_SERVER);
      assertThat(whole.span().getStatus().getCode()).isEqualTo(StatusCode.STATUS_CODE_UNSET);
      assertThat(whole.events()).containsExactly("first_delta");
      assertThat(whole.attributes())
          .containsEntry("avai.request.id", sent.requestId())
          .containsEntry("gen_ai.conversation.id", sent.threadId())
          .containsEntry("avai.connection.id", connection)
          .containsEntry("avai.turn.state", "completed")
          .containsEntry("avai.turn.attempt", "1")
          .containsEntry("avai.turn.chars", Integer.toString(PLANTED.length() + 1))
          .containsKey("avai.turn.waited_ms");
      assertThat(whole.resource())
          .containsEntry("service.name", "avai")
          .containsKeys("service.version", "service.instance.id");

      Seen chat = one(trace, "chat");
      ProcessRequest asked =
          canister.received().stream()
              .filter(request -> request.requestId().equals(sent.requestId()))
              .findFirst()
              .orElseThrow();
      assertThat(asked.json().string("traceparent"))
          .isEqualTo("00-" + sent.requestId().replace("-", "") + "-" + chat.id() + "-01");
      assertThat(chat.span().getKind()).isEqualTo(SpanKind.SPAN_KIND_CLIENT);
      assertThat(chat.events()).containsExactly("first_delta");
      assertThat(chat.attributes())
          .containsEntry("gen_ai.operation.name", "chat")
          .containsEntry("gen_ai.provider.name", "canister")
          .containsEntry("gen_ai.conversation.id", sent.threadId())
          .containsEntry("gen_ai.response.model", "m-1")
          .containsEntry("gen_ai.response.finish_reasons", "[stop]")
          .containsEntry("gen_ai.usage.output_tokens", "7")
          .containsKey("gen_ai.usage.input_tokens")
          .containsEntry("server.address", "127.0.0.1")
          .containsEntry("server.port", Integer.toString(canister.url().getPort()))
          .containsEntry("avai.turn.attempt", "1")
          .containsEntry("avai.canister.outcome", "completed");
      assertThat(one(trace, "save").attributes()).containsEntry("db.system.name", "postgresql");
      assertThat(one(trace, "send_message").attributes())
          .containsEntry("avai.connection.id", connection);
      assertThat(collector.authorization()).isEqualTo("Bearer " + PLANTED);
    }
  }

  @Test
  void regeneratedTurn_isATraceOfItsOwn() {
    canister.script(CanisterScript.replyWith(PLANTED));
    try (TestClient client = server.anonymous()) {
      Acknowledgement sent = say(client, "new");
      client.awaitReply(sent.requestId());
      JsonObject again = client.request("regenerate", "thread_id", sent.threadId());
      client.awaitReply(again.string("request_id"));

      List<Seen> trace = collector.awaitTrace(again.string("request_id"));
      assertThat(names(trace))
          .containsExactly("chat", "finish", "regenerate", "regenerate", "turn");
      assertThat(whole(trace).attributes())
          .containsEntry("gen_ai.conversation.id", sent.threadId())
          .containsKey("avai.connection.id");
      assertThat(collector.awaitTrace(sent.requestId())).doesNotContainAnyElementsOf(trace);
    }
  }

  @Test
  void lostAttempt_isAFailedPartOfATurnThatWentWell() {
    canister.script(
        CanisterScript.first(CanisterScript.failWith(PLANTED, true, Duration.ZERO))
            .then(CanisterScript.replyWith(PLANTED)));
    try (TestClient client = server.anonymous()) {
      Acknowledgement sent = say(client, "new");
      client.awaitReply(sent.requestId());

      List<Seen> trace = collector.awaitTrace(sent.requestId());
      assertThat(whole(trace).attributes()).containsEntry("avai.turn.attempt", "2");
      assertThat(one(trace, "begin_attempt").span().getKind()).isEqualTo(SpanKind.SPAN_KIND_CLIENT);
      Map<String, Seen> attempts =
          trace.stream()
              .filter(span -> span.name().equals("chat"))
              .collect(
                  Collectors.toMap(span -> span.attributes().get("avai.turn.attempt"), x -> x));
      assertThat(attempts).containsOnlyKeys("1", "2");
      assertThat(attempts.get("1").attributes()).containsEntry("error.type", "retryable");
      assertThat(attempts.get("1").span().getStatus().getCode())
          .isEqualTo(StatusCode.STATUS_CODE_ERROR);
      assertThat(attempts.get("2").attributes()).doesNotContainKey("error.type");
    }
  }

  @Test
  void failedTurn_saysWhyWithItsCodeAlone() {
    canister.script(CanisterScript.failWith("no: " + PLANTED, false, null));
    try (TestClient client = server.anonymous()) {
      Acknowledgement sent = say(client, "new");
      client.awaitReply(sent.requestId());

      Seen whole = whole(collector.awaitTrace(sent.requestId()));
      assertThat(whole.span().getStatus().getCode()).isEqualTo(StatusCode.STATUS_CODE_ERROR);
      assertThat(whole.span().getStatus().getMessage()).isEqualTo("CANISTER_ERROR");
      assertThat(whole.attributes())
          .containsEntry("avai.turn.state", "failed")
          .containsEntry("error.type", "canister_error");
      assertThat(whole.events()).isEmpty();
    }
  }

  @Test
  void cancelledTurns_areNoErrors_whetherTheyRanOrWaited() {
    canister.script(CanisterScript.stall());
    try (TestClient client = server.anonymous()) {
      int before = canister.received().size();
      Acknowledgement runs = say(client, "new");
      canister.awaitRequests(before + 1);
      Acknowledgement waits = say(client, runs.threadId());
      client.request("cancel", "thread_id", runs.threadId());

      List<Seen> ran = collector.awaitTrace(runs.requestId());
      List<Seen> waited = collector.awaitTrace(waits.requestId());
      for (List<Seen> trace : List.of(ran, waited)) {
        assertThat(whole(trace).attributes()).containsEntry("avai.turn.state", "cancelled");
        assertThat(whole(trace).span().getStatus().getCode())
            .isEqualTo(StatusCode.STATUS_CODE_UNSET);
      }
      assertThat(one(ran, "chat").attributes()).containsEntry("avai.canister.outcome", "cancelled");
      assertThat(one(ran, "chat").span().getStatus().getCode())
          .isEqualTo(StatusCode.STATUS_CODE_UNSET);
      assertThat(names(waited)).containsExactly("save", "send_message", "turn");
    }
  }

  @Test
  void repeatedMessage_isAPartOfTheTurnOfTheFirst() {
    canister.script(CanisterScript.replyWith(PLANTED));
    try (TestClient client = server.anonymous()) {
      JsonObject message =
          JsonObject.of(
              "type",
              "send_message",
              "thread_id",
              "new",
              "content",
              PLANTED,
              "client_message_id",
              "0198c7a4-0000-7000-8000-000000000001");
      String request = client.request(message).string("request_id");
      client.awaitReply(request);
      assertThat(client.request(message).bool("duplicate")).isTrue();
      // Behind it, so that what the repeat has made is sent too.
      Acknowledgement next = say(client, "new");
      client.awaitReply(next.requestId());
      collector.awaitTrace(next.requestId());

      assertThat(names(collector.awaitTrace(request)))
          .containsExactly(
              "chat", "finish", "save", "save", "send_message", "send_message", "turn");
    }
  }

  @Test
  void turnThatMovesToAnotherServer_isOneTraceOfBoth() {
    CanisterScript script = CanisterScript.replyWith(PLANTED).onAttempt(1, CanisterScript.stall());
    TestDatabase database = TestDatabase.fresh();
    Map<String, String> variables = new HashMap<>(tracing());
    variables.put("DATABASE_URL", database.variable());
    variables.put("AVAI_SHUTDOWN_GRACE", "0s");
    Acknowledgement sent;
    try (FakeCanister both = FakeCanister.start(script)) {
      try (TestServer first = TestServer.start(both, variables);
          TestClient client = first.anonymous()) {
        sent = say(client, "new");
        both.awaitRequest();
      }
      try (TestServer second = TestServer.start(both, variables)) {
        assertThat(second.port()).isPositive();
        List<Seen> trace = collector.awaitTrace(sent.requestId(), 7);
        assertThat(names(trace))
            .containsExactly("chat", "chat", "finish", "give_back", "save", "send_message", "turn");
        Seen whole = whole(trace);
        assertThat(whole.attributes())
            .containsEntry("avai.turn.state", "completed")
            .doesNotContainKey("avai.connection.id");
        String taker = whole.resource().get("service.instance.id");
        assertThat(one(trace, "save").resource().get("service.instance.id")).isNotEqualTo(taker);
        assertThat(one(trace, "finish").resource()).containsEntry("service.instance.id", taker);
      }
    }
  }

  @Test
  void turnThatNobodyIsThereToAnswer_isATraceToo() {
    try (TestServer alone = TestServer.start(tracing());
        TestClient client = alone.anonymous()) {
      Acknowledgement sent = say(client, "new");

      Seen whole = whole(collector.awaitTrace(sent.requestId()));
      assertThat(whole.attributes())
          .containsEntry("avai.turn.state", "failed")
          .containsEntry("error.type", "ai_disabled");
    }
  }
}
