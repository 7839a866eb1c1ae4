package life.avai.server.scenarios;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.UUID;
import life.avai.testkit.client.TestClient;
import life.avai.testkit.json.JsonObject;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Older clients: other names for the same things, and none of what came later. */
class CompatibilityTest extends Scenario {
  private static String thread(TestClient client) {
    return client.request("create_thread").object("thread").string("id");
  }

  @Test
  void clientOfTheOriginalFrames_holdsAConversation() {
    List<String> known =
        List.of(
            "welcome",
            "auth_success",
            "message_sent",
            "ai_typing",
            "ai_response",
            "ai_unavailable",
            "ai_error",
            "error");
    try (TestClient client = SERVER.connect()) {
      client.send("auth", "anonymous", true, "deltas", false);
      JsonObject authenticated = client.await("auth_success");
      assertThat(authenticated.bool("isAnonymous")).isTrue();
      assertThat(authenticated.object("user").bool("isAnonymous")).isTrue();
      assertThat(authenticated.string("sessionId")).isNotBlank();
      client.send("send_message", "threadId", "new", "content", "hi", "messageId", "mine-1");
      JsonObject sent = client.await("message_sent");
      assertThat(sent.string("messageId")).isEqualTo("mine-1");
      assertThat(sent.has("client_message_id")).isFalse();
      assertThat(client.await("ai_response").string("content")).isEqualTo("Hello there, friend.");
      client.send("send_message", "threadId", sent.string("thread_id"), "content", "again");
      assertThat(client.await("ai_response").integer("position")).isEqualTo(4);
      assertThat(client.frames()).allSatisfy(frame -> assertThat(known).contains(frame.type()));
    }
  }

  @ParameterizedTest
  @CsvSource({
    "typing, typing, typing_confirmed",
    "typing, is_typing, typing_confirmed",
    "typing, isTyping, typing_confirmed",
    "typing_indicator, typing, typing_indicator_ack",
    "typing_indicator, is_typing, typing_indicator_ack",
    "typing_indicator, isTyping, typing_indicator_ack"
  })
  void typing_underAnyName_isConfirmed(String type, String field, String answer) {
    try (TestClient client = anonymous()) {
      String thread = thread(client);
      for (boolean typing : new boolean[] {true, false}) {
        JsonObject confirmed = client.request(type, "threadId", thread, field, typing);
        assertThat(confirmed.type()).isEqualTo(answer);
        assertThat(confirmed.string("thread_id")).isEqualTo(thread);
        assertThat(confirmed.bool("is_typing")).isEqualTo(typing);
      }
      assertError(
          client.request(type, "threadId", UUID.randomUUID().toString(), field, true),
          "THREAD_NOT_FOUND");
    }
  }

  @Test
  void pinAndArchive_areDoneAndUndone() {
    try (TestClient client = anonymous()) {
      String thread = thread(client);
      JsonObject pinned = client.request("pin_thread", "threadId", thread);
      assertThat(pinned.type()).isEqualTo("thread_updated");
      assertThat(pinned.object("thread").bool("is_pinned")).isTrue();
      JsonObject unpinned = client.request("pin_thread", "threadId", thread, "is_pinned", false);
      assertThat(unpinned.object("thread").bool("is_pinned")).isFalse();

      JsonObject archived = client.request("archive_thread", "threadId", thread);
      assertThat(archived.type()).isEqualTo("thread_archived");
      assertThat(archived.fields()).containsKeys("thread_id", "status", "updated_at");
      assertThat(archived.string("status")).isEqualTo("archived");
      assertThat(client.request("get_threads").integer("total")).isZero();
      assertThat(client.request("get_threads", "archived", true).integer("total")).isEqualTo(1);
      assertThat(
              client
                  .request("archive_thread", "threadId", thread, "archived", false)
                  .string("status"))
          .isEqualTo("active");
      assertThat(client.request("heartbeat").type()).isEqualTo("heartbeat_ack");
    }
  }

  @Test
  void messageId_isEchoed_inErrorsToo() {
    try (TestClient client = anonymous()) {
      JsonObject refused =
          client.request("send_message", "threadId", "new", "content", "", "messageId", "m-9");
      assertError(refused, "INVALID_MESSAGE");
      assertThat(refused.string("messageId")).isEqualTo("m-9");
      assertThat(refused.string("field")).isEqualTo("content");
    }
  }

  @Test
  void messageIdThatIsAUuid_makesTheSendIdempotent() {
    try (TestClient client = anonymous()) {
      String name = UUID.randomUUID().toString().toUpperCase(java.util.Locale.ROOT);
      JsonObject first =
          client.request("send_message", "threadId", "new", "content", "hi", "messageId", name);
      assertThat(first.string("client_message_id")).isEqualTo(name);
      JsonObject again =
          client.request(
              "send_message", "thread_id", "new", "content", "hi", "client_message_id", name);
      assertThat(again.bool("duplicate")).isTrue();
      assertThat(again.string("message_id")).isEqualTo(first.string("message_id"));
      assertThat(again.string("client_message_id")).isEqualTo(name);
    }
  }

  @Test
  void threadMessages_arePagedByOffset() {
    try (TestClient client = anonymous()) {
      String thread = thread(client);
      for (int i = 0; i < 2; i++) {
        client.awaitReply(client.say(thread, "q" + i).requestId());
      }
      JsonObject page =
          client.request("get_thread_messages", "threadId", thread, "limit", 2, "offset", 1);
      assertThat(page.type()).isEqualTo("thread_history");
      assertThat(contents(page)).containsExactly("Hello there, friend.", "q1");
      // Counted from the offset on, as every total is.
      assertThat(page.integer("total")).isEqualTo(3);
      assertThat(page.bool("has_more")).isTrue();
      JsonObject end = client.request("get_thread_messages", "threadId", thread, "offset", 4);
      assertThat(contents(end)).isEmpty();
      assertThat(end.bool("has_more")).isFalse();
      JsonObject latest = client.request("get_thread_messages", "threadId", thread, "limit", 1);
      assertThat(latest.objects("messages").getFirst().integer("position")).isEqualTo(4);
    }
  }
}
