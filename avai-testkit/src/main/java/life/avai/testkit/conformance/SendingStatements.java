package life.avai.testkit.conformance;

import static life.avai.testkit.conformance.Visit.check;
import static life.avai.testkit.conformance.Visit.expect;
import static life.avai.testkit.conformance.Visit.newId;
import static life.avai.testkit.conformance.Visit.refused;
import static life.avai.testkit.conformance.Visit.same;
import static life.avai.testkit.conformance.Visit.thread;
import static life.avai.testkit.conformance.Visit.time;
import static life.avai.testkit.conformance.Visit.uuid;

import java.util.List;
import life.avai.testkit.client.Acknowledgement;
import life.avai.testkit.client.TestClient;
import life.avai.testkit.json.JsonObject;

/** send_message. */
final class SendingStatements {
  private static final String TOPIC = "send_message";

  static final List<Statement> ALL =
      List.of(
          says(
              "message_sent tells what is stored: get_history shows it to another socket.",
              SendingStatements::stored),
          says("Text is kept byte for byte.", SendingStatements::byteForByte),
          says(
              "U+0000 and half surrogate pairs are INVALID_CONTENT.",
              SendingStatements::notStorable),
          says("content has 1 to limits.max_content_chars characters.", SendingStatements::length),
          says("A frame without thread_id is MISSING_THREAD_ID.", SendingStatements::missingThread),
          says(
              "A thread that is not there, or is somebody else's, is THREAD_NOT_FOUND.",
              SendingStatements::foreignThread),
          says(
              "A repeat of a client_message_id keeps nothing new, and gets the first"
                  + " acknowledgement.",
              SendingStatements::repeat),
          says(
              "The same client_message_id for another message is IDEMPOTENCY_CONFLICT.",
              SendingStatements::idempotencyConflict),
          says(
              "expected_position that is not the thread's is CONFLICT, and nothing is kept.",
              SendingStatements::conflict),
          says("Positions of a thread count from 1 without gaps.", SendingStatements::positions),
          Statement.beyondReach(
              TOPIC,
              "What is acknowledged outlives the server's death.",
              "takes killing the server"),
          Statement.beyondReach(
              TOPIC,
              "One send too many in a minute is RATE_LIMITED.",
              "takes the server's limits"));

  private SendingStatements() {}

  private static Statement says(String sentence, Statement.Trial trial) {
    return new Statement(TOPIC, sentence, trial);
  }

  private static void stored(Visit visit) {
    TestClient client = visit.user();
    JsonObject sent = send(client, "new", "Is this stored?");
    uuid(sent, "message_id");
    uuid(sent, "thread_id");
    uuid(sent, "request_id");
    time(sent, "saved_at");
    same(1L, sent.get("position"), sent);
    JsonObject first = messages(visit.another(client), sent.string("thread_id")).getFirst();
    same(sent.get("message_id"), first.get("id"), first);
    same("user", first.get("role"), first);
    same("Is this stored?", first.get("content"), first);
    same(sent.get("saved_at"), first.get("created_at"), first);
  }

  private static void byteForByte(Visit visit) {
    TestClient client = visit.user();
    String thread = thread(client);
    String text =
        "  <b>x</b>\t'; DROP TABLE m;--\r\n\\u0000 \u00e9 e\u0301 \ud83d\ude00 \u202e\uffff ";
    send(client, thread, text);
    JsonObject first = messages(client, thread).getFirst();
    same(text, first.get("content"), first);
  }

  private static void notStorable(Visit visit) {
    TestClient client = visit.user();
    for (String text : List.of("a\u0000b", "a\ud83db", "\ude00")) {
      refused(
          client.request("send_message", "thread_id", "new", "content", text),
          "INVALID_CONTENT",
          "content");
    }
  }

