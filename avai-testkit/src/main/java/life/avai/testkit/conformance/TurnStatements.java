package life.avai.testkit.conformance;

import static life.avai.testkit.conformance.Visit.check;
import static life.avai.testkit.conformance.Visit.expect;
import static life.avai.testkit.conformance.Visit.newId;
import static life.avai.testkit.conformance.Visit.refused;
import static life.avai.testkit.conformance.Visit.same;
import static life.avai.testkit.conformance.Visit.thread;

import java.util.List;
import life.avai.testkit.client.Acknowledgement;
import life.avai.testkit.client.Reply;
import life.avai.testkit.client.TestClient;
import life.avai.testkit.json.JsonObject;

/** Turns: as far as a client without a hand on the canister can see. */
final class TurnStatements {
  private static final String TOPIC = "turns";

  static final List<Statement> ALL =
      List.of(
          says(
              "Every message gets one turn, which ends once; deltas have no gap and make up the"
                  + " reply.",
              TurnStatements::answered),
          says(
              "The reply stands in the history, and names the message that it answers.",
              TurnStatements::replyIsStored),
          says(
              "deltas: false turns ai_response_delta off for a socket.",
              TurnStatements::withoutDeltas),
          says(
              "regenerate makes another reply, and the history leaves the earlier one out unless"
                  + " asked.",
              TurnStatements::regenerate),
          says(
              "regenerate where nothing was asked is INVALID_MESSAGE.",
              TurnStatements::nothingToRegenerate),
          says(
              "cancel of what is over or unknown ends nothing, and is no error.",
              TurnStatements::cancelNothing),
          says(
              "Without any canister a turn is over at once: ai_unavailable with final true.",
              TurnStatements::disabled),
          says(
              "While all canisters are away a turn waits: ai_unavailable with final false; cancel"
                  + " ends it.",
              TurnStatements::waits),
          Statement.beyondReach(
              TOPIC,
              "A cancelled turn keeps the text that had arrived.",
              "takes a canister that answers slowly"),
          Statement.beyondReach(
              TOPIC,
              "A turn whose canister was lost is asked again, under a higher attempt.",
              "takes a hand on the canister"),
          Statement.beyondReach(
              TOPIC,
              "while_busy interrupt and reject do as they say.",
              "takes a canister that answers slowly"),
          Statement.beyondReach(
              TOPIC,
              "A turn goes on without any socket, and under another server.",
              "takes a hand on the server"));

  private TurnStatements() {}

  private static Statement says(String sentence, Statement.Trial trial) {
    return new Statement(TOPIC, sentence, trial);
  }

  private static void answered(Visit visit) {
    visit.needsAssistant("available", "degraded");
    TestClient client = visit.user();
    Acknowledgement sent = client.say("new", "What is a nonce?");
    Reply reply = visit.reply(client, sent.requestId());
    check(!reply.type().equals("ai_cancelled"), "a reply or an error", reply.outcome());
    client.settle();
    var unused = client.checkReply(sent.requestId());
  }

  private static void replyIsStored(Visit visit) {
    TestClient client = visit.user();
    Acknowledgement sent = answeredOrSkipped(visit, client);
    JsonObject outcome = visit.reply(client, sent.requestId()).outcome();
    JsonObject stored = history(client, sent.threadId(), false).getLast();
    same(outcome.get("message_id"), stored.get("id"), stored);
    same(outcome.get("content"), stored.get("content"), stored);
    same(outcome.get("position"), stored.get("position"), stored);
    same("assistant", stored.get("role"), stored);
    same(sent.messageId(), stored.get("reply_to"), stored);
    same(sent.messageId(), outcome.get("reply_to"), outcome);
    same("complete", stored.get("finish_reason"), stored);
  }

  private static void withoutDeltas(Visit visit) {
    TestClient client = visit.user(JsonObject.of("type", "authenticate", "deltas", false));
    Acknowledgement sent = answeredOrSkipped(visit, client);
    check(client.frames("ai_response_delta").isEmpty(), "no deltas", client.frames());
    check(visit.reply(client, sent.requestId()).isCompleted(), "the reply", client.frames());
  }

  private static void regenerate(Visit visit) {
    TestClient client = visit.user();
    Acknowledgement sent = answeredOrSkipped(visit, client);
    JsonObject first = visit.reply(client, sent.requestId()).outcome();
    JsonObject again =
        expect(client.request("regenerate", "thread_id", sent.threadId()), "regenerate_ack");
    same(sent.messageId(), again.get("reply_to"), again);
    Reply second = visit.reply(client, again.string("request_id"));
    if (!second.isCompleted()) {
      throw new SkippedException("the second reply failed: " + second.outcome());
    }
    check(history(client, sent.threadId(), false).size() == 2, "two messages", second.outcome());
    JsonObject superseded = history(client, sent.threadId(), true).get(1);
    same(first.get("message_id"), superseded.get("id"), superseded);
    Visit.time(superseded, "superseded_at");
  }

  private static void nothingToRegenerate(Visit visit) {
    TestClient client = visit.user();
    refused(client.request("regenerate", "thread_id", thread(client)), "INVALID_MESSAGE");
  }

  private static void cancelNothing(Visit visit) {
    TestClient client = visit.user();
    String thread = thread(client);
    for (JsonObject answer :
        List.of(
            client.request("cancel", "thread_id", thread),
            client.request("cancel", "thread_id", thread, "request_id", newId()))) {
      same(List.of(), expect(answer, "cancel_ack").list("request_ids"), answer);
    }
  }

  private static void disabled(Visit visit) {
    visit.needsAssistant("disabled");
    TestClient client = visit.user();
    Acknowledgement sent = client.say("new", "Is anybody there?");
    expect(visit.reply(client, sent.requestId()).outcome(), "ai_unavailable");
  }

  private static void waits(Visit visit) {
    visit.needsAssistant("unavailable");
    TestClient client = visit.user();
    Acknowledgement sent = client.say("new", "Is anybody there?");
    JsonObject waits = client.await("ai_unavailable");
    same(false, waits.get("final"), waits);
    JsonObject ended = client.request("cancel", "thread_id", sent.threadId());
    same(List.of(sent.requestId()), expect(ended, "cancel_ack").list("request_ids"), ended);
    expect(visit.reply(client, sent.requestId()).outcome(), "ai_cancelled");
  }

  private static Acknowledgement answeredOrSkipped(Visit visit, TestClient client) {
    visit.needsAssistant("available", "degraded");
    Acknowledgement sent = client.say("new", "What is a nonce?");
    Reply reply = visit.reply(client, sent.requestId());
    if (!reply.isCompleted()) {
      throw new SkippedException("the canister gave no reply: " + reply.outcome());
    }
    return sent;
  }

  private static List<JsonObject> history(TestClient client, String thread, boolean superseded) {
    return expect(
            client.request("get_history", "thread_id", thread, "include_superseded", superseded),
            "thread_history")
        .objects("messages");
  }
}
