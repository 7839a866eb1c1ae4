package life.avai.server.scenarios;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import life.avai.testkit.client.TestClient;
import life.avai.testkit.json.JsonObject;
import org.junit.jupiter.api.Test;

/** Threads and their history. */
class ThreadsTest extends Scenario {
  private static List<String> titles(JsonObject list) {
    return list.objects("threads").stream().map(thread -> thread.string("title")).toList();
  }

  private static String create(TestClient client, String title) {
    return client.request("create_thread", "title", title).object("thread").string("id");
  }

  @Test
  void newThread_isAsItWasAskedFor() {
    try (TestClient client = anonymous()) {
      JsonObject created = client.request("create_thread", "title", "T", "description", "D");
      assertThat(created.type()).isEqualTo("thread_created");
      JsonObject thread = created.object("thread");
      assertThat(thread.string("title")).isEqualTo("T");
      assertThat(thread.string("description")).isEqualTo("D");
      assertThat(thread.string("status")).isEqualTo("active");
      assertThat(thread.bool("is_pinned")).isFalse();
      assertThat(thread.integer("message_count")).isZero();
      assertThat(thread.get("last_message_at")).isNull();
      assertThat(thread.string("created_at"))
          .matches("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z");
      assertThat(thread.has("updated_at")).isTrue();
    }
  }

  @Test
  void list_isPagedWithTheLatestFirst() {
    try (TestClient client = anonymous()) {
      for (int i = 0; i < 7; i++) {
        var unused = create(client, "t" + i);
      }
      List<String> seen = new ArrayList<>();
      String before = null;
      do {
        JsonObject page =
            before == null
                ? client.request("get_threads", "limit", 3)
                : client.request("get_threads", "limit", 3, "before", before);
        assertThat(page.type()).isEqualTo("threads_list");
        assertThat(page.integer("total")).isEqualTo(7);
        seen.addAll(titles(page));
        before = page.optionalString("next");
      } while (before != null);
      assertThat(seen).containsExactly("t6", "t5", "t4", "t3", "t2", "t1", "t0");
    }
  }

  @Test
  void changes_areKept() {
    try (TestClient client = anonymous()) {
      String one = create(client, "one");
      var unused = create(client, "two");
      JsonObject updated =
          client.request("update_thread", "thread_id", one, "title", "First", "is_pinned", true);
      assertThat(updated.type()).isEqualTo("thread_updated");
      assertThat(updated.object("thread").bool("is_pinned")).isTrue();
      assertThat(titles(client.request("get_threads"))).containsExactly("First", "two");

      client.request("update_thread", "thread_id", one, "archived", true);
      assertThat(titles(client.request("get_threads"))).containsExactly("two");
      assertThat(titles(client.request("get_threads", "archived", true))).containsExactly("First");
      client.request("update_thread", "thread_id", one, "archived", false);

      assertThat(client.request("delete_thread", "thread_id", one).type())
          .isEqualTo("thread_deleted");
      assertThat(titles(client.request("get_threads"))).containsExactly("two");
      assertError(client.request("get_history", "thread_id", one), "THREAD_NOT_FOUND");
    }
  }

  @Test
  void aliases_ofOlderClients_work() {
    try (TestClient client = anonymous()) {
      String thread = create(client, "one");
      assertThat(
              client
                  .request("update_thread_title", "threadId", thread, "title", "New")
                  .object("thread")
                  .string("title"))
          .isEqualTo("New");
      assertThat(client.request("pin_thread", "threadId", thread).type())
          .isEqualTo("thread_updated");
      JsonObject archived = client.request("archive_thread", "threadId", thread);
      assertThat(archived.type()).isEqualTo("thread_archived");
      assertThat(archived.string("thread_id")).isEqualTo(thread);
      assertThat(archived.string("status")).isEqualTo("archived");
      assertThat(archived.has("updated_at")).isTrue();
      JsonObject typing = client.request("typing_indicator", "threadId", thread, "isTyping", true);
      assertThat(typing.type()).isEqualTo("typing_indicator_ack");
      JsonObject confirmed = client.request("typing", "thread_id", thread, "typing", true);
      assertThat(confirmed.type()).isEqualTo("typing_confirmed");
      assertThat(confirmed.bool("is_typing")).isTrue();
      JsonObject sent =
          client.request(
              "send_message",
              "threadId",
              thread,
              "content",
              "hi",
              "messageId",
              "3f2c1d4e-0000-4000-8000-000000000001");
      assertThat(sent.type()).isEqualTo("message_sent");
      assertThat(sent.string("client_message_id"))
          .isEqualTo("3f2c1d4e-0000-4000-8000-000000000001");
      client.awaitReply(sent.string("request_id"));
      JsonObject messages =
          client.request("get_thread_messages", "threadId", thread, "limit", 1, "offset", 1);
      assertThat(contents(messages)).containsExactly("Hello there, friend.");
    }
  }

  @Test
  void history_isPagedOldestFirst() {
    try (TestClient client = anonymous()) {
      String thread = create(client, "long");
      for (int i = 0; i < 5; i++) {
        client.awaitReply(client.say(thread, "q" + i).requestId());
      }
      JsonObject latest = client.request("get_history", "thread_id", thread, "limit", 3);
      assertThat(positions(latest)).containsExactly(8L, 9L, 10L);
      assertThat(latest.integer("total")).isEqualTo(10);
      assertThat(latest.bool("has_more")).isTrue();

      JsonObject before =
          client.request("get_history", "thread_id", thread, "limit", 3, "before_position", 8);
      assertThat(positions(before)).containsExactly(5L, 6L, 7L);
      assertThat(before.integer("total")).isEqualTo(7);

      JsonObject after =
          client.request("get_history", "thread_id", thread, "limit", 3, "after_position", 8);
      assertThat(positions(after)).containsExactly(9L, 10L);
      assertThat(after.bool("has_more")).isFalse();

      JsonObject message = latest.objects("messages").getLast();
      assertThat(message.fields())
          .containsKeys(
              "id",
              "position",
              "role",
              "content",
              "content_type",
              "token_count",
              "model_used",
              "processing_time_ms",
              "confidence_score",
              "created_at",
              "metadata",
              "reply_to",
              "finish_reason");
    }
  }

  private static List<Long> positions(JsonObject history) {
    return history.objects("messages").stream()
        .map(message -> message.integer("position"))
        .toList();
  }
}
