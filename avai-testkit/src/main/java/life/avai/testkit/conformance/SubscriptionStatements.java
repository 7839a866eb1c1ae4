package life.avai.testkit.conformance;

import static life.avai.testkit.conformance.Visit.check;
import static life.avai.testkit.conformance.Visit.expect;
import static life.avai.testkit.conformance.Visit.newId;
import static life.avai.testkit.conformance.Visit.refused;
import static life.avai.testkit.conformance.Visit.same;
import static life.avai.testkit.conformance.Visit.thread;

import java.util.List;
import life.avai.testkit.client.ReceivedFrame;
import life.avai.testkit.client.TestClient;
import life.avai.testkit.json.JsonObject;

/** subscribe, and what other sockets see. */
final class SubscriptionStatements {
  private static final String TOPIC = "subscribe";

  static final List<Statement> ALL =
      List.of(
          says(
              "subscribe is answered by subscribed, then the history asked for, then caught_up.",
              SubscriptionStatements::order),
          says(
              "A message shows on the user's other sockets on the thread, and not on its own.",
              SubscriptionStatements::messageAdded),
          says(
              "typing shows on the user's other sockets on the thread.",
              SubscriptionStatements::typing),
          says(
              "unsubscribe is answered whether there was a subscription or not, and ends it.",
              SubscriptionStatements::unsubscribe),
          Statement.beyondReach(
              TOPIC,
              "A running reply goes on from the place that reply names.",
              "takes a canister that answers slowly"),
          Statement.beyondReach(
              TOPIC,
              "Who does not read is closed with 4008, and resumes without a gap.",
              "takes the server's AVAI_SLOW_READER_TIMEOUT"));

  private SubscriptionStatements() {}

  private static Statement says(String sentence, Statement.Trial trial) {
    return new Statement(TOPIC, sentence, trial);
  }

  private static void order(Visit visit) {
    TestClient client = visit.user();
    String thread = client.say("new", "one").threadId();
    TestClient other = visit.another(client);
    other.send("subscribe", "thread_id", thread, "after_position", 0, "id", "s");
    other.await("caught_up");
    List<String> seen =
        other.frames().stream()
            .map(ReceivedFrame::type)
            .filter(List.of("subscribed", "thread_history", "caught_up")::contains)
            .toList();
    same("subscribed", seen.getFirst(), other.frames("subscribed").getFirst());
    same("thread_history", seen.get(1), other.frames("caught_up").getFirst());
    JsonObject subscribed = other.await("subscribed");
    check(subscribed.integer("position") >= 1, "the position", subscribed);
    check(subscribed.has("running"), "running, or null", subscribed);
    JsonObject history = other.frames("thread_history").getLast();
    same(false, history.get("has_more"), history);
    JsonObject first = other.frames("thread_history").getFirst().objects("messages").getFirst();
    same("one", first.get("content"), first);
  }

  private static void messageAdded(Visit visit) {
    TestClient client = visit.user();
    String thread = thread(client);
    TestClient other = watching(visit, client, thread);
    var sent = client.say(thread, "Hello");
    JsonObject added = other.await("message_added");
    same(thread, added.get("thread_id"), added);
    same(sent.messageId(), added.object("message").get("id"), added);
    same("Hello", added.object("message").get("content"), added);
    client.settle();
    check(client.frames("message_added").isEmpty(), "no message_added", client.frames());
  }

  private static void typing(Visit visit) {
    TestClient client = visit.user();
    String thread = thread(client);
    TestClient other = watching(visit, client, thread);
    JsonObject answer = client.request("typing", "thread_id", thread, "typing", true);
    same(true, expect(answer, "typing_confirmed").get("is_typing"), answer);
    JsonObject seen = other.await("user_typing");
    same(thread, seen.get("thread_id"), seen);
    same(true, seen.get("is_typing"), seen);
  }

  private static void unsubscribe(Visit visit) {
    TestClient client = visit.user();
    String thread = thread(client);
    TestClient other = watching(visit, client, thread);
    for (int i = 0; i < 2; i++) {
      expect(other.request("unsubscribe", "thread_id", thread), "unsubscribed");
    }
    expect(client.request("typing", "thread_id", thread, "typing", true), "typing_confirmed");
    other.settle();
    check(other.frames("user_typing").isEmpty(), "no user_typing", other.frames());
    refused(other.request("subscribe", "thread_id", newId()), "THREAD_NOT_FOUND");
  }

  private static TestClient watching(Visit visit, TestClient client, String thread) {
    TestClient other = visit.another(client);
    expect(other.request("subscribe", "thread_id", thread), "subscribed");
    other.await("caught_up");
    return other;
  }
}
