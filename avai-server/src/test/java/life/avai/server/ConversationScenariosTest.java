package life.avai.server;

import static life.avai.server.support.Client.text;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import life.avai.server.support.Client;
import life.avai.server.support.ScriptedCanister;
import life.avai.server.support.TestServer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/**
 * What people do, over real sockets, on a real database, with a canister that does as it is told.
 */
class ConversationScenariosTest {
  private static ScriptedCanister canister;
  private static AvaiServer server;

  @BeforeAll
  static void start() {
    canister = ScriptedCanister.start(0);
    server =
        TestServer.start(
            Map.of(
                "AVAI_CANISTER_WS_URL", canister.url(),
                "AVAI_AI_FIRST_TIMEOUT", "1s",
                "AVAI_RATE_LIMIT_MESSAGES_PER_MINUTE", "100000"));
    try (Client client = Client.connect(server.port())) {
      client.request("get_ai_status", Map.of());
      client.await(frame ->
          text(frame, "type").equals("ai_status") && text(frame, "state").equals("available"));
    }
  }

  @AfterAll
  static void stop() {
    server.close();
    canister.close();
  }

  @BeforeEach
  void answerPlainly() {
    canister.answer("Hello there, friend.", 6);
  }

  private static Client client() {
    return Client.anonymous(server.port());
  }

  @Test
  void ping_beforeAuthentication_isAnswered() {
    try (Client client = Client.connect(server.port())) {
      assertThat(text(client.request("ping", Map.of()), "type")).isEqualTo("pong");
      assertThat(text(client.request("heartbeat", Map.of()), "type")).isEqualTo("heartbeat_ack");
      assertThat(text(client.say("new", "hi"), "code")).isEqualTo("AUTH_REQUIRED");
    }
  }

  @Test
  void session_isResumedOnAnotherConnection() {
    try (Client first = Client.connect(server.port());
        Client second = Client.connect(server.port())) {
      JsonNode auth = first.request("authenticate", Map.of("anonymous", true));
      JsonNode again =
          second.request("authenticate", Map.of("session_token", text(auth, "session_token")));
      assertThat(again.get("user").get("id")).isEqualTo(auth.get("user").get("id"));
      assertThat(text(second.request("authenticate", Map.of("session_token", "guessed")), "code"))
          .isEqualTo("AUTH_FAILED");
    }
  }

  @Test
  void message_isAcknowledgedThenStreamedThenAnswered() {
    try (Client client = client()) {
      JsonNode sent = client.say("new", "What is a nonce?");
      String turn = text(sent, "request_id");
      JsonNode reply = client.await("ai_response", turn);

      assertThat(text(reply, "content")).isEqualTo("Hello there, friend.");
      assertThat(reply.get("position").intValue()).isEqualTo(2);
      assertThat(text(reply, "reply_to")).isEqualTo(text(sent, "message_id"));
      List<String> types = client.typesOf(turn);
      assertThat(types).startsWith("message_sent", "ai_typing", "ai_response_delta");
      assertThat(types).endsWith("ai_typing", "ai_response");
      StringBuilder streamed = new StringBuilder();
      for (JsonNode frame : client.frames()) {
        if (text(frame, "type").equals("ai_response_delta")) {
          assertThat(frame.get("offset").intValue()).isEqualTo(streamed.length());
          streamed.append(text(frame, "delta"));
        }
      }
      assertThat(streamed).hasToString("Hello there, friend.");
    }
  }

