package life.avai.server.scenarios;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import life.avai.testkit.canister.CanisterScript;
import life.avai.testkit.canister.ProcessRequest;
import life.avai.testkit.canister.Step;
import life.avai.testkit.client.Acknowledgement;
import life.avai.testkit.client.Reply;
import life.avai.testkit.client.TestClient;
import life.avai.testkit.json.JsonObject;
import org.junit.jupiter.api.Test;

/** Cancelling, answering anew, and sending while a turn runs. */
class CancellingTest extends Scenario {
  private static JsonObject cancel(TestClient client, String thread) {
    return client.request("cancel", "thread_id", thread);
  }

  @Test
  void cancelInMidStream_keepsWhatHadArrivedAndReachesTheCanister() {
    CANISTER.script(CanisterScript.playing(Step.delta("half an ans")));
    try (TestClient client = anonymous()) {
      Acknowledgement sent = client.say("new", "long one");
      client.await("ai_response_delta");

      JsonObject ack = cancel(client, sent.threadId());

      assertThat(ack.list("request_ids")).isEqualTo(List.of(sent.requestId()));
      Reply reply = client.awaitReply(sent.requestId());
      assertThat(reply.type()).isEqualTo("ai_cancelled");
      assertThat(reply.content()).isEqualTo("half an ans");
      assertThat(reply.outcome().integer("position")).isEqualTo(2);
      CANISTER.awaitCancel(sent.requestId());
      assertThat(cancel(client, sent.threadId()).list("request_ids")).isEmpty();
      JsonObject kept =
          client.request("get_history", "thread_id", sent.threadId()).objects("messages").getLast();
      assertThat(kept.string("id")).isEqualTo(reply.outcome().string("message_id"));
      assertThat(kept.string("finish_reason")).isEqualTo("cancelled");
    }
  }

  @Test
  void cancelBeforeTheFirstToken_leavesNoReply() {
    CANISTER.script(CanisterScript.stall());
    try (TestClient client = anonymous()) {
      Acknowledgement sent = client.say("new", "long one");
      client.await("ai_typing");
      cancel(client, sent.threadId());
      Reply reply = client.awaitReply(sent.requestId());
      assertThat(reply.type()).isEqualTo("ai_cancelled");
      assertThat(reply.outcome().optionalString("content")).isNull();
      assertThat(contents(client.request("get_history", "thread_id", sent.threadId())))
          .containsExactly("long one");
    }
  }

  @Test
  void cancelFromAnotherDevice_isToldToBoth() {
    CANISTER.script(CanisterScript.playing(Step.delta("half")));
    try (TestClient phone = anonymous();
        TestClient laptop = another(phone)) {
      Acknowledgement sent = phone.say("new", "long one");
      phone.await("ai_response_delta");
      laptop.request("subscribe", "thread_id", sent.threadId());
      laptop.await("caught_up");
      assertThat(cancel(laptop, sent.threadId()).list("request_ids"))
          .isEqualTo(List.of(sent.requestId()));
      assertThat(phone.awaitReply(sent.requestId()).type()).isEqualTo("ai_cancelled");
      assertThat(laptop.awaitReply(sent.requestId()).type()).isEqualTo("ai_cancelled");
    }
  }

  @Test
  void cancelOfWhatIsNotThere_endsNothing() {
    CANISTER.script(CanisterScript.stall());
    try (TestClient client = anonymous()) {
      Acknowledgement running = client.say("new", "one");
      Acknowledgement elsewhere = client.say("new", "two");
      JsonObject foreign =
          client.request(
              "cancel", "thread_id", running.threadId(), "request_id", elsewhere.requestId());
      assertThat(foreign.type()).isEqualTo("cancel_ack");
      assertThat(foreign.list("request_ids")).isEmpty();
      JsonObject unknown =
          client.request(
              "cancel",
              "thread_id",
              running.threadId(),
              "request_id",
              java.util.UUID.randomUUID().toString());
      assertThat(unknown.list("request_ids")).isEmpty();
      assertError(cancel(client, java.util.UUID.randomUUID().toString()), "THREAD_NOT_FOUND");
      assertThat(cancel(client, running.threadId()).list("request_ids")).hasSize(1);
      assertThat(cancel(client, elsewhere.threadId()).list("request_ids")).hasSize(1);
    }
  }

