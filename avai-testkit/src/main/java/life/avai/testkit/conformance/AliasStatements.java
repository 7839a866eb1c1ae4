package life.avai.testkit.conformance;

import static life.avai.testkit.conformance.Visit.check;
import static life.avai.testkit.conformance.Visit.expect;
import static life.avai.testkit.conformance.Visit.newId;
import static life.avai.testkit.conformance.Visit.same;
import static life.avai.testkit.conformance.Visit.thread;

import java.util.List;
import life.avai.testkit.client.TestClient;
import life.avai.testkit.json.JsonObject;

/** The names that older clients use. */
final class AliasStatements {
  private static final String TOPIC = "older names";

  static final List<Statement> ALL =
      List.of(
          says(
              "auth, heartbeat and typing_indicator stand for authenticate, ping and typing.",
              AliasStatements::types),
          says("threadId stands for thread_id, and isTyping for typing.", AliasStatements::fields),
          says(
              "messageId is echoed, and is a client_message_id when it is a UUID.",
              AliasStatements::messageId),
          says(
              "pin_thread, archive_thread, update_thread_title and get_thread_messages are"
                  + " answered.",
              AliasStatements::threads));

  private AliasStatements() {}

  private static Statement says(String sentence, Statement.Trial trial) {
    return new Statement(TOPIC, sentence, trial);
  }

  private static void types(Visit visit) {
    TestClient client = visit.user(JsonObject.of("type", "auth"));
    expect(client.request("heartbeat"), "heartbeat_ack");
    expect(
        client.request("typing_indicator", "threadId", thread(client), "isTyping", true),
        "typing_indicator_ack");
  }

  private static void fields(Visit visit) {
    TestClient client = visit.user();
    String thread = thread(client);
    expect(client.request("get_history", "threadId", thread), "thread_history");
    JsonObject typing = client.request("typing", "threadId", thread, "is_typing", false);
    same(false, expect(typing, "typing_confirmed").get("is_typing"), typing);
  }

  private static void messageId(Visit visit) {
    TestClient client = visit.user();
    String thread = thread(client);
    String id = newId();
    JsonObject first =
        client.request("send_message", "threadId", thread, "content", "x", "messageId", id);
    same(id, expect(first, "message_sent").get("messageId"), first);
    JsonObject again =
        client.request("send_message", "threadId", thread, "content", "x", "messageId", id);
    same(true, expect(again, "message_sent").get("duplicate"), again);
    JsonObject other =
        client.request("send_message", "threadId", thread, "content", "x", "messageId", "m-1");
    same("m-1", expect(other, "message_sent").get("messageId"), other);
  }

  private static void threads(Visit visit) {
    TestClient client = visit.user();
    String thread = thread(client);
    JsonObject pinned = expect(client.request("pin_thread", "threadId", thread), "thread_updated");
    same(true, pinned.object("thread").get("is_pinned"), pinned);
    JsonObject titled =
        expect(
            client.request("update_thread_title", "threadId", thread, "title", "T"),
            "thread_updated");
    same("T", titled.object("thread").get("title"), titled);
    JsonObject page =
        expect(
            client.request("get_thread_messages", "threadId", thread, "offset", 0),
            "thread_history");
    check(page.list("messages").isEmpty(), "no messages", page);
    JsonObject archived =
        expect(client.request("archive_thread", "threadId", thread), "thread_archived");
    same("archived", archived.get("status"), archived);
  }
}