  @Test
  void processFrame_holdsTheConversationInTurnOrder() throws InterruptedException {
    try (Client client = client()) {
      while (canister.processCount() > 0) {
        canister.awaitProcess();
      }
      JsonNode first = client.say("new", "one");
      client.await("ai_response", text(first, "request_id"));
      JsonNode second = client.say(text(first, "thread_id"), "two");
      client.await("ai_response", text(second, "request_id"));
      canister.awaitProcess();
      JsonNode process = canister.awaitProcess();
      assertThat(text(process, "request_id")).isEqualTo(text(second, "request_id"));
      assertThat(text(process, "conversation_id")).isEqualTo(text(first, "thread_id"));
      assertThat(process.get("user_id").isNull()).isTrue();
      assertThat(process.get("attempt").intValue()).isEqualTo(1);
      assertThat(process.get("stream").booleanValue()).isTrue();
      assertThat(process.get("context_metadata").get("message_count").intValue()).isEqualTo(3);
      assertThat(process.get("messages").valueStream().map(m -> text(m, "content")))
          .containsExactly("one", "Hello there, friend.", "two");
      assertThat(process.get("messages").valueStream().map(m -> text(m, "role")))
          .containsExactly("user", "assistant", "user");
    }
  }

  @Test
  void content_comesBackByteForByte() {
    String nasty = "'; DROP TABLE users;-- <script>alert(1)</script> $(rm -rf /) 😀 \u202e \r\n\t";
    canister.answer(nasty, 5);
    try (Client client = client()) {
      JsonNode sent = client.say("new", nasty);
      client.await("ai_response", text(sent, "request_id"));
      JsonNode history =
          client.request("get_history", Map.of("thread_id", text(sent, "thread_id")));
      assertThat(history.get("messages").valueStream().map(m -> text(m, "content")))
          .containsExactly(nasty, nasty);
    }
  }

  @Test
  void unstorableContent_isRefusedFromClientsAndReplacedFromCanisters() {
    canister.onProcess((frame, line) ->
        line.sendText(
            "{\"type\":\"response\",\"request_id\":\""
                + text(frame, "request_id")
                + "\",\"response\":\"a\\u0000b\\ud800c\"}"));
    try (Client client = client()) {
      client.sendText(
          "{\"type\":\"send_message\",\"id\":\"n\",\"thread_id\":\"new\",\"content\":\"a\\u0000\"}");
      assertThat(text(client.await(f -> text(f, "in_reply_to").equals("n")), "code"))
          .isEqualTo("INVALID_CONTENT");
      JsonNode sent = client.say("new", "fine");
      JsonNode reply = client.await("ai_response", text(sent, "request_id"));
      assertThat(text(reply, "content")).isEqualTo("a\uFFFDb\uFFFDc");
      assertThat(reply.get("attempt").intValue()).as("came whole, replaced nothing").isEqualTo(1);
    }
  }

  @Test
  void repeat_getsTheFirstAcknowledgementAndTheOutcome() {
    try (Client client = client()) {
      Map<String, String> message =
          Map.of(
              "thread_id",
              "new",
              "content",
              "once",
              "client_message_id",
              UUID.randomUUID().toString());
      JsonNode first = client.request("send_message", message);
      client.await("ai_response", text(first, "request_id"));
      JsonNode again = client.request("send_message", message);
      assertThat(again.get("duplicate").booleanValue()).isTrue();
      for (String field :
          List.of("message_id", "thread_id", "request_id", "position", "saved_at")) {
        assertThat(again.get(field)).isEqualTo(first.get(field));
      }
      Map<String, String> other = new java.util.HashMap<>(message);
      other.put("content", "twice");
      assertThat(text(client.request("send_message", other), "code"))
          .isEqualTo("IDEMPOTENCY_CONFLICT");
    }
  }

  @Test
  void anotherUsersThread_looksLikeNone() {
    try (Client owner = client();
        Client stranger = client()) {
      String thread = text(owner.say("new", "secret"), "thread_id");
      for (String type :
          List.of("get_history", "subscribe", "cancel", "regenerate", "delete_thread")) {
        assertThat(text(stranger.request(type, Map.of("thread_id", thread)), "code"))
            .as(type)
            .isEqualTo("THREAD_NOT_FOUND");
      }
      assertThat(text(stranger.say(thread, "let me in"), "code")).isEqualTo("THREAD_NOT_FOUND");
      assertThat(
              text(stranger.request("typing", Map.of("thread_id", thread, "typing", true)), "code"))
          .isEqualTo("THREAD_NOT_FOUND");
    }
  }