  @Test
  void deletingTheThread_endsTypingForAllAndTheWorkOfTheCanister() {
    CANISTER.script(CanisterScript.playing(Step.delta("half")));
    try (TestClient phone = anonymous();
        TestClient laptop = another(phone)) {
      String thread = phone.request("create_thread").object("thread").string("id");
      laptop.request("subscribe", "thread_id", thread);
      laptop.await("caught_up");
      Acknowledgement sent = phone.say(thread, "long one");
      laptop.await("ai_typing");
      laptop.await("ai_response_delta");
      phone.await("ai_typing");

      assertThat(phone.request("delete_thread", "thread_id", thread).type())
          .isEqualTo("thread_deleted");
      laptop.await("thread_deleted");
      CANISTER.awaitCancel(sent.requestId());
      assertThat(phone.await("ai_typing").bool("is_typing")).isFalse();
      assertThat(laptop.await("ai_typing").bool("is_typing")).isFalse();
      assertError(
          laptop.request("typing", "thread_id", thread, "typing", true), "THREAD_NOT_FOUND");
      assertError(phone.request("typing", "thread_id", thread, "typing", true), "THREAD_NOT_FOUND");
    }
  }

  @Test
  void cancelRacingTheCompletion_leavesOneOutcome() {
    try (TestClient client = anonymous()) {
      for (int i = 0; i < 30; i++) {
        Acknowledgement sent = client.say("new", "race " + i);
        JsonObject ack = cancel(client, sent.threadId());
        Reply reply = client.awaitReply(sent.requestId());
        boolean cancelled = !ack.list("request_ids").isEmpty();
        assertThat(reply.type()).isEqualTo(cancelled ? "ai_cancelled" : "ai_response");
        client.settle();
        assertThat(client.checkReply(sent.requestId())).isNotNull();
      }
    }
  }

  @Test
  void cancelOfOneTurn_leavesTheOthers() {
    CompletableFuture<Void> gate = new CompletableFuture<>();
    CANISTER.script(CanisterScript.playing(Step.await(gate), Step.response("done")));
    try (TestClient client = anonymous()) {
      Acknowledgement running = client.say("new", "one");
      Acknowledgement waiting = client.say(running.threadId(), "two");
      Acknowledgement last = client.say(running.threadId(), "three");
      JsonObject ack =
          client.request(
              "cancel", "thread_id", running.threadId(), "request_id", waiting.requestId());
      assertThat(ack.list("request_ids")).isEqualTo(List.of(waiting.requestId()));
      gate.complete(null);
      assertThat(client.awaitReply(waiting.requestId()).type()).isEqualTo("ai_cancelled");
      assertThat(client.awaitReply(running.requestId()).isCompleted()).isTrue();
      assertThat(client.awaitReply(last.requestId()).isCompleted()).isTrue();
    }
  }

  @Test
  void messagesSentMeanwhile_waitAndRunInOrder() {
    CompletableFuture<Void> gate = new CompletableFuture<>();
    CANISTER.script(
        request -> List.of(Step.await(gate), Step.response("re: " + request.question())));
    try (TestClient client = anonymous()) {
      Acknowledgement first = client.say("new", "m0");
      List<Acknowledgement> sent = new ArrayList<>(List.of(first));
      for (int i = 1; i < 5; i++) {
        sent.add(client.say(first.threadId(), "m" + i));
      }
      gate.complete(null);
      for (Acknowledgement one : sent) {
        assertThat(client.awaitReply(one.requestId()).isCompleted()).isTrue();
      }
      List<String> asked =
          CANISTER.received().stream()
              .filter(request -> request.conversationId().equals(first.threadId()))
              .map(ProcessRequest::question)
              .toList();
      assertThat(asked).containsExactly("m0", "m1", "m2", "m3", "m4");
      ProcessRequest last =
          CANISTER.received().stream()
              .filter(request -> request.requestId().equals(sent.getLast().requestId()))
              .findFirst()
              .orElseThrow();
      assertThat(last.messages().stream().map(ProcessRequest.Message::content))
          .containsExactly("m0", "re: m0", "m1", "re: m1", "m2", "re: m2", "m3", "re: m3", "m4");
    }
  }