  private static void length(Visit visit) {
    TestClient client = visit.user();
    JsonObject limits = client.await("welcome").object("limits");
    long most = limits.integer("max_content_chars");
    refused(
        client.request("send_message", "thread_id", "new", "content", ""),
        "INVALID_MESSAGE",
        "content");
    if (4 * most + 1_000 > Math.min(limits.integer("max_frame_bytes"), 16 << 20)) {
      throw new SkippedException("max_content_chars does not fit into a frame: " + limits);
    }
    expect(
        client.request(
            "send_message", "thread_id", "new", "content", "\ud83d\ude00".repeat((int) most)),
        "message_sent");
    refused(
        client.request("send_message", "thread_id", "new", "content", "x".repeat((int) most + 1)),
        "CONTENT_TOO_LARGE");
  }

  private static void missingThread(Visit visit) {
    TestClient client = visit.user();
    refused(client.request("send_message", "content", "x"), "MISSING_THREAD_ID");
    refused(client.request("get_history"), "MISSING_THREAD_ID");
  }

  private static void foreignThread(Visit visit) {
    TestClient client = visit.user();
    String nowhere = newId();
    refused(client.request("get_history", "thread_id", nowhere), "THREAD_NOT_FOUND");
    refused(
        client.request("send_message", "thread_id", nowhere, "content", "x"), "THREAD_NOT_FOUND");
    String foreign = thread(visit.guest());
    for (String type :
        List.of("get_history", "subscribe", "regenerate", "cancel", "delete_thread")) {
      refused(client.request(type, "thread_id", foreign), "THREAD_NOT_FOUND");
    }
    refused(
        client.request("send_message", "thread_id", foreign, "content", "x"), "THREAD_NOT_FOUND");
  }

  private static void repeat(Visit visit) {
    TestClient client = visit.user();
    String id = newId();
    JsonObject first = sendAs(client, "new", "Once.", id);
    same(id, first.get("client_message_id"), first);
    check(!first.has("duplicate"), "no duplicate", first);
    JsonObject again = sendAs(visit.another(client), "new", "Once.", id);
    same(true, again.get("duplicate"), again);
    for (String field : List.of("message_id", "thread_id", "request_id", "position", "saved_at")) {
      same(first.get(field), again.get(field), again);
    }
    JsonObject history = history(client, first.string("thread_id"));
    check(
        history.objects("messages").stream()
                .filter(message -> "user".equals(message.get("role")))
                .count()
            == 1,
        "one message",
        history);
  }

  private static void idempotencyConflict(Visit visit) {
    TestClient client = visit.user();
    String id = newId();
    String thread = sendAs(client, "new", "Once.", id).string("thread_id");
    JsonObject answer =
        client.request(
            "send_message", "thread_id", thread, "content", "Else.", "client_message_id", id);
    same(id, refused(answer, "IDEMPOTENCY_CONFLICT").get("client_message_id"), answer);
  }

  private static void conflict(Visit visit) {
    TestClient client = visit.user();
    String thread = thread(client);
    send(client, thread, "one");
    JsonObject answer =
        refused(
            client.request(
                "send_message", "thread_id", thread, "content", "two", "expected_position", 0),
            "CONFLICT");
    check(answer.integer("position") >= 1, "the present position", answer);
    same("one", answer.objects("messages").getFirst().get("content"), answer);
    check(
        messages(client, thread).stream().noneMatch(m -> "two".equals(m.get("content"))),
        "nothing kept",
        answer);
  }

  private static void positions(Visit visit) {
    TestClient client = visit.user();
    String thread = thread(client);
    send(client, thread, "one");
    send(client, thread, "two");
    long position = 0;
    for (JsonObject message : messages(client, thread)) {
      same(++position, message.get("position"), message);
    }
    check(position >= 2, "two messages or more", position);
  }

  private static JsonObject send(TestClient client, String thread, String content) {
    Acknowledgement sent = client.say(thread, content);
    return sent.json();
  }

  private static JsonObject sendAs(TestClient client, String thread, String content, String id) {
    return expect(
        client.request(
            "send_message", "thread_id", thread, "content", content, "client_message_id", id),
        "message_sent");
  }

  private static JsonObject history(TestClient client, String thread) {
    return expect(client.request("get_history", "thread_id", thread), "thread_history");
  }

  private static List<JsonObject> messages(TestClient client, String thread) {
    return history(client, thread).objects("messages");
  }
}