  @Test
  void secondDevice_seesMessagesAndReplies() {
    try (Client phone = Client.connect(server.port());
        Client laptop = Client.connect(server.port())) {
      JsonNode auth = phone.request("authenticate", Map.of());
      laptop.request("authenticate", Map.of("session_token", text(auth, "session_token")));
      String thread =
          text(phone.request("create_thread", Map.of("title", "T")).get("thread"), "id");
      laptop.request("subscribe", Map.of("thread_id", thread));
      laptop.await("caught_up");
      JsonNode sent = phone.say(thread, "from the phone");
      assertThat(text(laptop.await("message_added").get("message"), "content"))
          .isEqualTo("from the phone");
      laptop.await("ai_response", text(sent, "request_id"));
      phone.request("typing", Map.of("thread_id", thread, "typing", true));
      laptop.await("user_typing");
    }
  }

  @Test
  void cancel_keepsWhatHadArrivedAndReachesTheCanister() throws InterruptedException {
    canister.onProcess((frame, line) -> line.delta(frame, 0, "half an ans"));
    try (Client client = client()) {
      JsonNode sent = client.say("new", "long one");
      client.await("ai_response_delta", text(sent, "request_id"));
      JsonNode ack = client.request("cancel", Map.of("thread_id", text(sent, "thread_id")));
      assertThat(ack.get("request_ids").get(0).stringValue()).isEqualTo(text(sent, "request_id"));
      assertThat(text(client.await("ai_cancelled", text(sent, "request_id")), "content"))
          .isEqualTo("half an ans");
      assertThat(text(canister.awaitCancel(), "request_id")).isEqualTo(text(sent, "request_id"));
      assertThat(
              client
                  .request("cancel", Map.of("thread_id", text(sent, "thread_id")))
                  .get("request_ids"))
          .isEmpty();
    }
  }

  @Test
  void regenerate_supersedesTheEarlierReply() {
    try (Client client = client()) {
      JsonNode sent = client.say("new", "again, please");
      client.await("ai_response", text(sent, "request_id"));
      canister.answer("A better answer.", 4);
      Map<String, String> thread = Map.of("thread_id", text(sent, "thread_id"));
      JsonNode ack = client.request("regenerate", thread);
      assertThat(text(ack, "reply_to")).isEqualTo(text(sent, "message_id"));
      client.await("ai_response", text(ack, "request_id"));
      JsonNode history = client.request("get_history", thread);
      assertThat(history.get("messages").valueStream().map(m -> text(m, "content")))
          .containsExactly("again, please", "A better answer.");
      JsonNode all =
          client.request(
              "get_history",
              Map.of("thread_id", text(sent, "thread_id"), "include_superseded", true));
      assertThat(all.get("total").intValue()).isEqualTo(3);
    }
  }

  @Test
  void resuming_continuesWhereTheReaderWas() throws InterruptedException {
    CountDownLatch goOn = new CountDownLatch(1);
    canister.onProcess((frame, line) -> {
      line.delta(frame, 0, "first half, ");
      await(goOn);
      line.delta(frame, 1, "second half");
      line.respond(frame, "first half, second half");
    });
    try (Client reader = Client.connect(server.port());
        Client again = Client.connect(server.port())) {
      JsonNode auth = reader.request("authenticate", Map.of());
      JsonNode sent = reader.say("new", "stream");
      JsonNode delta = reader.await("ai_response_delta", text(sent, "request_id"));
      reader.disconnect();
      again.request("authenticate", Map.of("session_token", text(auth, "session_token")));
      JsonNode subscribed =
          again.request(
              "subscribe",
              Map.of(
                  "thread_id", text(sent, "thread_id"),
                  "after_position", 1,
                  "reply",
                      Map.of("message_id", text(delta, "message_id"), "attempt", 1, "offset", 6)));
      assertThat(text(subscribed.get("running"), "message_id"))
          .isEqualTo(text(delta, "message_id"));
      again.await("caught_up");
      goOn.countDown();
      again.await("ai_response", text(sent, "request_id"));
      StringBuilder rest = new StringBuilder("first ");
      for (JsonNode frame : again.frames()) {
        if (text(frame, "type").equals("ai_response_delta")) {
          assertThat(frame.get("offset").intValue()).isEqualTo(rest.length());
          rest.append(text(frame, "delta"));
        }
      }
      assertThat(rest).hasToString("first half, second half");
    }
  }

