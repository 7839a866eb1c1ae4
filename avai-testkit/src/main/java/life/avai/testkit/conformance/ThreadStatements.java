package life.avai.testkit.conformance;

import static life.avai.testkit.conformance.Visit.check;
import static life.avai.testkit.conformance.Visit.expect;
import static life.avai.testkit.conformance.Visit.refused;
import static life.avai.testkit.conformance.Visit.same;
import static life.avai.testkit.conformance.Visit.thread;
import static life.avai.testkit.conformance.Visit.time;
import static life.avai.testkit.conformance.Visit.uuid;

import java.util.List;
import life.avai.testkit.client.TestClient;
import life.avai.testkit.json.JsonObject;

/** Threads and their history. */
final class ThreadStatements {
  private static final String TOPIC = "threads";

  static final List<Statement> ALL =
      List.of(
          says(
              "create_thread makes a thread; it stands in the list until it is deleted for good.",
              ThreadStatements::life),
          says(
              "update_thread changes title, is_pinned and archived; archived threads are listed"
                  + " apart.",
              ThreadStatements::update),
          says(
              "get_threads pages with next and before, pinned threads first.",
              ThreadStatements::pages),
          says(
              "get_history shows the latest, or those before or after a position, always oldest"
                  + " first.",
              ThreadStatements::history));

  private ThreadStatements() {}

  private static Statement says(String sentence, Statement.Trial trial) {
    return new Statement(TOPIC, sentence, trial);
  }

  private static void life(Visit visit) {
    TestClient client = visit.user();
    JsonObject created = expect(client.request("create_thread"), "thread_created");
    JsonObject thread = created.object("thread");
    uuid(thread, "id");
    same(created.get("thread_id"), thread.get("id"), created);
    same("New chat", thread.get("title"), created);
    same("active", thread.get("status"), created);
    same(false, thread.get("is_pinned"), created);
    same(0L, thread.get("message_count"), created);
    time(thread, "created_at");
    String id = thread.string("id");
    check(ids(list(client, false)).contains(id), "the thread in the list", id);
    expect(client.request("delete_thread", "thread_id", id), "thread_deleted");
    check(!ids(list(client, false)).contains(id), "the thread no longer in the list", id);
    refused(client.request("get_history", "thread_id", id), "THREAD_NOT_FOUND");
  }

  private static void update(Visit visit) {
    TestClient client = visit.user();
    String id = thread(client);
    refused(client.request("update_thread", "thread_id", id), "INVALID_MESSAGE");
    JsonObject updated =
        expect(
            client.request("update_thread", "thread_id", id, "title", "Other", "is_pinned", true),
            "thread_updated");
    same("Other", updated.object("thread").get("title"), updated);
    same(true, updated.object("thread").get("is_pinned"), updated);
    expect(client.request("update_thread", "thread_id", id, "archived", true), "thread_updated");
    check(!ids(list(client, false)).contains(id), "not among the active", id);
    check(ids(list(client, true)).contains(id), "among the archived", id);
  }

  private static void pages(Visit visit) {
    TestClient client = visit.user();
    String first = thread(client);
    String second = thread(client);
    expect(
        client.request("update_thread", "thread_id", first, "is_pinned", true), "thread_updated");
    JsonObject page = expect(client.request("get_threads", "limit", 1), "threads_list");
    check(page.objects("threads").size() == 1, "one thread", page);
    same(true, page.objects("threads").getFirst().get("is_pinned"), page);
    check(page.integer("total") >= 2, "a total of two or more", page);
    JsonObject next =
        expect(
            client.request("get_threads", "before", page.string("next"), "limit", 100),
            "threads_list");
    check(ids(next).contains(second), "the other thread on the next page", next);
    check(java.util.Collections.disjoint(ids(next), ids(page)), "no thread on both pages", next);
  }

  private static void history(Visit visit) {
    TestClient client = visit.user();
    String thread = thread(client);
    for (String text : List.of("one", "two", "three")) {
      var unused = client.say(thread, text);
    }
    JsonObject latest = history(client, thread, "limit", 1);
    JsonObject after = history(client, thread, "after_position", 1);
    JsonObject before = history(client, thread, "before_position", 3);
    check(latest.objects("messages").size() == 1, "one message", latest);
    same(true, latest.get("has_more"), latest);
    check(latest.integer("total") >= 3, "a total of three or more", latest);
    check(positions(after).getFirst() == 2, "what came after the first", after);
    same(List.of(1L, 2L), positions(before), before);
    same(positions(after).stream().sorted().toList(), positions(after), after);
    refused(
        client.request(
            "get_history", "thread_id", thread, "after_position", 1, "before_position", 3),
        "INVALID_MESSAGE");
  }

  private static JsonObject list(TestClient client, boolean archived) {
    return expect(
        client.request("get_threads", "archived", archived, "limit", 100), "threads_list");
  }

  private static List<String> ids(JsonObject list) {
    return list.objects("threads").stream().map(thread -> thread.string("id")).toList();
  }

  private static JsonObject history(TestClient client, String thread, String field, long value) {
    return expect(
        client.request("get_history", "thread_id", thread, field, value), "thread_history");
  }

  private static List<Long> positions(JsonObject history) {
    return history.objects("messages").stream()
        .map(message -> message.integer("position"))
        .toList();
  }
}