  @Test
  void waitingMessages_areBounded() {
    CANISTER.script(CanisterScript.stall());
    try (TestClient client = anonymous()) {
      String thread = client.say("new", "first").threadId();
      JsonObject answer = JsonObject.empty();
      int accepted = 1;
      for (; accepted < 1_000; accepted++) {
        answer = client.request("send_message", "thread_id", thread, "content", "more");
        if (answer.type().equals("error")) {
          break;
        }
      }
      assertError(answer, "BUSY");
      assertThat(answer.bool("retryable")).isTrue();
      assertThat(cancel(client, thread).list("request_ids")).hasSize(accepted);
    }
  }

  @Test
  void reject_isBusyWhileATurnRuns() {
    CANISTER.script(CanisterScript.stall());
    try (TestClient client = anonymous()) {
      Acknowledgement sent = client.say("new", "first");
      assertError(
          client.request(
              "send_message",
              "thread_id",
              sent.threadId(),
              "content",
              "second",
              "while_busy",
              "reject"),
          "BUSY");
      assertError(client.request("regenerate", "thread_id", sent.threadId()), "BUSY");
      cancel(client, sent.threadId());
    }
  }

  @Test
  void interrupt_endsWhatRunsAndIsAnswered() {
    CANISTER.script(
        CanisterScript.first(CanisterScript.playing(Step.delta("never mi")))
            .then(CanisterScript.replyWith("Now this.")));
    try (TestClient client = anonymous()) {
      Acknowledgement first = client.say("new", "first");
      client.await("ai_response_delta");
      JsonObject second =
          client.request(
              "send_message",
              "thread_id",
              first.threadId(),
              "content",
              "rather this",
              "while_busy",
              "interrupt");
      assertThat(second.type()).isEqualTo("message_sent");
      Reply ended = client.awaitReply(first.requestId());
      assertThat(ended.type()).isEqualTo("ai_cancelled");
      assertThat(ended.content()).isEqualTo("never mi");
      assertThat(client.awaitReply(second.string("request_id")).content()).isEqualTo("Now this.");
    }
  }

  @Test
  void regenerate_supersedesTheEarlierReply() {
    try (TestClient client = anonymous()) {
      Acknowledgement sent = client.say("new", "again, please");
      client.awaitReply(sent.requestId());
      CANISTER.script(CanisterScript.replyWith("A better answer."));
      JsonObject ack = client.request("regenerate", "thread_id", sent.threadId());
      assertThat(ack.type()).isEqualTo("regenerate_ack");
      assertThat(ack.string("thread_id")).isEqualTo(sent.threadId());
      assertThat(ack.string("reply_to")).isEqualTo(sent.messageId());
      client.awaitReply(ack.string("request_id"));

      assertThat(contents(client.request("get_history", "thread_id", sent.threadId())))
          .containsExactly("again, please", "A better answer.");
      JsonObject all =
          client.request("get_history", "thread_id", sent.threadId(), "include_superseded", true);
      assertThat(all.integer("total")).isEqualTo(3);
      ProcessRequest asked =
          CANISTER.received().stream()
              .filter(request -> request.requestId().equals(ack.string("request_id")))
              .findFirst()
              .orElseThrow();
      assertThat(asked.messages().stream().map(ProcessRequest.Message::content))
          .containsExactly("again, please");
    }
  }
}