  private static void await(CountDownLatch latch) {
    try {
      assertThat(latch.await(20, java.util.concurrent.TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void wholeTextThatDisagrees_isANewAttempt() {
    canister.onProcess((frame, line) -> {
      line.delta(frame, 0, "wrong");
      line.respond(frame, "right");
    });
    try (Client client = client()) {
      JsonNode sent = client.say("new", "well?");
      JsonNode reply = client.await("ai_response", text(sent, "request_id"));
      assertThat(text(reply, "content")).isEqualTo("right");
      assertThat(reply.get("attempt").intValue()).isEqualTo(2);
    }
  }

  @Test
  void silence_isATimeout_andTheCanisterIsTold() throws InterruptedException {
    canister.onProcess((frame, line) -> {});
    try (Client client = client()) {
      JsonNode sent = client.say("new", "anybody?");
      JsonNode error = client.await("ai_error", text(sent, "request_id"));
      assertThat(text(error, "code")).isEqualTo("TIMEOUT");
      assertThat(error.get("retry_after").intValue()).isEqualTo(30);
      assertThat(text(canister.awaitCancel(), "request_id")).isEqualTo(text(sent, "request_id"));
    }
  }

  @Test
  void canisterError_andNonsense_endTheTurn() {
    canister.onProcess((frame, line) ->
        line.send(
            Map.of(
                "type",
                "error",
                "request_id",
                text(frame, "request_id"),
                "error_message",
                "out of order",
                "retry_after",
                12)));
    try (Client client = client()) {
      JsonNode sent = client.say("new", "q");
      JsonNode error = client.await("ai_error", text(sent, "request_id"));
      assertThat(text(error, "code")).isEqualTo("CANISTER_ERROR");
      assertThat(error.get("retry_after").intValue()).isEqualTo(12);

      canister.onProcess((frame, line) -> line.respond(frame, ""));
      JsonNode second = client.say(text(sent, "thread_id"), "q2");
      assertThat(text(client.await("ai_error", text(second, "request_id")), "code"))
          .isEqualTo("INVALID_RESPONSE");
      assertThat(client.typesOf(text(second, "request_id")))
          .containsExactly("message_sent", "ai_typing", "ai_typing", "ai_error");
    }
  }

  @Test
  void lostConnection_isAskedAgain() {
    canister.onProcess((frame, line) -> {
      if (frame.get("attempt").intValue() == 1) {
        line.delta(frame, 0, "lost");
        canister.cut();
      } else {
        line.stream(frame, "second try", 3);
      }
    });
    try (Client client = client()) {
      JsonNode sent = client.say("new", "q");
      JsonNode reply = client.await("ai_response", text(sent, "request_id"));
      assertThat(text(reply, "content")).isEqualTo("second try");
      assertThat(reply.get("attempt").intValue()).isGreaterThan(1);
    }
  }

  @Test
  void expectedPosition_thatIsOld_isAConflictWithWhatWasMissed() {
    try (Client client = client()) {
      JsonNode sent = client.say("new", "one");
      client.await("ai_response", text(sent, "request_id"));
      JsonNode conflict =
          client.request(
              "send_message",
              Map.of(
                  "thread_id", text(sent, "thread_id"), "content", "two", "expected_position", 1));
      assertThat(text(conflict, "code")).isEqualTo("CONFLICT");
      assertThat(conflict.get("position").intValue()).isEqualTo(2);
      assertThat(conflict.get("messages").size()).isEqualTo(1);
    }
  }
}
